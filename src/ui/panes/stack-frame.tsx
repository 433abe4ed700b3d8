import { runCommand } from '../../page/commands/registry.ts';
import { useKernel } from '../controls/use-kernel.ts';
import { useLab } from '../../page/store/lab.ts';
import { wordText } from '../../page/register-text.ts';

/** The slots of the stopped program's frame that its instructions name. */
export function StackFrame() {
  const cpu = useLab((state) => state.cpu);
  const cold = useLab((state) => state.cold);
  const btf = useKernel();
  return (
    <section aria-label="Stack frame">
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
