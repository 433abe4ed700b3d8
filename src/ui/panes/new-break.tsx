/* Form for a new break: its kind, and the fields of that kind. */
import { type ComponentType, useState } from 'react';
import type { Break, LifecycleState } from '../../engine/index.ts';
import { CA_STATES } from '../../views/flows/ca-states.ts';
import { useLab } from '../../page/store/lab.ts';
import { type BreakDraft, breakOf, FIRST_DRAFT } from './break-draft.ts';
import { Field } from './form-field.tsx';
import { useConditionProblem } from './use-condition-problem.ts';

const STATES: readonly LifecycleState[] = ['INIT', 'INUSE', 'TOBEFREE', 'READY', 'FREED'];

interface FieldsProps {
  readonly draft: BreakDraft;
  readonly onChange: (changed: Partial<BreakDraft>) => void;
}

interface Kind {
  readonly title: string;
  readonly Fields: ComponentType<FieldsProps>;
  /** why nothing can be added yet */
  readonly problem: string;
}

const KINDS: Readonly<Record<Break['on'], Kind>> = {
  edge: { title: 'A map enters a state', Fields: EdgeFields, problem: '' },
  refs: { title: 'A map has a count', Fields: RefsFields, problem: 'A count is a number from 0.' },
  call: { title: 'A system call is made', Fields: CallFields, problem: 'Enter a part of the call.' },
  'ca-state': { title: 'A connection changes its CA state', Fields: CaStateFields, problem: '' },
  condition: {
    title: 'A condition becomes true',
    Fields: ConditionFields,
    problem: 'Enter a condition, like tp->snd_cwnd < 10 && ms > 100.',
  },
};

export function NewBreak({ onAdd }: { readonly onAdd: (one: Break) => void }) {
  const [draft, setDraft] = useState(FIRST_DRAFT);
  const change = (changed: Partial<BreakDraft>): void => setDraft({ ...draft, ...changed });
  const { Fields, problem: missing } = KINDS[draft.kind];
  const next = breakOf(draft);
  const problem = useConditionProblem(draft.kind === 'condition' ? next : null, '', '');
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
        <select value={draft.kind} onChange={(event) => change({ kind: event.target.value as Break['on'] })}>
          {Object.entries(KINDS).map(([id, { title }]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      <Fields draft={draft} onChange={change} />
      <button type="submit" className="button" aria-disabled={next === null || problem !== null}>
        Add
      </button>
      {next === null && <p className="note problem">{missing}</p>}
      {problem !== null && <p className="note problem">{problem}</p>}
    </form>
  );
}

function MapField({ draft: { map }, onChange }: FieldsProps) {
  const maps = useLab((state) => state.cold?.maps ?? null);
  return (
    <Field label="Map">
      <select value={map} onChange={(event) => onChange({ map: event.target.value })}>
        <option value="">any</option>
        {maps?.map(({ letter, name }) => (
          <option key={letter} value={letter}>
            {letter} {name}
          </option>
        ))}
      </select>
    </Field>
  );
}

function EdgeFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <MapField draft={draft} onChange={onChange} />
      <Field label="State">
        <select value={draft.to} onChange={(event) => onChange({ to: event.target.value as LifecycleState })}>
          {STATES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </Field>
    </>
  );
}

function RefsFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <MapField draft={draft} onChange={onChange} />
      <Field label="References">
        <input inputMode="numeric" value={draft.count} onChange={(event) => onChange({ count: event.target.value })} />
      </Field>
    </>
  );
}

function CallFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <Field label="Its text contains">
        <input value={draft.text} onChange={(event) => onChange({ text: event.target.value })} />
      </Field>
      <label className="row">
        <input
          type="checkbox"
          checked={draft.refused}
          onChange={(event) => onChange({ refused: event.target.checked })}
        />
        only when it is refused
      </label>
    </>
  );
}

function CaStateFields({ draft, onChange }: FieldsProps) {
  return (
    <Field label="State">
      <select value={draft.state} onChange={(event) => onChange({ state: Number(event.target.value) })}>
        {CA_STATES.map((name, i) => (
          <option key={name} value={i}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}

function ConditionFields({ draft, onChange }: FieldsProps) {
  return (
    <Field label="Condition">
      <input
        className="mono"
        value={draft.condition}
        onChange={(event) => onChange({ condition: event.target.value })}
      />
    </Field>
  );
}
