import { usePending } from '../../page/share/pending.ts';

/** Bar for a lab with programs of somebody else: they can be read, and run after the user agrees. */
export function LinkBar() {
  const pending = usePending((state) => state.pending);
  if (!pending) return null;
  return (
    <section className="intro link-bar" aria-label="A lab from elsewhere">
      <p role="status">
        This lab contains programs that somebody wrote ({pending.names.join(', ') || 'in its commands'}). Nothing of
        them has run: read them first.
      </p>
      <button type="button" className="button primary" onClick={pending.run}>
        Run this lab
      </button>
    </section>
  );
}
