/* What the user should know of what was kept: something was damaged, or another tab has a draft. */
import { notify } from '../store/lab.ts';
import { useKeeping } from '../store/storage.ts';
import { otherDrafts } from './draft.ts';

export function tellKept(): void {
  const { damaged } = useKeeping.getState();
  if (damaged.length > 0) {
    notify({
      kind: 'info',
      lasting: true,
      title: 'Something that this browser kept cannot be read',
      detail: `${damaged.join(', ')} is damaged, or of another version: the page began without it. The rest is as it was.`,
    });
  }
  const [other] = otherDrafts().filter(({ live, draft }) => live && Object.keys(draft.edits).length > 0);
  if (!other) return;
  notify({
    kind: 'info',
    lasting: true,
    title: 'Another tab has a draft',
    detail: `It changed ${Object.keys(other.draft.edits).join(', ')}. This tab has its own; My labs opens a copy of the other.`,
  });
}
