/** Queues, stacks, bloom filters, tries and LRU tables, compared with models of a few lines. */
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { runs } from '../../base/testing/runs.ts';
import type { BpfAttr } from '../attr.ts';
import { PROFILES } from '../profiles.ts';
import { MAP_TYPE } from './map-type.ts';
import { mapKernel, u32 } from './testing/maps.ts';

const NONE = new Uint8Array();
const queue = { map_type: MAP_TYPE.QUEUE, value_size: 4, max_entries: 3 };
const stack = { ...queue, map_type: MAP_TYPE.STACK };
const bloom = { map_type: MAP_TYPE.BLOOM_FILTER, value_size: 4, max_entries: 100 };
const trie = { map_type: MAP_TYPE.LPM_TRIE, key_size: 8, value_size: 4, max_entries: 8, map_flags: 1 };
const lru = { map_type: MAP_TYPE.LRU_HASH, key_size: 4, value_size: 4, max_entries: 4 };

const ROWS: readonly (readonly [why: string, attr: BpfAttr['BPF_MAP_CREATE'], errno: number])[] = [
  ['a queue has no keys', { ...queue, key_size: 4 }, 22],
  ['a stack has values', { ...stack, value_size: 0 }, 22],
  ['a queue has entries', { ...queue, max_entries: 0 }, 22],
  ['a bloom filter has no keys', { ...bloom, key_size: 4 }, 22],
  ['nor 16 hash functions', { ...bloom, map_extra: 16 }, 22],
  ['a trie is not allocated ahead', { ...trie, map_flags: 0 }, 22],
  ['a key of a trie has bits after its prefix', { ...trie, key_size: 4 }, 22],
  ['nor more than 256 bytes of them', { ...trie, key_size: 261 }, 22],
  ['a table that evicts is always allocated ahead', { ...lru, map_flags: 1 }, 22],
  ['other kinds take no map_extra', { ...queue, map_extra: 3 }, 22],
  [
    'a perf event array holds fds',
    { map_type: MAP_TYPE.PERF_EVENT_ARRAY, key_size: 4, value_size: 8, max_entries: 1 },
    22,
  ],
  ['a user ring buffer is a power of two of pages', { map_type: MAP_TYPE.USER_RINGBUF, max_entries: 4097 }, 22],
];
it.each(ROWS)('%s', (_why, attr, errno) => {
  expect(mapKernel().create(attr)).toBe(-errno);
});

function opened(attr: BpfAttr['BPF_MAP_CREATE']) {
  const k = mapKernel();
  const fd = k.create(attr);
  expect(fd).toBeGreaterThan(0);
  const user = {
    push: (value: number, flags = 0) =>
      k.kernel.bpf(k.pid, 'BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: null, value: u32(value), flags }).ret,
    peek: (value: Uint8Array = u32(0)) => k.kernel.bpf(k.pid, 'BPF_MAP_LOOKUP_ELEM', { map_fd: fd, key: null, value }),
    pop: () => k.kernel.bpf(k.pid, 'BPF_MAP_LOOKUP_AND_DELETE_ELEM', { map_fd: fd, key: null, value: u32(0) }),
  };
  return { ...k, fd, user };
}

const word = (bytes: Uint8Array | undefined): number =>
  new DataView((bytes ?? u32(0)).slice().buffer).getUint32(0, true);

test('a queue returns elements in order, a stack in reverse; a full one makes room if asked to', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(
        fc.oneof(
          fc.constant('pop'),
          fc.constant('peek'),
          fc.nat(99),
          fc.nat(99).map((n) => -n - 1),
        ),
        { maxLength: 40 },
      ),
      (isStack, steps) => {
        const { user } = opened(isStack ? stack : queue);
        let model: number[] = [];
        for (const step of steps) {
          if (typeof step === 'number') {
            const replaces = step < 0;
            const value = Math.abs(step);
            const isFull = model.length === 3;
            expect(user.push(value, replaces ? 2 : 0)).toBe(isFull && !replaces ? -7 : 0);
            if (isFull && replaces) model = model.slice(1);
            if (!isFull || replaces) model.push(value);
            continue;
          }
          const { ret, out } = step === 'pop' ? user.pop() : user.peek();
          const at = isStack ? model.length - 1 : 0;
          expect(ret).toBe(model.length === 0 ? -2 : 0);
          if (ret === 0) expect(word(out.bytes)).toBe(model[at]);
          if (step === 'pop') model.splice(at, 1);
        }
      },
    ),
    { numRuns: runs(30, 1000) },
  );
});

test('programs push, peek and pop; an empty one leaves zeros', () => {
  const k = opened(queue);
  const map = k.handle(k.fd);
  k.memory.u32[k.scratch >>> 2] = 77;
  expect(k.call(87, map, k.scratch, 0, 0)).toBe(0);
  k.memory.u32[k.scratch >>> 2] = 0;
  expect(k.call(89, map, k.scratch)).toBe(0);
  expect(k.memory.u32[k.scratch >>> 2]).toBe(77);
  expect(k.call(88, map, k.scratch)).toBe(0);
  expect(k.call(88, map, k.scratch)).toBe(-2);
  expect(k.memory.u32[k.scratch >>> 2]).toBe(0);
  expect(k.remove(k.fd, NONE)).toBe(-22);
});

test('a bloom filter finds every inserted value, and rarely another one', () => {
  const { user } = opened(bloom);
  for (let n = 0; n < 100; n++) expect(user.push(n * 7919)).toBe(0);
  for (let n = 0; n < 100; n++) expect(user.peek(u32(n * 7919)).ret).toBe(0);
  const wrong = Array.from({ length: 1000 }, (_, n) => user.peek(u32(1_000_003 + n * 13)).ret).filter(
    (ret) => ret === 0,
  );
  expect(wrong.length).toBeLessThan(100);
  expect(user.pop().ret).toBe(-524);
});

const key = (prefix: number, ...bytes: number[]): Uint8Array => {
  const made = new Uint8Array(8);
  made.set([prefix, 0, 0, 0, ...bytes]);
  return made;
};

test('a trie answers with the longest prefix that fits', () => {
  const k = opened(trie);
  expect(k.update(k.fd, key(8, 10), u32(1))).toBe(0);
  expect(k.update(k.fd, key(16, 10, 1, 9, 9), u32(2))).toBe(0);
  expect(k.update(k.fd, key(0), u32(3))).toBe(0);
  const at = (...bytes: number[]): number => word(k.lookup(k.fd, key(32, ...bytes)) as Uint8Array);
  expect([at(10, 1, 2, 3), at(10, 2, 2, 3), at(11, 0, 0, 0)]).toEqual([2, 1, 3]);
  // bits beyond the prefix are ignored
  expect(k.remove(k.fd, key(16, 10, 1, 200, 200))).toBe(0);
  expect(at(10, 1, 2, 3)).toBe(1);
  expect(k.update(k.fd, key(33, 1), u32(1))).toBe(-22);
  expect(k.update(k.fd, key(8, 10), u32(1), 1)).toBe(-17);
  expect(k.remove(k.fd, key(9, 10))).toBe(-2);
});

test('a trie of addresses, against a list', () => {
  const entry = fc.tuple(fc.nat(32), fc.nat(3), fc.nat(255), fc.nat(3), fc.nat(3));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), fc.array(entry, { maxLength: 20 }), (stored, asked) => {
      const k = opened(trie);
      const bits = (bytes: readonly number[]): string => bytes.map((b) => b.toString(2).padStart(8, '0')).join('');
      const model = new Map<string, number>();
      for (const [n, [prefix, ...bytes]] of stored.entries()) {
        expect(k.update(k.fd, key(prefix, ...bytes), u32(n + 1))).toBe(0);
        model.set(bits(bytes).slice(0, prefix), n + 1);
      }
      for (const [, ...bytes] of asked) {
        const all = bits(bytes);
        const prefix = Array.from({ length: 33 }, (_, i) => all.slice(0, 32 - i)).find((one) => model.has(one));
        const found = k.lookup(k.fd, key(32, ...bytes));
        expect(typeof found === 'number' ? found : word(found)).toBe(prefix === undefined ? -2 : model.get(prefix));
      }
    }),
    { numRuns: runs(30, 1000) },
  );
});

test('an LRU table keeps recently used elements, and is never full', () => {
  const k = opened(lru);
  for (const n of [1, 2, 3, 4]) expect(k.update(k.fd, u32(n), u32(n))).toBe(0);
  // the first eviction clears all marks; after it, elements that are looked up stay
  expect(k.update(k.fd, u32(5), u32(5))).toBe(0);
  const left = [1, 2, 3, 4].filter((n) => typeof k.lookup(k.fd, u32(n)) !== 'number');
  expect(left).toHaveLength(3);
  k.memory.u32[k.scratch >>> 2] = left[0];
  expect(k.call(1, k.handle(k.fd), k.scratch)).toBeGreaterThan(0);
  expect(k.update(k.fd, u32(6), u32(6))).toBe(0);
  expect(typeof k.lookup(k.fd, u32(left[0]))).not.toBe('number');
  for (let n = 10; n < 500; n++) expect(k.update(k.fd, u32(n), u32(n))).toBe(0);
});

test('5.6 has neither bloom filters nor user ring buffers', () => {
  const k = mapKernel({ profile: { ...PROFILES['v6.1'], name: 'v5.6' } });
  expect([k.create({ ...bloom }), k.create({ map_type: MAP_TYPE.USER_RINGBUF, max_entries: 4096 })]).toEqual([
    -22, -22,
  ]);
  expect(k.create(queue)).toBeGreaterThan(0);
});
