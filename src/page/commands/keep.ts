/* Commands for undo and redo, and for saving labs and texts. */
import { redo, undo, useUndo } from '../keep/undo.ts';
import { choose, choices } from '../store/choices.ts';
import { notify } from '../store/lab.ts';
import { showOverlay } from '../store/overlay.ts';
import { activeText, deleteText, editText, freshName, isListing, isOwn, textOf } from '../store/texts.ts';
import type { PageCommand } from './command.ts';

const hasText = (): boolean => activeText() !== null && !isListing(activeText() ?? '');

function begin(name: string, text: string): void {
  const fresh = freshName(name);
  editText(fresh, text);
  choose({ activeText: fresh });
}

async function download(name: string): Promise<void> {
  const files = await import('../share/save.ts').catch(() => null);
  if (files) files.saveFile(name, textOf(name), 'text/plain');
  else
    notify({
      kind: 'error',
      title: `${name} could not be saved`,
      detail: 'The code for saving files could not be loaded: try again.',
    });
}

export const KEEP_COMMANDS: readonly PageCommand[] = [
  {
    id: 'lab.undo',
    title: 'Undo: the last change of a text, command or choice',
    group: 'Lab',
    keys: ['Ctrl+Z'],
    when: () => useUndo.getState().past.length > 0,
    run: undo,
  },
  {
    id: 'lab.redo',
    title: 'Redo what was undone',
    group: 'Lab',
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    when: () => useUndo.getState().future.length > 0,
    run: redo,
  },
  {
    id: 'text.duplicate',
    title: 'Duplicate this text',
    group: 'Program',
    when: hasText,
    run: () => begin(activeText() ?? '', textOf(activeText() ?? '')),
  },
  {
    id: 'text.rename-text',
    title: 'Rename this text',
    group: 'Program',
    when: () => isOwn(activeText() ?? '', choices().edits),
    run: () => showOverlay('rename-text'),
  },
  {
    id: 'text.download',
    title: 'Download this text',
    group: 'Program',
    when: hasText,
    run: () => void download(activeText() ?? ''),
  },
  {
    id: 'text.delete',
    title: 'Delete this text (it can be undone)',
    group: 'Program',
    when: () => isOwn(activeText() ?? '', choices().edits),
    run: () => deleteText(activeText() ?? ''),
  },
];
