/** Maps of maps and of programs: allowed elements, references, and lookups (map_in_map.c, arraymap.c). */
import { expect, it, test } from 'vitest';
import type { BpfAttr } from '../attr.ts';
import { PROFILES } from '../profiles.ts';
import { loader } from '../testing/boot.ts';
import { MAP_TYPE } from './map-type.ts';
import { mapKernel, u32 } from './testing/maps.ts';

type Attr = BpfAttr['BPF_MAP_CREATE'];
const array: Attr = { map_type: MAP_TYPE.ARRAY, key_size: 4, value_size: 8, max_entries: 2 };
const outer: Attr = { map_type: MAP_TYPE.ARRAY_OF_MAPS, key_size: 4, value_size: 4, max_entries: 3 };
const hashed: Attr = { ...outer, map_type: MAP_TYPE.HASH_OF_MAPS };
const jumps: Attr = { ...outer, map_type: MAP_TYPE.PROG_ARRAY };
const INNER_MAP = 1 << 12;

function withInner(attr = outer, inner = array, parts: Parameters<typeof mapKernel>[0] = {}) {
  const k = mapKernel(parts);
  const first = k.create(inner);
  const fd = k.create({ ...attr, inner_map_fd: first });
  return { ...k, first, fd, map: () => k.kernel.state.maps[k.kernel.objectOf(k.pid, fd, 'map')] };
}

const ROWS: readonly (readonly [why: string, attr: Attr, errno: number])[] = [
  ['without an inner map', { ...outer, inner_map_fd: 77 }, 9],
  ['values of other than 4 bytes', { ...outer, value_size: 8 }, 22],
  ['the same for a hash', { ...hashed, value_size: 8 }, 22],
  ['an array of maps that programs may only read', { ...outer, map_flags: 128 }, 22],
  ['a prog array with values of other than 4 bytes', { ...jumps, value_size: 8 }, 22],
];
it.each(ROWS)('not created: %s', (_why, attr, errno) => {
  expect(mapKernel().create(attr)).toBe(-errno);
});

test('a map of maps or a prog array cannot be an inner map', () => {
  const k = withInner();
  expect(k.create({ ...outer, inner_map_fd: k.fd })).toBe(-22);
  expect(k.create({ ...outer, inner_map_fd: k.create(jumps) })).toBe(-524);
});

test.each([outer, hashed])('user space puts in fds and gets ids; programs get the map', (attr) => {
  const k = withInner(attr);
  expect(k.update(k.fd, u32(1), u32(k.first))).toBe(0);
  const id = k.kernel.state.maps[k.kernel.objectOf(k.pid, k.first, 'map')].id;
  expect(k.lookup(k.fd, u32(1))).toEqual(u32(id));
  expect(k.lookup(k.fd, u32(2))).toBe(-2);
  k.memory.u32[k.scratch >>> 2] = 1;
  expect(k.call(1, k.handle(k.fd), k.scratch)).toBe(k.handle(k.first));
  k.memory.u32[k.scratch >>> 2] = 2;
  expect(k.call(1, k.handle(k.fd), k.scratch)).toBe(0);
  expect(k.remove(k.fd, u32(1))).toBe(0);
  expect([k.remove(k.fd, u32(1)), k.lookup(k.fd, u32(1))]).toEqual([-2, -2]);
});

test('an inner map must have the template’s shape', () => {
  const k = withInner();
  expect(k.update(k.fd, u32(0), u32(k.create({ ...array, value_size: 4 })))).toBe(-22);
  expect(k.update(k.fd, u32(0), u32(k.create({ ...array, max_entries: 3 })))).toBe(-22);
  expect(k.update(k.fd, u32(0), u32(k.create({ ...array, map_type: MAP_TYPE.HASH })))).toBe(-22);
  expect([k.update(k.fd, u32(0), u32(88)), k.update(k.fd, u32(0), u32(0))]).toEqual([-9, -22]);
  expect([k.update(k.fd, u32(3), u32(k.first)), k.update(k.fd, u32(0), u32(k.first), 1)]).toEqual([-7, -22]);
});

test('inner tables, and arrays with the flag, may differ in size; not on 5.6', () => {
  const loose = withInner(outer, { ...array, map_flags: INNER_MAP });
  expect(loose.update(loose.fd, u32(0), u32(loose.create({ ...array, map_flags: INNER_MAP, max_entries: 9 })))).toBe(0);
  const table = { ...array, map_type: MAP_TYPE.HASH };
  const tables = withInner(outer, table);
  expect(tables.update(tables.fd, u32(0), u32(tables.create({ ...table, max_entries: 9 })))).toBe(0);
  const old = withInner(outer, table, { profile: { ...PROFILES['v6.1'], name: 'v5.6' } });
  expect(old.update(old.fd, u32(0), u32(old.create({ ...table, max_entries: 9 })))).toBe(-22);
});

test.each([outer, hashed])('an element is held until it is replaced or deleted, or the map is freed', (attr) => {
  const k = withInner(attr);
  const other = k.create(array);
  const kinds = (fd: number): string[] =>
    k.kernel.state.maps[k.kernel.objectOf(k.pid, fd, 'map')].holders.map(({ kind }) => kind);
  k.update(k.fd, u32(1), u32(k.first));
  expect(kinds(k.first)).toEqual(['file', 'map']);
  k.update(k.fd, u32(1), u32(other));
  expect([kinds(k.first), kinds(other)]).toEqual([['file'], ['file', 'map']]);
  k.kernel.close(k.pid, k.fd);
  while (k.events.length > 0) k.events.step();
  expect(kinds(other)).toEqual(['file']);
});

test('a prog array takes programs of one kind, and is emptied when its last user-space reference goes', () => {
  const k = mapKernel();
  const load = loader(k, k.pid);
  const fd = k.create(jumps);
  const ssthresh = load.prog('ssthresh');
  expect(k.update(fd, u32(0), u32(ssthresh))).toBe(0);
  expect(k.update(fd, u32(1), u32(load.prog('undo_cwnd')))).toBe(0);
  // another prototype
  expect(k.update(fd, u32(1), u32(load.prog('cong_avoid')))).toBe(-22);
  expect([k.update(fd, u32(1), u32(fd)), k.update(fd, u32(1), u32(99))]).toEqual([-22, -9]);
  const prog = k.kernel.objectOf(k.pid, ssthresh, 'prog');
  expect(k.lookup(fd, u32(0))).toEqual(u32(k.kernel.state.progs[prog].id));
  expect(k.kernel.state.progs[prog].holders.map(({ kind }) => kind)).toEqual(['file', 'map']);
  k.kernel.close(k.pid, fd);
  expect(k.kernel.state.progs[prog].holders.map(({ kind }) => kind)).toEqual(['file']);
});
