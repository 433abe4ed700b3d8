/* Watched expressions with their present values. */
import { entryOf } from '../../engine/index.ts';
import { useEffect, useState } from 'react';
import { runCommand } from '../../page/commands/registry.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { watch } from '../../page/engine/engine.ts';
import { choices, choose, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { type Asked, Questions } from './questions.tsx';
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
          <Row key={one} text={one} watched={entryOf(watched, i)} />
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

/** Goes back to the last write of the watched place. */
function askWho(asked: Asked | null): void {
  if (!asked) return;
  if ('register' in asked) runCommand('ask.register', asked);
  else runCommand('ask.bytes', asked);
}

function Row({ text, watched }: { readonly text: string; readonly watched: Watched }) {
  const frame = useCalmFrame();
  const bytes = watched.kind === 'memory' ? frame.bytes({ address: watched.address, length: watched.length }) : null;
  const value = watched.kind === 'memory' ? (bytes ? watchedText(watched, bytes) : '…') : null;
  const asked = askedOf(watched);
  return (
    <li>
      <div className="row">
        <span className="mono">{text}</span>
        {watched.kind === 'error' ? (
          <span className="grow note">{watched.message}</span>
        ) : (
          <button
            type="button"
            className="row-button grow mono"
            title="Back to what wrote it last"
            onClick={() => askWho(asked)}
          >
            <b>{watched.kind === 'register' ? watched.text : value}</b>
          </button>
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
      {asked && <Questions asked={asked} path={text} />}
    </li>
  );
}

function askedOf(watched: Watched): Asked | null {
  switch (watched.kind) {
    case 'memory':
      return { address: watched.address, length: watched.length };
    case 'register':
      return { register: watched.register };
    case 'error':
      return null;
  }
}
