import { X } from 'lucide-react';
import { kernelSpec } from '../../engine/index.ts';
import { Keys } from '../controls/keys.tsx';
import { choose, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

/** What the scenario shows, what has to be known of the kernel, and where to begin. */
export function Intro() {
  const hinted = useChoices((state) => state.hinted);
  const scenario = useLab((state) => state.scenario);
  const kernel = useLab((state) => state.kernel);
  return (
    <section className="intro" aria-label="About this page">
      <p>{scenario?.intro}</p>
      {kernelSpec(kernel)?.derive && <p className="hint">{kernelSpec(kernel)?.note}</p>}
      {!hinted && (
        <p className="hint">
          Press <Keys keys="N" /> to go on to the next change of a map.
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
