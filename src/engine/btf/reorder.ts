/*
 * Finds whether a struct would be smaller with one member elsewhere. Members are laid out again one after another, each
 * at the alignment of its type, as a C compiler does. A struct whose own layout this does not reproduce (bitfields,
 * explicitly aligned or packed members) is left alone.
 */
import { alignOf } from './align.ts';
import type { Btf, BtfType } from './btf.ts';
import { composite } from './fields.ts';

export interface Reorder {
  /** name of the member that moves, and of the one that it then follows */
  readonly member: string;
  readonly after: string;
  /** bytes that the struct shrinks by; 0: it fills a hole, and the size stays */
  readonly saves: number;
}

interface Block {
  readonly name: string;
  readonly size: number;
  readonly align: number;
  readonly offset: number;
}

/** Most members of a struct that is tried; longer ones would take noticeably long. */
const MOST_MEMBERS = 400;

/**
 * The move that saves most; where none saves anything, the one that fills a hole; null where there is no hole, or the
 * struct cannot be laid out again.
 */
export function suggestReorder(btf: Btf, id: number): Reorder | null {
  const struct = composite(btf, id);
  const blocks = struct && blocksOf(btf, struct);
  if (!struct || !blocks || struct.kind !== 'STRUCT') return null;
  let best: Reorder | null = null;
  for (const [i, hole] of blocks.entries()) {
    const next = blocks[i + 1];
    const room = (next?.offset ?? struct.size) - (hole.offset + hole.size);
    for (const moved of next && room > 0 ? blocks : []) {
      if (moved === hole || moved === next || moved.name === '' || hole.name === '' || moved.size > room) continue;
      const others = blocks.filter((one) => one !== moved);
      others.splice(others.indexOf(hole) + 1, 0, moved);
      const saves = struct.size - sizeOfAll(others);
      if (saves >= 0 && (best === null || saves > best.saves)) best = { member: moved.name, after: hole.name, saves };
    }
  }
  return best;
}

/** Null where laying out the members again does not give back the struct. */
function blocksOf(btf: Btf, { members, size }: BtfType): Block[] | null {
  if (members.length > MOST_MEMBERS || members.some(({ bitSize }) => bitSize > 0)) return null;
  const blocks: Block[] = [];
  let end = 0;
  for (const { name, type, bitOffset } of members) {
    const align = Math.max(1, alignOf(btf, type));
    const block = { name, size: Math.max(0, btf.sizeOf(type)), align, offset: bitOffset / 8 };
    if (block.offset !== roundUp(end, align)) return null;
    end = block.offset + block.size;
    blocks.push(block);
  }
  return sizeOfAll(blocks) === size ? blocks : null;
}

const roundUp = (at: number, align: number): number => Math.ceil(at / align) * align;

function sizeOfAll(blocks: readonly Block[]): number {
  let end = 0;
  let largest = 1;
  for (const { size, align } of blocks) {
    end = roundUp(end, align) + size;
    largest = Math.max(largest, align);
  }
  return roundUp(end, largest);
}
