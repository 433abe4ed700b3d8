/*
 * A hash table in the memory, with all its elements allocated at creation. Links are element numbers, so that a program
 * that writes out of bounds can damage this table only.
 *
 * Four words: head of the free list, elements used at least once, elements in use, the clock's hand; then a word for
 * each bucket; then the elements: each has the number of the next one, whether it was used since the hand passed, its
 * key and its value.
 */
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { stride } from './map-type.ts';

const FREE = 0;
const FRESH = 1;
const COUNT = 2;
const HAND = 3;
const HEAD_BYTES = 16;
const LINK_BYTES = 8;

/** roundup_pow_of_two; more entries than 2^31 never get memory. */
const buckets = (maxEntries: number): number => (1 << Math.min(31, 32 - Math.clz32(maxEntries - 1))) >>> 0;
export const elementBytes = ({ keySize, valueSize }: { keySize: number; valueSize: number }): number =>
  LINK_BYTES + stride(keySize) + stride(valueSize);

/** Bytes of a whole table. */
export const tableBytes = (shape: { keySize: number; valueSize: number; maxEntries: number }): number =>
  HEAD_BYTES + Math.ceil(buckets(shape.maxEntries) / 2) * 8 + shape.maxEntries * elementBytes(shape);

/** Elements are numbered from 1; 0 means none. */
export class Table {
  private readonly words: Uint32Array;
  private readonly bytes: Uint8Array;
  private readonly head: number;
  private readonly count: number;
  private readonly elements: number;
  private readonly size: number;

  constructor(
    { memory }: Core,
    private readonly map: MapObject,
  ) {
    const base = map.plain?.values ?? 0;
    this.words = memory.u32;
    this.bytes = memory.u8;
    this.head = base >>> 2;
    this.count = buckets(map.maxEntries);
    this.elements = base + HEAD_BYTES + Math.ceil(this.count / 2) * 8;
    this.size = elementBytes(map);
  }

  /** A word of the map's memory, by its number. */
  private word(at: number): number {
    return this.words[at] ?? 0;
  }

  bucketOf(key: Uint8Array, at: number): number {
    let h = 0x9e3779b1;
    for (let i = 0; i < this.map.keySize; i++) h = Math.imul(h ^ (key[at + i] ?? 0), 0x85ebca6b) ^ (h >>> 15);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) & (this.count - 1);
  }

  valueOf(element: number): number {
    return this.keyOf(element) + stride(this.map.keySize);
  }

  keyOf(element: number): number {
    return this.elements + (element - 1) * this.size + LINK_BYTES;
  }

  /** First element of a bucket; 0: none. */
  first(bucket: number): number {
    return this.valid(this.word(this.head + HEAD_BYTES / 4 + bucket));
  }

  after(element: number): number {
    return this.valid(this.word((this.keyOf(element) - LINK_BYTES) >>> 2));
  }

  find(key: Uint8Array, at: number): number {
    let element = this.first(this.bucketOf(key, at));
    for (let seen = 0; element !== 0 && seen < this.map.maxEntries; seen++) {
      if (this.matches(element, key, at)) return element;
      element = this.after(element);
    }
    return 0;
  }

  /** Inserts an element at the front of its bucket; 0 when all are in use. */
  insert(key: Uint8Array, at: number): number {
    const element = this.take();
    if (element === 0) return 0;
    const head = this.head + HEAD_BYTES / 4 + this.bucketOf(key, at);
    this.words[(this.keyOf(element) - LINK_BYTES) >>> 2] = this.word(head);
    this.words[head] = element;
    this.words[this.head + COUNT] = this.word(this.head + COUNT) + 1;
    this.bytes.set(key.subarray(at, at + this.map.keySize), this.keyOf(element));
    return element;
  }

  remove(key: Uint8Array, at: number): boolean {
    let link = this.head + HEAD_BYTES / 4 + this.bucketOf(key, at);
    for (let seen = 0; seen < this.map.maxEntries; seen++) {
      const element = this.valid(this.word(link));
      if (element === 0) return false;
      const next = (this.keyOf(element) - LINK_BYTES) >>> 2;
      if (this.matches(element, key, at)) {
        this.words[link] = this.word(next);
        this.words[next] = this.word(this.head + FREE);
        this.words[this.head + FREE] = element;
        this.words[this.head + COUNT] = this.word(this.head + COUNT) - 1;
        return true;
      }
      link = next;
    }
    return false;
  }

  /** First element of the first bucket from `bucket` on that has one. */
  from(bucket: number): number {
    for (let b = bucket; b < this.count; b++) {
      const element = this.first(b);
      if (element !== 0) return element;
    }
    return 0;
  }

  /** Marks an element as used by a program or an update: the hand passes it once. */
  touch(element: number): void {
    this.words[this.usedAt(element)] = 1;
  }

  /**
   * Evicts the first element, from the hand on, that was not used since the hand last passed. Each step of the hand
   * clears a mark, so that evictions take few steps on average.
   */
  evict(): void {
    const { maxEntries } = this.map;
    for (let steps = 0; steps <= 2 * maxEntries; steps++) {
      const hand = (this.word(this.head + HAND) % maxEntries) + 1;
      this.words[this.head + HAND] = hand;
      const used = this.usedAt(hand);
      if (this.words[used] === 0 && this.remove(this.bytes, this.keyOf(hand))) return;
      this.words[used] = 0;
    }
  }

  get full(): boolean {
    return this.word(this.head + COUNT) >= this.map.maxEntries;
  }

  private usedAt(element: number): number {
    return ((this.keyOf(element) - LINK_BYTES) >>> 2) + 1;
  }

  private take(): number {
    const free = this.valid(this.word(this.head + FREE));
    if (free !== 0) {
      this.words[this.head + FREE] = this.word((this.keyOf(free) - LINK_BYTES) >>> 2);
      return free;
    }
    const fresh = this.word(this.head + FRESH) + 1;
    if (fresh > this.map.maxEntries) return 0;
    this.words[this.head + FRESH] = fresh;
    return fresh;
  }

  private valid(element: number): number {
    return element <= this.map.maxEntries ? element : 0;
  }

  private matches(element: number, key: Uint8Array, at: number): boolean {
    const own = this.keyOf(element);
    for (let i = 0; i < this.map.keySize; i++) if (this.bytes[own + i] !== key[at + i]) return false;
    return true;
  }
}
