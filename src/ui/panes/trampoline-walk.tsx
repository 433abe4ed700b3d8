/* The code of a trampoline in groups, and a walk through a call of it, stage by stage. */
import { useState } from 'react';
import { callStages, type CodeLine, trampolineGroups } from '../../views/trampoline/walk.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useLab } from '../../page/store/lab.ts';

interface WalkProps {
  readonly map: string;
  readonly member: string;
  readonly prog: { readonly id: number; readonly name: string };
  readonly code: readonly CodeLine[];
}

export function TrampolineWalk({ map, member, prog, code }: WalkProps) {
  const [at, setAt] = useState<number | null>(null);
  const cpu = useLab((state) => (state.cpu?.progId === prog.id ? state.cpu : null));
  const stages = callStages(member, prog.name, map);
  // the machine is stopped inside the program
  const stage = cpu ? 4 : at;
  const shown = stage === null ? null : stages[stage];
  const group = shown?.group ?? null;
  const next = (): void => {
    if (cpu) {
      runCommand('time.step-out');
      setAt(5);
    } else setAt(stage === null || stage === stages.length - 1 ? 0 : stage + 1);
  };
  return (
    <>
      <div className="row walk">
        <ol className="stages" aria-label={`A call of ${member}`}>
          {stages.map(({ title }, i) => (
            <li key={title} aria-current={i === stage ? 'step' : undefined}>
              {title}
            </li>
          ))}
        </ol>
        <button type="button" className="button small" onClick={next}>
          {stage === null ? 'Walk through a call' : cpu ? 'Out of the program' : 'Next'}
        </button>
      </div>
      {shown && (
        <p className="note" role="status">
          {shown.words}
          {cpu && ` It is at instruction ${cpu.pc}.`}
        </p>
      )}
      {trampolineGroups(code).map(({ id, title, lines }) => (
        <section key={id} className="code-group" data-lit={id === group} aria-label={title}>
          <h4>{title}</h4>
          <ol className="machine-code">
            {lines.map(({ offset, text, note }) => (
              <li key={offset}>
                <span>0x{offset.toString(16).padStart(3, '0')}</span>
                <code>{text}</code>
                <em>{note}</em>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}
