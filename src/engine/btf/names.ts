/*
 * Finds types by kind and name: an open-addressing table of type indices, hashed over the name's bytes without making
 * strings.
 */
import type { StringSection } from './strings.ts';
import { hashBytes } from './strings.ts';
import { infoKind } from './wire.ts';

/** The kernel refuses longer names (KSYM_NAME_LEN); hashing no more bytes than that bounds the work for any input. */
const HASHED_LENGTH = 512;

const encoder = new TextEncoder();

export interface NameIndex {
  /** index of the first type of that kind and name, 0 when there is none */
  find(kind: number, name: string): number;
}

export function indexNames(view: DataView, offsets: Uint32Array, count: number, strings: StringSection): NameIndex {
  const slots = new Uint32Array(tableSize(count));
  const mask = slots.length - 1;
  const placeOf = (index: number): number => offsets[index] ?? 0;
  const at = (slot: number): number => slots[slot] ?? 0;
  const nameOf = (index: number) => view.getUint32(placeOf(index), true);
  const kindOf = (index: number) => infoKind(view.getUint32(placeOf(index) + 4, true));

  for (let index = 1; index <= count; index++) {
    const name = nameOf(index);
    if (name === 0) continue;
    const kind = kindOf(index);
    let slot = strings.hash(name, HASHED_LENGTH, kind) & mask;
    while (at(slot) !== 0 && !(kindOf(at(slot)) === kind && sameName(strings, nameOf(at(slot)), name))) {
      slot = (slot + 1) & mask;
    }
    if (slots[slot] === 0) slots[slot] = index;
  }

  return {
    find(kind, name) {
      const bytes = encoder.encode(name);
      let slot = hashBytes(bytes, 0, Math.min(bytes.length, HASHED_LENGTH), kind) & mask;
      for (let index = at(slot); index !== 0; slot = (slot + 1) & mask, index = at(slot)) {
        if (kindOf(index) === kind && strings.text(nameOf(index)) === name) return index;
      }
      return 0;
    },
  };
}

function tableSize(count: number): number {
  let size = 16;
  while (size < count * 2) size *= 2;
  return size;
}

function sameName(strings: StringSection, a: number, b: number): boolean {
  if (a === b) return true;
  for (let i = 0; i < HASHED_LENGTH; i++) {
    const byte = strings.byte(a, i);
    if (byte !== strings.byte(b, i)) return false;
    if (byte === 0) return true;
  }
  return true;
}
