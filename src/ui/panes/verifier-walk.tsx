/*
 * Steps through a path of the verifier like an execution: the instruction, what is known before it and what it changes;
 * where a value was made and where it is used next. Arrow keys step, Home and End go to the ends.
 */
import { type KeyboardEvent, useState } from 'react';
import type { VerifiedProgram } from '../../engine/index.ts';
import {
  type ChangedValue,
  madeAt,
  outcomeOf,
  usedAt,
  valuesAt,
  visitsOf,
  visitAt,
} from '../../views/verifier/walk.ts';

interface WalkProps {
  readonly program: VerifiedProgram;
  /** shows the line of a slot in the editor */
  readonly onShow: (slot: number) => void;
}

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  ArrowDown: (at) => at + 1,
  PageUp: (at) => at - 10,
  PageDown: (at) => at + 10,
  Home: () => 0,
  End: (_, last) => last,
};

/** The failing path, or else the first. */
const firstPath = ({ paths }: VerifiedProgram): number =>
  Math.max(
    0,
    paths.findIndex(({ outcome }) => outcome === 'failed'),
  );

export function Walk({ program, onShow }: WalkProps) {
  const [chosen, setPath] = useState<number | null>(null);
  const [place, setPlace] = useState<number | null>(null);
  const path = Math.min(chosen ?? firstPath(program), program.paths.length - 1);
  const order = visitsOf(program, path);
  if (order.length === 0) return null;
  const last = order.length - 1;
  // open a failing path at its end, where the reason is
  const at = Math.min(place ?? (program.paths[path]?.outcome === 'failed' ? last : 0), last);
  const slotAt = (n: number): number => visitAt(program.visits, order, n).slot;
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(last, to));
    setPlace(next);
    onShow(slotAt(next));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    go(step(at, last));
  };
  const slot = slotAt(at);
  return (
    <div className="walk" onKeyDown={onKeyDown}>
      <div className="walk-head">
        <PathChoice
          program={program}
          path={path}
          onChoose={(to) => {
            setPath(to);
            setPlace(null);
          }}
        />
        <StepButton name="One instruction back" sign="‹" end={at === 0} onStep={() => go(at - 1)} />
        <input
          type="range"
          aria-label={`Place on path ${path} of ${program.name}`}
          aria-valuetext={`instruction ${slot}: ${program.insns[slot]}`}
          min={0}
          max={last}
          value={at}
          onChange={({ target }) => go(Number(target.value))}
        />
        <StepButton name="One instruction on" sign="›" end={at === last} onStep={() => go(at + 1)} />
      </div>
      <button type="button" className="row-button" onClick={() => onShow(slot)}>
        <span className="slot">{slot}</span> <span className="mono">{program.insns[slot]}</span>{' '}
        <span className="note">
          {at + 1} of {order.length}
        </span>
      </button>
      <Values program={program} order={order} at={at} onGo={go} />
    </div>
  );
}

interface StepButtonProps {
  readonly name: string;
  readonly sign: string;
  /** nothing is left in this direction; the button keeps the focus */
  readonly end: boolean;
  readonly onStep: () => void;
}

function StepButton({ name, sign, end, onStep }: StepButtonProps) {
  return (
    <button type="button" className="button icon-only" aria-label={name} aria-disabled={end} onClick={onStep}>
      {sign}
    </button>
  );
}

interface PathChoiceProps {
  readonly program: VerifiedProgram;
  readonly path: number;
  readonly onChoose: (path: number) => void;
}

function PathChoice({ program, path, onChoose }: PathChoiceProps) {
  return (
    <select
      className="inline-select"
      aria-label={`Path of ${program.name}`}
      value={path}
      onChange={({ target }) => onChoose(Number(target.value))}
    >
      {program.paths.map(({ from }, i) => (
        <option key={i} value={i}>
          path {i}
          {from < 0 ? '' : `, forked at ${from}`}: {outcomeOf(program, i)}
        </option>
      ))}
    </select>
  );
}

interface ValuesProps {
  readonly program: VerifiedProgram;
  readonly order: readonly number[];
  readonly at: number;
  readonly onGo: (at: number) => void;
}

/** Known values, a row per register or slot; changes by the instruction are marked, also in text. */
function Values({ program, order, at, onGo }: ValuesProps) {
  return (
    <table aria-label="What the verifier knows here">
      <tbody>
        {valuesAt(program, order, at).map((value) => (
          <ValueRow key={value.name} value={value} program={program} order={order} at={at} onGo={onGo} />
        ))}
      </tbody>
    </table>
  );
}

function ValueRow({ value, program, order, at, onGo }: ValuesProps & { readonly value: ChangedValue }) {
  const { name, before, after, changed } = value;
  const made = before === null ? null : madeAt(program, order, at, name);
  const used = usedAt(program, order, at + 1, name);
  const slotAt = (place: number): number => visitAt(program.visits, order, place).slot;
  return (
    <tr className={changed ? 'changed' : undefined}>
      <th scope="row" className="mono">
        {name}
      </th>
      <td className="mono">
        {before ?? 'nothing known'}
        {changed && <span className="becomes"> becomes {after ?? 'unknown'}</span>}
      </td>
      <td>
        {made !== null && (
          <button
            type="button"
            className="row-button note"
            onClick={() => onGo(made)}
            title="Where this value was made"
          >
            from {slotAt(made)}
          </button>
        )}
        {used !== null && (
          <button type="button" className="row-button note" onClick={() => onGo(used)} title="Where it is used next">
            to {slotAt(used)}
          </button>
        )}
      </td>
    </tr>
  );
}
