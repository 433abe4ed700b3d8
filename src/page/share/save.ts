/* Files that the page gives to the user. */
import { lab, notify } from '../store/lab.ts';
import { labFile } from './codec.ts';
import { takeLab } from './take.ts';

/** Saves a file through the browser; `name` is the suggested name. */
export function saveFile(name: string, content: string | Blob, type: string): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export async function saveLab(): Promise<void> {
  const doc = await takeLab();
  if (!doc) return;
  const name = `${doc.scenario}.ops.json`;
  saveFile(name, labFile(doc), 'application/json');
  notify({
    kind: 'info',
    title: `${name} is saved`,
    detail: `Drop it on the page, or open it, to return to ${lab().scenario?.title ?? 'this lab'}.`,
  });
}
