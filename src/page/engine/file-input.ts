/*
 * Receives files from the system's dialog and from drops on the page. The code that reads them is loaded with the first
 * file.
 */
import { notify } from '../store/lab.ts';

/** Loads the code that reads files; null after a notice when that fails. */
export const fileReader = (): Promise<typeof import('./files.ts') | null> =>
  import('./files.ts').catch(() => {
    notify({ kind: 'error', title: 'The code for reading files could not be loaded', detail: 'Try again.' });
    return null;
  });

async function readAll(files: Iterable<File>): Promise<void> {
  // copy the list: a drop's files are gone after the event
  const all = [...files];
  const reader = await fileReader();
  for (const file of all) void reader?.readFile(file);
}

/** Opens the system's file dialog. */
export function chooseFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => {
    void readAll(input.files ?? []);
  });
  input.click();
}

/** Handles files dropped anywhere on the page; `over` is called with whether a file is dragged over it. */
export function followDrops(over: (is: boolean) => void): () => void {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  const onOver = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(true);
  };
  const onLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) over(false);
  };
  const onDrop = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    over(false);
    void readAll(event.dataTransfer?.files ?? []);
  };
  window.addEventListener('dragover', onOver);
  window.addEventListener('dragleave', onLeave);
  window.addEventListener('drop', onDrop);
  return () => {
    window.removeEventListener('dragover', onOver);
    window.removeEventListener('dragleave', onLeave);
    window.removeEventListener('drop', onDrop);
  };
}
