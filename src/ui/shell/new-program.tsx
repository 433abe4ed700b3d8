import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Btf } from '../../engine/index.ts';
import { editorBtf } from '../../page/engine/kernel.ts';
import { implementable, nameProblem, skeleton } from '../../page/engine/skeleton.ts';
import { choose } from '../../page/store/choices.ts';
import { reveal } from '../../page/store/editor-link.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { beginText } from '../../page/store/texts.ts';
import { Sheet } from '../controls/sheet.tsx';

/** Dialog for a new program: its name and kernel struct; creates a text that can be registered at once. */
export function NewProgram() {
  const [btf, setBtf] = useState<Btf | null>(null);
  const [struct, setStruct] = useState('tcp_congestion_ops');
  const [name, setName] = useState('my_cc');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void editorBtf().then(setBtf);
  }, []);
  const problem = nameProblem(name);
  const structs = btf ? implementable(btf) : ['tcp_congestion_ops'];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!btf || problem !== null) return;
    const text = beginText(`${name}.s`, skeleton(btf, struct, name));
    choose({ activeText: text });
    showOverlay(null);
    requestAnimationFrame(() => reveal(0));
  };
  return (
    <Sheet title="New program" className="rename" focus={field}>
      <form className="form" onSubmit={submit}>
        <label className="field">
          <span>Name</span>
          <input
            ref={field}
            className="mono"
            value={name}
            aria-invalid={problem !== null}
            aria-describedby="new-program-problem"
            onFocus={({ target }) => target.select()}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className="field">
          <span>Implements</span>
          <select className="inline-select mono" value={struct} onChange={({ target }) => setStruct(target.value)}>
            {structs.map((one) => (
              <option key={one} value={one}>
                struct {one}
              </option>
            ))}
          </select>
        </label>
        <p id="new-program-problem" className={problem === null ? 'note' : 'note problem'}>
          {problem ?? 'The text has a function for each required member. Register it with Ctrl+Shift+Enter.'}
        </p>
        <button type="submit" className="button" aria-disabled={!btf || problem !== null}>
          Begin
        </button>
      </form>
    </Sheet>
  );
}
