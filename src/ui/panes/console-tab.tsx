/*
 * The console of the small Linux: lines are commands of the run's log, so going back removes their output. Arrow keys
 * recall earlier lines, Tab completes; names of maps, programs, connections and texts are links.
 */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { own } from '../../engine/index.ts';
import { command } from '../../page/engine/engine.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useOverlay } from '../../page/store/overlay.ts';
import { useLab } from '../../page/store/lab.ts';
import { type Target, targetWords } from '../../views/console/links.ts';
import { consoleOutput, type ConsoleRow } from '../../views/console/output.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { completes, Offered, useCompletion } from './use-completion.tsx';
import { useRecall } from './use-recall.ts';
import './console.css';

const NOTHING = { maps: [], links: [], sockets: [] };

/** Follows a link of the output. */
function follow(target: Target): void {
  switch (target.kind) {
    case 'map':
      runCommand('select.map', { map: target.map });
      return;
    case 'program':
      runCommand('select.map', { map: target.map });
      runCommand('select.member', { member: target.member });
      return;
    case 'socket':
      runCommand('select.socket', { socket: target.socket });
      return;
    case 'text':
      runCommand('program.show', { text: target.text, line: target.line });
      return;
    default:
      target satisfies never;
  }
}

export function ConsoleTab() {
  const history = useLab((state) => state.history);
  const cold = useLab((state) => state.cold);
  const { hot } = useCalmFrame();
  const messages = history?.messages;
  const loaded = useLab((state) => state.loaded);
  const output = useMemo(
    () => consoleOutput(messages ?? [], hot.event, { ...(cold ?? NOTHING), texts: Object.keys(loaded) }),
    [messages, hot.event, cold, loaded],
  );
  const end = useRef<HTMLDivElement>(null);
  const { rows, earlier } = output;
  const count = rows.length;
  useEffect(() => {
    // scrollIntoView returns a promise in newer browsers; an effect may only return its clean-up function
    if (count > 0) end.current?.scrollIntoView({ block: 'nearest' });
  }, [count]);
  return (
    <div className="console">
      <div className="listing console-output" tabIndex={0} role="log" aria-label="Output of the console">
        {rows.length === 0 && <p className="note">Nothing was typed up to here. help lists the commands.</p>}
        {earlier > 0 && <p className="note">{earlier} rows before these are not shown.</p>}
        {rows.map((row) => (
          <Row key={row.key} row={row} />
        ))}
        <div ref={end} />
      </div>
      <Prompt />
    </div>
  );
}

function Row({ row: { kind, pieces } }: { readonly row: ConsoleRow }) {
  return (
    <pre className={kind === 'stderr' ? 'mono problem' : 'mono'} data-kind={kind}>
      {kind === 'typed' && <span className="note"># </span>}
      {pieces.map(({ text, target }, i) =>
        target === null ? (
          text
        ) : (
          <button
            key={i}
            type="button"
            className="console-link"
            title={targetWords(target)}
            onClick={() => follow(target)}
          >
            {text}
          </button>
        ),
      )}
    </pre>
  );
}

/** The input line, its history, and completions. */
function Prompt() {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const { keep, walk, leave } = useRecall();
  const { offered, complete, forget } = useCompletion('complete', input, setText);
  // do not take the focus from a sheet opened meanwhile
  useEffect(() => {
    if (useOverlay.getState().overlay === null) input.current?.focus();
  }, []);
  const run = (): void => {
    const line = text.trim();
    if (line === '') return;
    command({ do: 'console', line });
    keep(line);
    setText('');
    forget();
  };
  const keys: Readonly<Record<string, () => void>> = {
    Enter: run,
    ArrowUp: () => setText(walk(1, text)),
    ArrowDown: () => setText(walk(-1, text)),
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const act = completes(event) ? complete : own(keys, event.key);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  return (
    <div className="console-prompt">
      <Offered words={offered} />
      <label className="mono">
        <span aria-hidden="true"># </span>
        <input
          ref={input}
          className="mono text-input"
          aria-label="Command line"
          aria-description="Enter runs it, the arrow keys recall earlier lines, Tab completes; on an empty line Tab moves on."
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="bpftool struct_ops show"
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            leave();
            forget();
          }}
          onKeyDown={onKeyDown}
        />
      </label>
    </div>
  );
}
