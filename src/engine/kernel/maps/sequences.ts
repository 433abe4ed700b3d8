/* Queues and stacks (kernel/bpf/queue_stack_maps.c) and bloom filters (kernel/bpf/bloom_filter.c): values without keys. */
import { ERRNO } from '../../base/errno.ts';
import type { Core } from '../core.ts';
import type { MapObject } from '../state.ts';
import { MAP_FLAG } from '../uapi.ts';
import { ACCESS_FLAGS, ELEM, flagsFit, MAP_TYPE, type MapShape, type MapType, type Sequence } from './map-type.ts';

const HEAD_BYTES = 8;
/** words: position of the next element to be written, and of the oldest one */
const HEAD = 0;
const TAIL = 1;
const MAX_VALUE = 4 * 1024 * 1024;

const noKeys = {
  percpu: false,
  direct: false,
  keyed: 'never',
  lookup: () => 0,
  update: () => -ERRNO.EINVAL,
  remove: () => -ERRNO.EINVAL,
  nextKey: () => -ERRNO.EINVAL,
} as const;

/** A ring with one more place than entries, as in Linux. */
class Ring {
  private readonly words: Uint32Array;
  private readonly head: number;
  private readonly places: number;

  constructor(
    private readonly k: Core,
    private readonly map: MapObject,
  ) {
    this.words = k.memory.u32;
    this.head = (map.plain?.values ?? 0) >>> 2;
    this.places = map.maxEntries + 1;
  }

  private word(which: number): number {
    return (this.words[this.head + which] ?? 0) % this.places;
  }

  private set(which: number, value: number): void {
    this.words[this.head + which] = (value + this.places) % this.places;
  }

  private at(place: number): number {
    return this.head * 4 + HEAD_BYTES + ((place + this.places) % this.places) * this.map.valueSize;
  }

  get count(): number {
    return (this.word(HEAD) - this.word(TAIL) + this.places) % this.places;
  }

  push(value: Uint8Array, valueAt: number): void {
    this.k.memory.u8.set(value.subarray(valueAt, valueAt + this.map.valueSize), this.at(this.word(HEAD)));
    this.set(HEAD, this.word(HEAD) + 1);
  }

  dropOldest(): void {
    this.set(TAIL, this.word(TAIL) + 1);
  }

  dropNewest(): void {
    this.set(HEAD, this.word(HEAD) - 1);
  }

  get oldest(): number {
    return this.at(this.word(TAIL));
  }

  get newest(): number {
    return this.at(this.word(HEAD) - 1);
  }

  fromOldest(): number[] {
    return Array.from({ length: this.count }, (_, i) => this.at(this.word(TAIL) + i));
  }
}

function push(k: Core, map: MapObject, value: Uint8Array, valueAt: number, flags: number): number {
  const replace = flags === ELEM.EXIST;
  if (flags === ELEM.NOEXIST || flags > ELEM.EXIST) return -ERRNO.EINVAL;
  const ring = new Ring(k, map);
  if (ring.count === map.maxEntries) {
    if (!replace) return -ERRNO.E2BIG;
    ring.dropOldest();
  }
  ring.push(value, valueAt);
  return 0;
}

const queue: Sequence = {
  push,
  peek(k, map) {
    const ring = new Ring(k, map);
    return ring.count === 0 ? -ERRNO.ENOENT : ring.oldest;
  },
  pop(k, map) {
    const ring = new Ring(k, map);
    if (ring.count === 0) return -ERRNO.ENOENT;
    const { oldest } = ring;
    ring.dropOldest();
    return oldest;
  },
  all: (k, map) => new Ring(k, map).fromOldest(),
};

const stack: Sequence = {
  push,
  peek(k, map) {
    const ring = new Ring(k, map);
    return ring.count === 0 ? -ERRNO.ENOENT : ring.newest;
  },
  pop(k, map) {
    const ring = new Ring(k, map);
    if (ring.count === 0) return -ERRNO.ENOENT;
    const { newest } = ring;
    ring.dropNewest();
    return newest;
  },
  all: (k, map) => new Ring(k, map).fromOldest().toReversed(),
};

function checkRing(shape: MapShape): number {
  const { maxEntries, keySize, valueSize } = shape;
  if (maxEntries === 0 || keySize !== 0 || valueSize === 0) return ERRNO.EINVAL;
  if (!flagsFit(shape, MAP_FLAG.NUMA_NODE | ACCESS_FLAGS)) return ERRNO.EINVAL;
  return valueSize > MAX_VALUE ? ERRNO.E2BIG : 0;
}

const ring = (number: number, name: string, sequence: Sequence): MapType => ({
  ...noKeys,
  number,
  name,
  check: checkRing,
  checkSource: 'queue_stack_map_alloc_check',
  bytes: ({ maxEntries, valueSize }) => HEAD_BYTES + (maxEntries + 1) * valueSize,
  takes: true,
  sequence,
});

export const queueMap = ring(MAP_TYPE.QUEUE, 'queue', queue);
export const stackMap = ring(MAP_TYPE.STACK, 'stack', stack);

/** map_extra: number of hash functions, 5 where none is given */
const HASHES = 15;
const DEFAULT_HASHES = 5;

const hashesOf = (extra: number): number => extra & HASHES || DEFAULT_HASHES;

/** Bits of a bloom filter: 7/5 of entries times hash functions, rounded to a power of two, at least 64. */
function bitsOf(maxEntries: number, extra: number): number {
  const wanted = Math.floor((maxEntries * hashesOf(extra)) / 5) * 7;
  return Math.max(64, 2 ** (32 - Math.clz32(Math.min(wanted, 0x8000_0000) - 1)));
}

function bitOf(bytes: Uint8Array, at: number, length: number, seed: number, bits: number): number {
  let h = Math.imul(seed + 1, 0x9e3779b1);
  for (let i = 0; i < length; i++) h = Math.imul(h ^ (bytes[at + i] ?? 0), 0x85ebca6b) ^ (h >>> 15);
  return (Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0) % bits;
}

const eachBit = (map: MapObject, value: Uint8Array, at: number): number[] =>
  Array.from({ length: hashesOf(map.extra) }, (_, seed) =>
    bitOf(value, at, map.valueSize, seed, bitsOf(map.maxEntries, map.extra)),
  );

const filter: Sequence = {
  push({ memory }, map, value, valueAt, flags) {
    if (flags !== ELEM.ANY) return -ERRNO.EINVAL;
    const base = map.plain?.values ?? 0;
    for (const bit of eachBit(map, value, valueAt)) {
      const at = base + (bit >>> 3);
      memory.u8[at] = (memory.u8[at] ?? 0) | (1 << (bit & 7));
    }
    return 0;
  },
  peek({ memory }, map, value, valueAt) {
    const base = map.plain?.values ?? 0;
    const all = eachBit(map, value, valueAt).every(
      (bit) => ((memory.u8[base + (bit >>> 3)] ?? 0) & (1 << (bit & 7))) !== 0,
    );
    return all ? 0 : -ERRNO.ENOENT;
  },
  pop: () => -ERRNO.ENOTSUPP,
  all: () => [],
};

export const bloomFilterMap: MapType = {
  ...noKeys,
  number: MAP_TYPE.BLOOM_FILTER,
  name: 'bloom_filter',
  since: 'v6.1',
  check(shape) {
    const { keySize, valueSize, maxEntries, extra = 0 } = shape;
    if (keySize !== 0 || valueSize === 0 || maxEntries === 0 || extra > HASHES) return ERRNO.EINVAL;
    if (!flagsFit(shape, MAP_FLAG.NUMA_NODE | MAP_FLAG.ZERO_SEED | ACCESS_FLAGS)) return ERRNO.EINVAL;
    return valueSize > MAX_VALUE ? ERRNO.E2BIG : 0;
  },
  checkSource: 'bloom_map_alloc',
  bytes: ({ maxEntries, extra = 0 }) => bitsOf(maxEntries, extra) / 8,
  remove: () => -ERRNO.ENOTSUPP,
  nextKey: () => -ERRNO.ENOTSUPP,
  sequence: filter,
};
