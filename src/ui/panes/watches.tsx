/* Expressions whose values are shown wherever the run stands. */
import { useEffect, useState } from 'react';
import { runCommand } from '../commands/registry.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { watch } from '../engine/engine.ts';
import { choices, choose, useChoices } from '../store/choices.ts';
import { useLab } from '../store/lab.ts';
import { Questions } from './field-foot.tsx';
import { WATCH_EXAMPLES, type Watched, watchedText, watchOf } from './watch-expression.ts';

export function Watches() {
  const watches = useChoices((state) => state.watches);
  const cpu = useLab((state) => state.cpu);
  const cold = useLab((state) => state.cold);
  const btf = useKernel();
  const [text, setText] = useState('');
  const watched = watches.map((one) => watchOf(one, { cpu, cold, btf }));
  const windows = watched.flatMap((one) =>
    one.kind === 'memory' ? [{ address: one.address, length: one.length }] : [],
  );
  const key = JSON.stringify(windows);
  useEffect(() => {
    watch('watches', JSON.parse(key));
    return () => watch('watches', []);
  }, [key]);
  const problem = text.trim() === '' ? null : watchOf(text, { cpu, cold, btf });
  return (
    <section aria-label="Watches">
      <h3>Watches</h3>
      <ul>
        {watches.map((one, i) => (
          <Row key={one} text={one} watched={watched[i]} />
        ))}
      </ul>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          const next = text.trim();
          if (next === '') return;
          choose({ watches: [...choices().watches.filter((one) => one !== next), next] });
          setText('');
        }}
      >
        <input
          className="grow mono text-input"
          aria-label="Expression to watch"
          placeholder={WATCH_EXAMPLES[1]}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button small">
          Watch
        </button>
      </form>
      {problem?.kind === 'error' && <p className="note">{problem.message}</p>}
    </section>
  );
}

function Row({ text, watched }: { readonly text: string; readonly watched: Watched }) {
  const frame = useCalmFrame();
  const bytes = watched.kind === 'memory' ? frame.bytes({ address: watched.address, length: watched.length }) : null;
  const value = watched.kind === 'memory' ? (bytes ? watchedText(watched, bytes) : '…') : null;
  return (
    <li>
      <div className="row">
        <span className="mono">{text}</span>
        {watched.kind === 'memory' ? (
          <button
            type="button"
            className="row-button grow mono"
            title="Back to what wrote it last"
            onClick={() => runCommand('ask.bytes', { address: watched.address, length: watched.length })}
          >
            <b>{value}</b>
          </button>
        ) : (
          <span className={watched.kind === 'error' ? 'grow note' : 'grow mono'}>
            {watched.kind === 'error' ? watched.message : <b>{watched.text}</b>}
          </span>
        )}
        <button
          type="button"
          className="button small"
          aria-label={`Stop watching ${text}`}
          onClick={() => choose({ watches: choices().watches.filter((one) => one !== text) })}
        >
          ×
        </button>
      </div>
      {watched.kind === 'memory' && <Questions address={watched.address} length={watched.length} path={text} />}
    </li>
  );
}
