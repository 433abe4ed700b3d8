/* Form for a new break: its kind, and the fields of that kind. */
import { useState } from 'react';
import type { Break, LifecycleState } from '../../engine/index.ts';
import { CA_STATES } from '../../views/flows/ca-states.ts';
import { useLab } from '../../page/store/lab.ts';
import { Field } from './form-field.tsx';
import { useConditionProblem } from './use-condition-problem.ts';

const STATES: readonly LifecycleState[] = ['INIT', 'INUSE', 'TOBEFREE', 'READY', 'FREED'];

const KINDS = [
  { id: 'edge', title: 'A map enters a state' },
  { id: 'refs', title: 'A map has a count' },
  { id: 'call', title: 'A system call is made' },
  { id: 'ca-state', title: 'A connection changes its CA state' },
  { id: 'condition', title: 'A condition becomes true' },
] as const;

/** Why nothing can be added yet. */
const PROBLEMS: Partial<Record<Break['on'], string>> = {
  refs: 'A count is a number from 0.',
  call: 'Enter a part of the call.',
  condition: 'Enter a condition, like tp->snd_cwnd < 10 && ms > 100.',
};

export function NewBreak({ onAdd }: { readonly onAdd: (one: Break) => void }) {
  const maps = useLab((state) => state.cold?.maps ?? null);
  const [kind, setKind] = useState<Break['on']>('edge');
  const [map, setMap] = useState('');
  const [to, setTo] = useState<LifecycleState>('TOBEFREE');
  const [count, setCount] = useState('0');
  const [text, setText] = useState('BPF_MAP_UPDATE_ELEM');
  const [refused, setRefused] = useState(false);
  const [state, setState] = useState(3);
  const [condition, setCondition] = useState('tp->snd_cwnd < 10');
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
      case 'condition':
        return condition.trim() === '' ? null : { on: 'condition', text: condition.trim() };
      default:
        return kind satisfies never;
    }
  };
  const next = made();
  const problem = useConditionProblem(kind === 'condition' ? next : null, '', '');
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (next && problem === null) onAdd(next);
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
          <Field label="Its text contains">
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
      {kind === 'condition' && (
        <Field label="Condition">
          <input className="mono" value={condition} onChange={(event) => setCondition(event.target.value)} />
        </Field>
      )}
      <button type="submit" className="button" aria-disabled={next === null || problem !== null}>
        Add
      </button>
      {next === null && <p className="note problem">{PROBLEMS[kind] ?? ''}</p>}
      {problem !== null && <p className="note problem">{problem}</p>}
    </form>
  );
}
