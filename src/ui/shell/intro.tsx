import { X } from 'lucide-react';
import { Keys } from '../controls/keys.tsx';
import { choose, useChoices } from '../store/choices.ts';

/** What this page is, and where to begin. */
export function Intro() {
  const hinted = useChoices((state) => state.hinted);
  return (
    <section className="intro" aria-label="About this page">
      <p>
        struct_ops lets a BPF program be the kernel’s TCP congestion control; this page is a small Linux that you can
        rewind.
      </p>
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
