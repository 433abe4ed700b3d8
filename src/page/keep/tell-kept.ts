/* Notices about saved data: something is damaged, or another tab has a draft. */
import { notify } from '../store/lab.ts';
import { useKeeping } from '../store/storage.ts';
import { otherDrafts } from './draft.ts';

export function tellKept(): void {
  const { damaged } = useKeeping.getState();
  if (damaged.length > 0) {
    notify({
      kind: 'info',
      lasting: true,
      title: 'Saved data of this page cannot be read',
      detail: `${damaged.join(', ')} is damaged, or of another version: the page started without it. The rest is unchanged.`,
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
