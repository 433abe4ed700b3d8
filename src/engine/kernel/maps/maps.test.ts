import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { runs } from '../../base/testing/runs.ts';
import type { BpfAttr } from '../attr.ts';
import { MAP_TYPE } from './map-type.ts';
import { mapKernel, u32 } from './testing/maps.ts';

const array = { map_type: MAP_TYPE.ARRAY, key_size: 4, value_size: 8, max_entries: 4 };
const hash = { map_type: MAP_TYPE.HASH, key_size: 4, value_size: 8, max_entries: 4 };
const ring = { map_type: MAP_TYPE.RINGBUF, max_entries: 4096 };
const value = (...bytes: number[]): Uint8Array => Uint8Array.from({ length: 8 }, (_, i) => bytes[i] ?? 0);

describe('BPF_MAP_CREATE', () => {
  const rows: readonly (readonly [why: string, attr: BpfAttr['BPF_MAP_CREATE'], errno: number])[] = [
    ['an array has keys of 4 bytes', { ...array, key_size: 8 }, 22],
    ['and entries', { ...array, max_entries: 0 }, 22],
    ['and values', { ...array, value_size: 0 }, 22],
    ['BPF_F_NO_PREALLOC is of hash tables', { ...array, map_flags: 1 }, 22],
    ['a read-only and write-only map for programs makes no sense', { ...array, map_flags: 0x180 }, 22],
    ['per-CPU arrays are not mapped', { ...array, map_type: MAP_TYPE.PERCPU_ARRAY, map_flags: 0x400 }, 22],
    ['a per-CPU value fits a page of the allocator', { ...array, map_type: 6, value_size: 32769 }, 7],
    ['more than there is memory for', { ...array, max_entries: 10_000_000 }, 12],
    ['a hash table has keys', { ...hash, key_size: 0 }, 22],
    ['hash tables are not mapped', { ...hash, map_flags: 0x400 }, 22],
    ['buckets of a hash table are counted in 32 bits', { ...hash, max_entries: 0xffff_ffff }, 7],
    ['an element fits kmalloc', { ...hash, value_size: 4 * 1024 * 1024 }, 7],
    ['a ring buffer is a power of two', { ...ring, max_entries: 12288 }, 22],
    ['of pages', { ...ring, max_entries: 2048 }, 22],
    ['it has no keys', { ...ring, key_size: 4 }, 22],
    ['sk_storage wants BPF_F_NO_PREALLOC', { map_type: 24, key_size: 4, value_size: 4 }, 22],
    ['and types', { map_type: 24, key_size: 4, value_size: 4, map_flags: 1 }, 22],
    ['a type that is not here', { ...array, map_type: 13 }, 22],
    ['nor this', { ...array, map_type: 33 }, 22],
    ['no map can have a struct_ops value type', { ...array, btf_vmlinux_value_type_id: 1 }, 22],
    ['a name of letters', { ...array, map_name: 'a b' }, 22],
  ];
  it.each(rows)('%s', (_why, attr, errno) => {
    expect(mapKernel().create(attr)).toBe(-errno);
  });

  it('gives an id, and its memory is freed later', () => {
    const k = mapKernel();
    const before = k.memory.end('arena');
    const fd = k.create({ ...array, map_name: 'counts' });
    expect(Object.values(k.kernel.state.maps)).toMatchObject([{ id: 1, name: 'counts', keySize: 4, maxEntries: 4 }]);
    const { address = 0, values = 0 } = k.kernel.state.maps[k.kernel.objectOf(k.pid, fd, 'map')].plain ?? {};
    expect([address > 0, values >= before]).toEqual([true, true]);
    k.kernel.close(k.pid, fd);
    while (Number.isFinite(k.events.nextTime)) k.events.step();
    expect(k.kernel.state.maps).toEqual({});
    const end = k.memory.end('arena');
    const again = k.create(array);
    expect(k.kernel.state.maps[k.kernel.objectOf(k.pid, again, 'map')].plain).toMatchObject({ address, values });
    expect(k.memory.end('arena')).toBe(end);
  });

  it('types whose sizes do not match are refused', () => {
    const k = mapKernel();
    const btf_fd = k.loadBtf();
    const types = { btf_fd, btf_key_type_id: 1, btf_value_type_id: 1 };
    expect(k.create({ ...array, ...types })).toBe(-22);
    expect(k.create({ ...array, value_size: 4, ...types })).toBeGreaterThan(0);
    expect(k.create({ ...array, value_size: 4, ...types, btf_value_type_id: 9 })).toBe(-22);
    expect(k.create({ ...array, value_size: 4, ...types, btf_fd: 77 })).toBe(-9);
  });
});

describe('elements', () => {
  it('of an array all exist from the start', () => {
    const k = mapKernel();
    const fd = k.create(array);
    expect(k.lookup(fd, u32(3))).toEqual(value());
    expect(k.update(fd, u32(3), value(1, 2))).toBe(0);
    expect(k.lookup(fd, u32(3))).toEqual(value(1, 2));
    expect(k.lookup(fd, u32(4))).toBe(-2);
    expect(k.update(fd, u32(4), value())).toBe(-7);
    expect(k.update(fd, u32(0), value(), 1)).toBe(-17);
    expect(k.update(fd, u32(0), value(), 3)).toBe(-22);
    expect(k.remove(fd, u32(0))).toBe(-22);
    expect([k.next(fd, null), k.next(fd, u32(0)), k.next(fd, u32(3)), k.next(fd, u32(9))]).toEqual([
      u32(0),
      u32(1),
      -2,
      u32(0),
    ]);
  });

  it('of a hash table come and go', () => {
    const k = mapKernel();
    const fd = k.create(hash);
    expect(k.lookup(fd, u32(7))).toBe(-2);
    expect(k.update(fd, u32(7), value(1), 2)).toBe(-2);
    expect(k.update(fd, u32(7), value(1), 1)).toBe(0);
    expect(k.update(fd, u32(7), value(2), 1)).toBe(-17);
    expect(k.update(fd, u32(7), value(2), 2)).toBe(0);
    expect(k.lookup(fd, u32(7))).toEqual(value(2));
    for (const key of [1, 2, 3]) expect(k.update(fd, u32(key), value(key))).toBe(0);
    expect(k.update(fd, u32(4), value())).toBe(-7);
    expect(k.remove(fd, u32(1))).toBe(0);
    expect(k.remove(fd, u32(1))).toBe(-2);
    expect(k.update(fd, u32(4), value(4))).toBe(0);
  });

  it('a frozen map can be written by programs only', () => {
    const k = mapKernel();
    const fd = k.create(array);
    expect(k.kernel.bpf(k.pid, 'BPF_MAP_FREEZE', { map_fd: fd }).ret).toBe(0);
    expect(k.kernel.bpf(k.pid, 'BPF_MAP_FREEZE', { map_fd: fd }).ret).toBe(-1);
    expect(k.update(fd, u32(0), value(1))).toBe(-1);
    k.memory.u32[k.scratch >>> 2] = 0;
    k.memory.u32[(k.scratch + 8) >>> 2] = 5;
    expect(k.call(2, k.handle(fd), k.scratch, k.scratch + 8, 0, 0)).toBe(0);
    expect(k.lookup(fd, u32(0))).toEqual(value(5));
  });

  it('buffers of user space must be readable, and a read-only map stays unchanged', () => {
    const k = mapKernel();
    const fd = k.create({ ...array, map_flags: 1 << 3 });
    expect(k.update(fd, u32(0), value())).toBe(-1);
    const other = k.create(array);
    expect(k.update(other, new Uint8Array(2), value())).toBe(-14);
    expect(k.update(other, u32(0), new Uint8Array(4))).toBe(-14);
    expect(k.kernel.bpf(k.pid, 'BPF_MAP_LOOKUP_ELEM', { map_fd: other, key: u32(0), flags: 2 }).ret).toBe(-22);
    expect(k.kernel.bpf(k.pid, 'BPF_MAP_LOOKUP_AND_DELETE_ELEM', { map_fd: other, key: u32(0) }).ret).toBe(-524);
    expect(k.kernel.bpf(k.pid, 'BPF_MAP_LOOKUP_BATCH', { map_fd: other }).ret).toBe(-524);
  });
});

test('a hash table behaves like a JavaScript Map', () => {
  const key = fc.integer({ min: 0, max: 12 });
  const step = fc.oneof(
    fc.record({ op: fc.constant('set' as const), key, n: fc.nat(255), flags: fc.nat(2) }),
    fc.record({ op: fc.constant('delete' as const), key, n: fc.constant(0), flags: fc.constant(0) }),
  );
  const size = fc.record({ entries: fc.integer({ min: 1, max: 9 }), wide: fc.integer({ min: 4, max: 13 }) });
  fc.assert(
    fc.property(size, fc.array(step, { maxLength: 60 }), ({ entries, wide }, steps) => {
      const k = mapKernel();
      const fd = k.create({ ...hash, key_size: wide, max_entries: entries });
      const model = new Map<number, number>();
      const bytes = (n: number): Uint8Array => Uint8Array.from({ length: wide }, (_, i) => (i === wide - 1 ? n : 1));
      for (const { op, key: n, n: v, flags } of steps) {
        if (op === 'delete') {
          expect(k.remove(fd, bytes(n))).toBe(model.delete(n) ? 0 : -2);
          continue;
        }
        const has = model.has(n);
        const refused = has && flags === 1 ? -17 : !has && flags === 2 ? -2 : !has && model.size === entries ? -7 : 0;
        expect(k.update(fd, bytes(n), value(v), flags)).toBe(refused);
        if (refused === 0) model.set(n, v);
      }
      const found = new Map<number, number>();
      for (let at = k.next(fd, null); typeof at !== 'number'; at = k.next(fd, at)) {
        const there = k.lookup(fd, at);
        found.set(at[wide - 1], typeof there === 'number' ? there : there[0]);
      }
      expect([...found].toSorted(([a], [b]) => a - b)).toEqual([...model].toSorted(([a], [b]) => a - b));
    }),
    { numRuns: runs(40, 1000) },
  );
});

test('operations on a corrupted hash table terminate', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff_ffff), { minLength: 20, maxLength: 60 }), (words) => {
      const k = mapKernel();
      const fd = k.create(hash);
      const { values = 0 } = k.kernel.state.maps[k.kernel.objectOf(k.pid, fd, 'map')].plain ?? {};
      for (const n of [1, 2, 3]) k.update(fd, u32(n), value(n));
      for (const [i, word] of words.entries()) k.memory.u32[(values >>> 2) + (i % 32)] = word % 7;
      for (const n of [1, 2, 3, 4]) {
        k.lookup(fd, u32(n));
        k.update(fd, u32(n), value(n));
        k.remove(fd, u32(n));
      }
      let steps = 0;
      for (let at = k.next(fd, null); typeof at !== 'number' && steps < 20; at = k.next(fd, at)) steps++;
    }),
    { numRuns: runs(40, 1000) },
  );
});

describe('ring buffers', () => {
  it('records are read in order, discarded ones are skipped, a record may wrap around the end', () => {
    const k = mapKernel();
    const fd = k.create(ring);
    const put = (length: number, byte: number, helper = 132): number => {
      const at = k.call(131, k.handle(fd), length, 0, 0, 0);
      if (at === 0) return 0;
      k.memory.u8.fill(byte, at, at + length);
      k.call(helper, at, 0, 0);
      return at;
    };
    put(5, 1);
    put(9, 2, 133);
    put(16, 3);
    expect(k.call(134, k.handle(fd), 0, 0)).toBe(16 + 24 + 24);
    expect(k.kernel.readRing(k.pid, fd)).toEqual([new Uint8Array(5).fill(1), new Uint8Array(16).fill(3)]);
    for (let i = 0; i < 9; i++) {
      put(1000, i);
      expect(k.kernel.readRing(k.pid, fd)).toEqual([new Uint8Array(1000).fill(i)]);
    }
  });

  it('a record that does not fit is refused; an uncommitted record delays later ones', () => {
    const k = mapKernel();
    const fd = k.create(ring);
    expect(k.call(131, k.handle(fd), 4096, 0, 0, 0)).toBe(0);
    const first = k.call(131, k.handle(fd), 8, 0, 0, 0);
    k.memory.u8.fill(7, k.scratch, k.scratch + 8);
    expect(k.call(130, k.handle(fd), k.scratch, 8, 0, 0, 0)).toBe(0);
    expect(k.call(130, k.handle(fd), k.scratch, 4060, 0, 0, 0)).toBe(-11);
    expect(k.call(130, k.handle(fd), 0x1000, 8, 0, 0, 0)).toBe(-14);
    expect(k.kernel.readRing(k.pid, fd)).toEqual([]);
    k.call(132, first, 0, 0);
    expect(k.kernel.readRing(k.pid, fd)?.map(({ length }) => length)).toEqual([8, 8]);
  });

  it('user space cannot access elements; submitting another address changes nothing', () => {
    const k = mapKernel();
    const fd = k.create(ring);
    expect(k.lookup(fd, u32(0))).toBe(-22);
    expect(k.kernel.mmap(k.pid, fd)).toBe(0);
    const before = k.memory.hash(1);
    for (const at of [0, 8, k.scratch, k.scratch + 3, 0xffff_fff8]) k.call(132, at, 0, 0);
    expect(k.memory.hash(1)).toBe(before);
  });
});

describe('sk_storage', () => {
  const sockets = { address: (n: number) => (n === 9 ? 0x41_0000 : 0), is: (sk: number) => sk === 0x41_0000 };
  const storage = { map_type: 24, key_size: 4, value_size: 4, map_flags: 1, btf_key_type_id: 1, btf_value_type_id: 1 };

  it('exists after a request to create it, and ends with its socket', () => {
    const k = mapKernel({ sockets });
    const fd = k.create({ ...storage, btf_fd: k.loadBtf() });
    const sk = 0x41_0000;
    expect(k.call(107, k.handle(fd), sk, 0, 0, 0)).toBe(0);
    const at = k.call(107, k.handle(fd), sk, 0, 1, 0);
    expect(at).toBeGreaterThan(0);
    k.memory.u32[at >>> 2] = 42;
    expect(k.call(107, k.handle(fd), sk, 0, 0, 0)).toBe(at);
    expect(k.call(107, k.handle(fd), 0x42_0000, 0, 1, 0)).toBe(0);
    const key = u32(k.kernel.socketFd(k.pid, 9));
    expect(k.lookup(fd, key)).toEqual(u32(42));
    expect(k.lookup(fd, u32(0))).toBe(-88);
    expect(k.lookup(fd, u32(99))).toBe(-9);
    k.kernel.socketGone(sk);
    expect(k.lookup(fd, key)).toBe(-2);
    expect(k.call(107, k.handle(fd), sk, 0, 1, 0)).toBe(at);
    expect(k.memory.u32[at >>> 2]).toBe(0);
    expect(k.call(108, k.handle(fd), sk)).toBe(0);
    expect(k.call(108, k.handle(fd), sk)).toBe(-2);
  });
});

test('a program keeps its maps; their memory outlives the fd', () => {
  const k = mapKernel();
  const fd = k.create({ ...array, max_entries: 1 });
  const object = k.kernel.objectOf(k.pid, fd, 'map');
  const slots = [
    [0x18, 0x21, 0, 0, fd, 0, 0, 0],
    [0, 0, 0, 0, 4, 0, 0, 0],
    [0x18, 0x12, 0, 0, fd, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0xb7, 0, 0, 0, 2, 0, 0, 0],
    [0x95, 0, 0, 0, 0, 0, 0, 0],
  ];
  const insns = Uint8Array.from(slots.flat());
  const load = (bytes: Uint8Array) =>
    k.kernel.bpf(k.pid, 'BPF_PROG_LOAD', {
      prog_type: 27,
      insn_cnt: bytes.length / 8,
      insns: bytes,
      license: new TextEncoder().encode('GPL\0'),
      attach_btf_id: k.structId,
      expected_attach_type: 0,
    });
  const prog = load(insns);
  expect(prog.ret).toBeGreaterThan(0);
  k.kernel.close(k.pid, fd);
  expect(k.kernel.state.maps[object].holders).toMatchObject([{ kind: 'prog' }]);
  const { plain } = k.kernel.state.maps[object];
  const running = k.kernel.insns(k.kernel.objectOf(k.pid, prog.ret, 'prog'));
  const view = new DataView(running.buffer, running.byteOffset);
  expect([view.getUint32(4, true), view.getUint32(20, true)]).toEqual([(plain?.values ?? 0) + 4, plain?.address]);
  expect([running[1], running[17]]).toEqual([1, 2]);
  k.kernel.close(k.pid, prog.ret);
  while (Number.isFinite(k.events.nextTime)) k.events.step();
  expect(k.kernel.state.maps[object]).toBeUndefined();
  expect(load(insns)).toMatchObject({ ret: -9, message: `fd ${fd} is not pointing to valid bpf_map` });
});

test.each([
  ['beyond the value', 8, {}, 'invalid access to map value pointer, value_size=8 off=8'],
  ['of a hash table', 0, { map_type: 1 }, 'no direct value access support for this map type'],
  ['far away', 1 << 29, {}, `direct value offset of ${1 << 29} is not allowed`],
])('an address within a value, %s, is refused', (_where, offset, attr, message) => {
  const k = mapKernel();
  const fd = k.create({ ...array, max_entries: 1, ...attr });
  const insns = new Uint8Array(24);
  insns.set([0x18, 0x21, 0, 0, fd]);
  new DataView(insns.buffer).setUint32(12, offset, true);
  insns[16] = 0x95;
  const license = new TextEncoder().encode('GPL\0');
  expect(
    k.kernel.bpf(k.pid, 'BPF_PROG_LOAD', { prog_type: 27, insn_cnt: 3, insns, license, attach_btf_id: k.structId }),
  ).toMatchObject({ ret: -22, message });
});
