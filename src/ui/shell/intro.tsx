import { X } from 'lucide-react';
import { kernelSpec } from '../../engine/index.ts';
import { chooseKernel } from '../../page/commands/lab.ts';
import { kernelFor, lackedBy } from '../../page/store/told-for.ts';
import { Keys } from '../controls/keys.tsx';
import { choose, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

/** What the scenario shows, notes on the kernel, and where to begin. */
export function Intro() {
  const hinted = useChoices((state) => state.hinted);
  const scenario = useLab((state) => state.scenario);
  const kernel = useLab((state) => state.kernel);
  return (
    <section className="intro" aria-label="About this page">
      <p>{scenario?.intro}</p>
      {kernelSpec(kernel)?.derive && <p className="hint">{kernelSpec(kernel)?.note}</p>}
      {scenario && <Lacked scenario={scenario.id} kernel={kernel} />}
      {!hinted && (
        <p className="hint">
          <span>
            <span className="by-key">
              Press <Keys keys="N" />
            </span>
            <span className="by-thumb">Press Next state</span> to go on to the next change of a map.
          </span>
          <button
            type="button"
            className="status-button"
            aria-label="Dismiss the hint"
            onClick={() => choose({ hinted: true })}
          >
            <X aria-hidden="true" />
          </button>
        </p>
      )}
    </section>
  );
}

/** Says what the kernel lacks for the scenario, and offers a kernel that has it. */
function Lacked({ scenario, kernel }: { readonly scenario: string; readonly kernel: string }) {
  const lacked = lackedBy(scenario, kernel);
  const other = kernelFor(scenario);
  if (lacked.length === 0) return null;
  return (
    <p className="hint">
      {kernel} does not have what this scenario needs: {lacked.join(' and ')}.
      {other !== null && (
        <button type="button" className="button small" onClick={() => chooseKernel(other)}>
          Open it on {other}
        </button>
      )}
    </p>
  );
}
