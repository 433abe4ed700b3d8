/*
 * Memory of maps: pieces of the arena, or of the kernel's read-only data where programs may not write. The list of free
 * pieces is cold state, which programs cannot reach, so a replay reuses freed memory in the same way.
 */
import { type HeapName, type Piece, type Heap } from './pieces.ts';
import type { Core } from '../core.ts';

/** Most bytes that maps may take of each region; the arena also holds stacks and sockets. */
const MOST: Readonly<Record<HeapName, number>> = { arena: 0x0050_0000, kernel: 0x0004_0000 };
const GRAIN = 16;

const rounded = (bytes: number): number => Math.ceil(bytes / GRAIN) * GRAIN;

/**
 * Allocates zeroed bytes, 16-aligned: the first free piece that fits, or new bytes of the region. Returns 0 when there
 * is no room. `running`: on behalf of a running program, whose memory limit was fixed when it began; then only free
 * pieces are used.
 */
export function takeMemory(k: Core, name: HeapName, bytes: number, running = false): number {
  const size = rounded(bytes);
  const heap = k.state.heaps[name];
  const i = heap.free.findIndex((piece) => piece.bytes >= size);
  const piece = heap.free[i];
  if (!piece) return running ? 0 : grow(k, name, size);
  const { at, bytes: room } = piece;
  const rest = room > size ? [{ at: at + size, bytes: room - size }] : [];
  setHeap(k, name, { ...heap, free: heap.free.toSpliced(i, 1, ...rest) });
  k.memory.u8.fill(0, at, at + size);
  return at;
}

/** Makes sure that a free piece of so many bytes exists, if there is room. */
export function keepReady(k: Core, name: HeapName, bytes: number): void {
  const size = rounded(bytes);
  if (k.state.heaps[name].free.some((piece) => piece.bytes >= size)) return;
  giveMemory(k, name, grow(k, name, size), size);
}

/** Takes new bytes at the region's end; a free piece that ends there becomes part of them. */
function grow(k: Core, name: HeapName, size: number): number {
  const heap = k.state.heaps[name];
  const last = heap.free.at(-1);
  const joined = last && last.at + last.bytes === k.memory.end(name) ? last : null;
  const more = size - (joined?.bytes ?? 0);
  if (heap.taken + more > MOST[name] || !k.memory.hasRoom(name, more + GRAIN)) return 0;
  const free = joined ? heap.free.slice(0, -1) : heap.free;
  setHeap(k, name, { free, taken: heap.taken + more });
  const at = k.memory.alloc(name, more, joined ? 1 : GRAIN);
  if (!joined) return at;
  k.memory.u8.fill(0, joined.at, at);
  return joined.at;
}

/** Frees memory from `takeMemory`; `bytes` as given there. */
export function giveMemory(k: Core, name: HeapName, at: number, bytes: number): void {
  if (at === 0) return;
  const heap = k.state.heaps[name];
  const behind = heap.free.findIndex((piece) => piece.at > at);
  const i = behind < 0 ? heap.free.length : behind;
  const before = heap.free.slice(0, i);
  const after = heap.free.slice(i);
  let piece: Piece = { at, bytes: rounded(bytes) };
  const left = before.at(-1);
  if (left && left.at + left.bytes === piece.at) {
    piece = { at: left.at, bytes: left.bytes + piece.bytes };
    before.pop();
  }
  const right = after[0];
  if (right && piece.at + piece.bytes === right.at) {
    piece = { at: piece.at, bytes: piece.bytes + right.bytes };
    after.shift();
  }
  setHeap(k, name, { ...heap, free: [...before, piece, ...after] });
}

function setHeap(k: Core, name: HeapName, heap: Heap): void {
  k.state = { ...k.state, heaps: { ...k.state.heaps, [name]: heap } };
}
