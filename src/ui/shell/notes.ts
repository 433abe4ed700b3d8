/* Shows notes about programs (one was stopped, a window was 0) when the clock passes them. */
import { onDraw } from '../../page/frame.ts';
import { currentFrame } from '../../page/frame-source.ts';
import { lab, notify } from '../../page/store/lab.ts';
import type { History } from '../../engine/index.ts';

/** Most notes shown at once; more would be repetitive. */
const MOST = 2;

let told: readonly History['notes'][number][] = [];

function tellPassed(): void {
  const { history } = lab();
  if (!history || history.notes.length + told.length === 0) return;
  const { event } = currentFrame().hot;
  const passed = history.notes.filter((note) => note.event <= event);
  const known = new Set(told.map((note) => `${note.event} ${note.title}`));
  const fresh = passed.filter((note) => !known.has(`${note.event} ${note.title}`));
  told = passed;
  for (const { kind, title, detail, text, line } of fresh.slice(0, MOST)) {
    notify({
      kind: kind === 'stopped' ? 'stopped' : 'info',
      title,
      detail,
      text: text ?? undefined,
      line: line ?? undefined,
      notKernel: kind === 'stopped',
    });
  }
}

export const tellNotes = (): (() => void) => onDraw(tellPassed);
