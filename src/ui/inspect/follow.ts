/* Follows a pointer of the shown struct: returns the next place of the trail, or why there is none. */
import { partOf, rowKey } from '../../views/struct/fields.ts';
import { isDataPointer } from '../../views/inspect/lines.ts';
import type { LayoutRow } from '../../engine/index.ts';
import type { Frame } from '../../page/frame-source.ts';
import { choices } from '../../page/store/choices.ts';
import { follow, KERNEL } from '../../page/store/inspect.ts';
import { lab, notify } from '../../page/store/lab.ts';
import { type Followed, followPointer } from './places.ts';
import type { Shown } from './shown.ts';

export const rowOf = ({ layout }: Shown, path: string | null): LayoutRow | null =>
  layout?.rows.find((row) => row.kind === 'field' && row.path === path && row.name !== '') ?? null;

/** Follows a row's pointer; null when it is no pointer to data, or has no bytes now. */
export function followed(shown: Shown, row: LayoutRow, frame: Frame): Followed | null {
  const { cold } = lab();
  const bytes = shown.read(frame, { address: shown.address, length: shown.length }, choices().copy);
  const part = partOf(row);
  if (!cold || !bytes || !isDataPointer(part) || part.offset + part.size > bytes.length) return null;
  return followPointer({ btf: shown.btf, cold }, part, row.typeId, bytes);
}

export function followFrom(shown: Shown, path: string | null, frame: Frame): void {
  const row = rowOf(shown, path);
  const answer = row && followed(shown, row, frame);
  if (!row || !answer) {
    notify({
      kind: 'info',
      title: 'No pointer to follow',
      detail: 'Select a field whose type ends in *, in a struct that the machine has.',
    });
    return;
  }
  if (answer.to === 'nowhere') notify({ kind: 'info', title: `${row.name} cannot be followed`, detail: answer.words });
  else go(row, answer);
}

export function go(row: LayoutRow, { type, typeId, address, field }: Extract<Followed, { to: 'type' }>): void {
  follow({ source: KERNEL, id: typeId, kind: 'STRUCT', name: type, address, via: row.name || rowKey(row) }, field);
}
