import type { CpuSnapshot } from '../../engine/index.ts';
import { currentFrame } from '../../page/frame-source.ts';
import { stopWords } from '../../views/stop.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { useLab } from '../../page/store/lab.ts';
import { wordText } from '../../page/register-text.ts';

/** The call chain, innermost first; each row leads to its line. */
function CallChain({ cpu }: { readonly cpu: CpuSnapshot }) {
  const { text, line, pc, progName, callers, member } = cpu;
  const rows = [{ pc, line }, ...callers.toReversed()];
  return (
    <>
      <h3>Call chain</h3>
      <ol>
        {rows.map((row, i) => (
          <li key={i}>
            <button
              type="button"
              className="row-button mono"
              onClick={() => runCommand('program.show', { text, line: row.line })}
            >
              {i === 0 ? 'is at' : 'called at'} {text}:{row.line + 1}{' '}
              <span className="note">
                {progName}, instruction {row.pc}
              </span>
            </button>
          </li>
        ))}
        <li className="note">
          {stopWords(cpu, currentFrame().hot.time)}: the kernel calls {member} through its trampoline
        </li>
      </ol>
    </>
  );
}

/** Slots of the stopped program's frame that its instructions access. */
export function StackFrame() {
  const cpu = useLab((state) => state.cpu);
  const cold = useLab((state) => state.cold);
  const btf = useKernel();
  return (
    <section aria-label="Stack frame">
      {cpu && <CallChain cpu={cpu} />}
      <h3>Stack frame</h3>
      {!cpu && <p className="note">No program is stopped here: F11 goes to the next instruction that runs.</p>}
      {cpu && cpu.stack.length === 0 && <p className="note">{cpu.progName} keeps nothing on its stack.</p>}
      <ul>
        {cpu?.stack.map(({ offset, low, high }) => {
          const { text, note } = wordText([low, high], { cold, cpu, btf });
          return (
            <li key={offset}>
              <button
                type="button"
                className="row-button mono"
                title="Back to what wrote this slot last"
                onClick={() => runCommand('ask.bytes', { address: cpu.frame + offset, length: 8 })}
              >
                r10 - {-offset} <b>{text}</b> <span className="note">{note}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
