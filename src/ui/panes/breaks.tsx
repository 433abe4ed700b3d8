/* Where playing stops: lines of programs, and what the lifecycle, the counts, the calls and the connections do. */
import { type ReactNode, useState } from 'react';
import { type Break, type LifecycleState, parseCondition } from '../../engine/index.ts';
import { CA_STATES } from '../../views/flows/ca-states.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { CommandButton } from '../controls/command-button.tsx';
import { setBreaks } from '../../page/engine/engine.ts';
import { choices, choose, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

const STATES: readonly LifecycleState[] = ['INIT', 'INUSE', 'TOBEFREE', 'READY', 'FREED'];

export function addBreak(one: Break): void {
  const rest = choices().breaks.filter((other) => JSON.stringify(other) !== JSON.stringify(one));
  choose({ breaks: [...rest, one] });
  setBreaks();
}

function removeBreak(one: Break): void {
  choose({ breaks: choices().breaks.filter((other) => other !== one) });
  setBreaks();
}

export function breakWords(one: Break): string {
  switch (one.on) {
    case 'edge':
      return `${one.map === null ? 'any map' : `map ${one.map}`} becomes ${one.to}`;
    case 'refs':
      return `${one.map === null ? 'any map' : `map ${one.map}`} has ${one.count} references`;
    case 'call':
      return `a call with "${one.text}"${one.refused ? ' is refused' : ''}`;
    case 'ca-state':
      return `${one.socket === null ? 'any connection' : `connection ${one.socket}`} enters ${CA_STATES[one.state]}`;
    case 'value':
      return `${one.field} ${one.sign} ${one.value}${one.socket === null ? '' : ` of connection ${one.socket}`}`;
    default:
      return one satisfies never;
  }
}

export function Breaks() {
  const breaks = useChoices((state) => state.breaks);
  const breakpoints = useChoices((state) => state.breakpoints);
  return (
    <section aria-label="Breaks">
      <h3>Playing stops when</h3>
      {breaks.length + breakpoints.length === 0 && (
        <p className="note">Nothing yet. Add a break below, or press F9 on a line of a program.</p>
      )}
      <ul>
        {breaks.map((one, i) => (
          <Entry key={i} words={breakWords(one)} onRemove={() => removeBreak(one)} />
        ))}
        {breakpoints.map(({ text, line }) => (
          <Entry
            key={`${text} ${line}`}
            words={
              <button
                type="button"
                className="row-button mono"
                onClick={() => runCommand('program.show', { text, line })}
              >
                {text}:{line + 1}
              </button>
            }
            onRemove={() => {
              runCommand('program.show', { text, line });
              runCommand('program.breakpoint', { line });
            }}
          />
        ))}
      </ul>
      <p className="row">
        <CommandButton command="time.reverse">Back to the last of them</CommandButton>
      </p>
      <NewBreak />
    </section>
  );
}

function Entry({ words, onRemove }: { readonly words: ReactNode; readonly onRemove: () => void }) {
  return (
    <li className="row">
      <span className="grow">{words}</span>
      <button type="button" className="button small" onClick={onRemove}>
        Remove
      </button>
    </li>
  );
}

const KINDS = [
  { id: 'edge', title: 'A map enters a state' },
  { id: 'refs', title: 'A map has a count' },
  { id: 'call', title: 'A system call is made' },
  { id: 'ca-state', title: 'A connection changes its CA state' },
  { id: 'value', title: 'A condition becomes true' },
] as const;

/** Why nothing can be added yet. */
const PROBLEMS: Partial<Record<Break['on'], string>> = {
  refs: 'A count is a number from 0.',
  call: 'Say a part of the call.',
  value: 'A condition compares snd_cwnd, snd_ssthresh or srtt_us with a number: sk.snd_cwnd < 10, or … of socket 2.',
};

function NewBreak() {
  const maps = useLab((state) => state.cold?.maps ?? null);
  const [kind, setKind] = useState<Break['on']>('edge');
  const [map, setMap] = useState('');
  const [to, setTo] = useState<LifecycleState>('TOBEFREE');
  const [count, setCount] = useState('0');
  const [text, setText] = useState('BPF_MAP_UPDATE_ELEM');
  const [refused, setRefused] = useState(false);
  const [state, setState] = useState(3);
  const [condition, setCondition] = useState('sk.snd_cwnd < 10');
  const wanted = map === '' ? null : map;
  const made = (): Break | null => {
    switch (kind) {
      case 'edge':
        return { on: 'edge', map: wanted, to };
      case 'refs':
        return /^\d{1,4}$/.test(count.trim()) ? { on: 'refs', map: wanted, count: Number(count) } : null;
      case 'call':
        return text.trim() === '' ? null : { on: 'call', text: text.trim(), refused };
      case 'ca-state':
        return { on: 'ca-state', socket: null, state };
      case 'value':
        return parseCondition(condition);
      default:
        return kind satisfies never;
    }
  };
  const next = made();
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (next) addBreak(next);
      }}
    >
      <h3>Add a break</h3>
      <Field label="When">
        <select value={kind} onChange={(event) => setKind(event.target.value as Break['on'])}>
          {KINDS.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      {(kind === 'edge' || kind === 'refs') && (
        <Field label="Map">
          <select value={map} onChange={(event) => setMap(event.target.value)}>
            <option value="">any</option>
            {maps?.map(({ letter, name }) => (
              <option key={letter} value={letter}>
                {letter} {name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {kind === 'edge' && (
        <Field label="State">
          <select value={to} onChange={(event) => setTo(event.target.value as LifecycleState)}>
            {STATES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </Field>
      )}
      {kind === 'refs' && (
        <Field label="References">
          <input inputMode="numeric" value={count} onChange={(event) => setCount(event.target.value)} />
        </Field>
      )}
      {kind === 'call' && (
        <>
          <Field label="Its text has">
            <input value={text} onChange={(event) => setText(event.target.value)} />
          </Field>
          <label className="row">
            <input type="checkbox" checked={refused} onChange={(event) => setRefused(event.target.checked)} />
            only when it is refused
          </label>
        </>
      )}
      {kind === 'ca-state' && (
        <Field label="State">
          <select value={state} onChange={(event) => setState(Number(event.target.value))}>
            {CA_STATES.map((name, i) => (
              <option key={name} value={i}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {kind === 'value' && (
        <Field label="Condition">
          <input className="mono" value={condition} onChange={(event) => setCondition(event.target.value)} />
        </Field>
      )}
      <button type="submit" className="button" aria-disabled={next === null}>
        Add
      </button>
      {next === null && <p className="note problem">{PROBLEMS[kind] ?? ''}</p>}
    </form>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <label className="field">
      <span>{label}</span>
      {children}
    </label>
  );
}
