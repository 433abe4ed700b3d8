/* Options of a break: a condition, and whether it only prints a line. */
import { useState } from 'react';
import type { Break, BreakOptions } from '../../engine/index.ts';
import { Field } from './form-field.tsx';
import { useConditionProblem } from './use-condition-problem.ts';

interface Props {
  /** null: a line of a program */
  readonly spec: Break | null;
  readonly options: BreakOptions;
  readonly onChange: (options: BreakOptions) => void;
}

export function BreakOptionsForm({ spec, options, onChange }: Props) {
  const [when, setWhen] = useState(options.when ?? '');
  const [trace, setTrace] = useState(options.trace === true);
  const [print, setPrint] = useState(options.print ?? '');
  const problem = useConditionProblem(spec, when.trim(), print.trim());
  const isLine = spec === null;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem !== null) return;
        onChange({
          ...(when.trim() === '' ? {} : { when: when.trim() }),
          ...(trace ? { trace } : {}),
          ...(print.trim() === '' ? {} : { print: print.trim() }),
        });
      }}
    >
      <Field label="Only when">
        <input
          className="mono"
          placeholder={isLine ? 'r0 > 5 && tp->snd_cwnd < 10' : 'ms > 100 && A.refcnt >= 2'}
          value={when}
          onChange={({ target }) => setWhen(target.value)}
        />
      </Field>
      <label className="row">
        <input type="checkbox" checked={trace} onChange={({ target }) => setTrace(target.checked)} />
        prints a line, and goes on
      </label>
      <Field label="The line shows">
        <input
          className="mono"
          placeholder={isLine ? 'r0, tp->snd_cwnd' : 'tp->snd_cwnd, queue'}
          value={print}
          onChange={({ target }) => setPrint(target.value)}
        />
      </Field>
      <p className="note">
        Names: ms, event, hits, queue, drops, flows, tp-&gt;FIELD and sk2.FIELD of a connection, A.refcnt and A.state of
        a map{isLine ? ', r0 to r10, r6->FIELD' : ''}.
      </p>
      <button type="submit" className="button" aria-disabled={problem !== null}>
        Keep
      </button>
      {problem !== null && <p className="note problem">{problem}</p>}
    </form>
  );
}
