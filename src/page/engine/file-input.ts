/* Where files come from: the system's dialog, and drops on the page. What reads them is fetched with the first. */
import { notify } from '../store/lab.ts';

/** What reads files; null, and told, where it cannot be fetched. */
export const fileReader = (): Promise<typeof import('./files.ts') | null> =>
  import('./files.ts').catch(() => {
    notify({ kind: 'error', title: 'What reads files could not be fetched', detail: 'Try again.' });
    return null;
  });

async function readAll(files: Iterable<File>): Promise<void> {
  // a drop's files are gone once its event is over
  const all = [...files];
  const reader = await fileReader();
  for (const file of all) void reader?.readFile(file);
}

/** The system's own dialog. */
export function chooseFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => {
    void readAll(input.files ?? []);
  });
  input.click();
}

/** Files dropped anywhere on the page; `over` is told while something hangs above it. */
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
