import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../base/testing/runs.ts';
import { KERNEL_BASE_HI } from '../../vm/memory.ts';
import { MAP_TYPE } from './map-type.ts';
import { mapKernel, u32 } from './testing/maps.ts';

const HIGH = KERNEL_BASE_HI;

function withText() {
  const k = mapKernel();
  const put = (at: number, text: string): number => {
    for (let i = 0; i < text.length; i++) k.memory.u8[at + i] = text.charCodeAt(i);
    k.memory.u8[at + text.length] = 0;
    return at;
  };
  const get = (at: number): string => {
    const bytes = k.memory.u8.subarray(at, at + 200);
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  };
  const fmt = k.scratch;
  const other = k.scratch + 256;
  const to = k.scratch + 512;
  return { ...k, put, get, fmt, other, to };
}

test('trace_printk writes a line to the trace, or nothing', () => {
  const k = withText();
  const text = 'cwnd %u of %s';
  k.put(k.fmt, text);
  k.put(k.other, 'a socket');
  expect(k.call(6, k.fmt, text.length + 1, 10, 0, k.other, HIGH, 0, 0)).toBe('cwnd 10 of a socket'.length);
  // a size without the NUL, an invalid pointer, an unknown conversion
  expect(k.call(6, k.fmt, text.length, 10, 0, k.other, HIGH, 0, 0)).toBe(-22);
  expect(k.call(6, 0x10, 4, 0, 0, 0, 0, 0, 0)).toBe(-22);
  k.put(k.fmt, '%y');
  expect(k.call(6, k.fmt, 3, 0, 0, 0, 0, 0, 0)).toBe(-22);
  expect(k.kernel.state.trace.map((line) => line.text)).toEqual(['cwnd 10 of a socket']);
});

test('trace_vprintk and snprintf take their arguments from memory', () => {
  const k = withText();
  const text = '%d %d %d %d';
  k.put(k.fmt, text);
  k.memory.u32.set([1, 0, 2, 0, 3, 0, 4, 0], k.other >>> 2);
  expect(k.call(177, k.fmt, text.length + 1, k.other, 32)).toBe(7);
  expect(k.call(177, k.fmt, text.length + 1, k.other, 24)).toBe(-22);
  expect(k.call(177, k.fmt, text.length + 1, k.other, 31)).toBe(-22);
  expect(k.kernel.state.trace.at(-1)?.text).toBe('1 2 3 4');
  expect(k.call(165, k.to, 5, k.fmt, k.other, 32)).toBe(8);
  expect(k.get(k.to)).toBe('1 2 ');
  expect(k.call(165, 0x10, 5, k.fmt, k.other, 32)).toBe(-22);
});

test('probe_read_kernel copies readable memory, and zeros the buffer otherwise', () => {
  const k = withText();
  k.put(k.other, 'read me');
  k.memory.u8.fill(9, k.to, k.to + 16);
  expect(k.call(113, k.to, 4, k.other, HIGH)).toBe(0);
  expect([...k.memory.u8.subarray(k.to, k.to + 5)]).toEqual([...new TextEncoder().encode('read'), 9]);
  for (const [low, high] of [
    [k.other, 0],
    [0x10, HIGH],
    [0xffff_fff0, HIGH],
  ]) {
    k.memory.u8.fill(9, k.to, k.to + 4);
    expect(k.call(113, k.to, 4, low, high)).toBe(-14);
    expect([...k.memory.u8.subarray(k.to, k.to + 4)]).toEqual([0, 0, 0, 0]);
  }
  expect(k.call(115, k.to, 5, k.other, HIGH)).toBe(5);
  expect(k.get(k.to)).toBe('read');
  expect(k.call(112, k.to, 4, k.other, 0)).toBe(-14);
});

test('strncmp', () => {
  const k = withText();
  k.put(k.fmt, 'cubic');
  k.put(k.other, 'cubs');
  expect(Math.sign(k.call(182, k.fmt, 6, k.other))).toBe(-1);
  expect(k.call(182, k.fmt, 3, k.other)).toBe(0);
  k.put(k.other, 'cubic');
  expect(k.call(182, k.fmt, 16, k.other)).toBe(0);
});

test('there is one processor', () => {
  const k = withText();
  const fd = k.create({ map_type: MAP_TYPE.PERCPU_ARRAY, key_size: 4, value_size: 8, max_entries: 2 });
  k.memory.u32[k.fmt >>> 2] = 1;
  expect(k.call(195, k.handle(fd), k.fmt, 0)).toBe(k.call(1, k.handle(fd), k.fmt));
  expect(k.call(195, k.handle(fd), k.fmt, 1)).toBe(0);
});

test('a helper called without a map returns an error', () => {
  const k = withText();
  const fd = k.create({ map_type: MAP_TYPE.RINGBUF, max_entries: 4096 });
  for (const at of [0, 4, k.scratch, 0xffff_fff0, k.handle(fd)]) {
    expect(k.call(1, at, k.fmt)).toBe(0);
    expect(k.call(2, at, k.fmt, k.fmt, 0, 0)).toBe(-22);
    expect(k.call(3, at, k.fmt)).toBe(-22);
    expect(k.call(107, at, 0x41_0000, 0, 1, 0)).toBe(0);
  }
});

test('memory of maps: pieces never overlap, and freed pieces merge', () => {
  const step = fc.record({ entries: fc.integer({ min: 1, max: 40 }), readOnly: fc.boolean(), close: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const k = mapKernel();
      const open: number[] = [];
      const settle = (): void => {
        while (Number.isFinite(k.events.nextTime)) k.events.step();
      };
      for (const { entries, readOnly, close } of steps) {
        const shape = { map_type: MAP_TYPE.ARRAY, key_size: 4, value_size: 24, max_entries: entries };
        open.push(k.create({ ...shape, map_flags: readOnly ? 0x80 : 0 }));
        if (close < open.length) k.kernel.close(k.pid, open.splice(close, 1)[0]);
        settle();
        const pieces = Object.values(k.kernel.state.maps).map(({ plain }) => plain ?? expect.fail('no memory'));
        const sorted = pieces.toSorted((a, b) => a.values - b.values);
        for (const [i, { values, bytes }] of sorted.entries()) {
          if (i + 1 < sorted.length) expect(values + bytes).toBeLessThanOrEqual(sorted[i + 1].values);
          expect(k.memory.u8.subarray(values, values + bytes).every((byte) => byte === 0)).toBe(true);
        }
      }
      for (const fd of open) k.kernel.close(k.pid, fd);
      settle();
      const { arena, kernel } = k.kernel.state.heaps;
      for (const { free, taken } of [arena, kernel]) {
        expect(free.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(taken);
      }
      // the kernel's region has other allocations between the pieces
      expect(arena.free.length).toBeLessThanOrEqual(1);
    }),
    { numRuns: runs(20, 500) },
  );
});

test('for_each visits every element once, even if the program deletes it', () => {
  const k = mapKernel();
  const fd = k.create({ map_type: 1, key_size: 4, value_size: 8, max_entries: 32 });
  for (let n = 0; n < 20; n++) k.update(fd, u32(n * 7), new Uint8Array(8));
  const { callbackArgs } = k.functions;
  const call = k.functions.helper(164)?.call ?? (() => -1);
  const seen: number[] = [];
  for (let turn = 0; call(turn, k.handle(fd), 0, 5, 6, 0, 0) === 1; turn++) {
    const key = k.memory.u32[callbackArgs[2] >>> 2];
    seen.push(key);
    expect([callbackArgs[6], callbackArgs[7]]).toEqual([5, 6]);
    expect(k.remove(fd, u32(key))).toBe(0);
  }
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n * 7));
  expect([call(0, k.handle(fd), 0, 0, 0, 1, 0), call(0, k.scratch, 0, 0, 0, 0, 0)]).toEqual([-22, -22]);
});
