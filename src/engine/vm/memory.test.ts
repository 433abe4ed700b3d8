import { assert as check, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { KERNEL_BASE_HI, Memory, REGIONS, Slab } from './memory.ts';

test('an image gives back every used byte', () => {
  const memory = new Memory();
  const a = memory.alloc('arena', 64);
  const b = memory.alloc('net', 32);
  memory.u32[a >>> 2] = 1;
  memory.u32[b >>> 2] = 2;
  const hash = memory.hash(0);
  const image = memory.save();
  memory.u32[a >>> 2] = 99;
  memory.alloc('arena', 1000);
  memory.u32[memory.alloc('kernel', 8) >>> 2] = 5;
  memory.restore(image);
  expect([memory.u32[a >>> 2], memory.u32[b >>> 2], memory.end('arena')]).toEqual([1, 2, a + 64]);
  expect(memory.hash(0)).toBe(hash);
});

test('memory above the end, used before a restore, is zero when allocated again', () => {
  const memory = new Memory();
  const image = memory.save();
  const a = memory.alloc('arena', 16);
  memory.u32[a >>> 2] = 7;
  memory.restore(image);
  expect(memory.u32[memory.alloc('arena', 16) >>> 2]).toBe(0);
});

test('flipping any one bit of a used byte changes the hash', () => {
  const memory = new Memory();
  const start = memory.alloc('arena', 256);
  for (let i = 0; i < 256; i++) memory.u8[start + i] = i * 37;
  const hash = memory.hash(1);
  check(
    property(nat(255), nat(7), (byte, bit) => {
      memory.u8[start + byte] ^= 1 << bit;
      const changed = memory.hash(1);
      memory.u8[start + byte] ^= 1 << bit;
      return changed !== hash;
    }),
    { numRuns: runs(200, 2048) },
  );
});

test('a slab reuses freed items, zeroed, and is kept over a restore', () => {
  const memory = new Memory();
  const slab = new Slab(memory, 'net', 24);
  const first = slab.alloc();
  const second = slab.alloc();
  memory.u32[(first >>> 2) + 2] = 5;
  const image = memory.save();
  slab.free(first);
  expect([slab.live, slab.alloc()]).toEqual([1, first]);
  expect(memory.u32[(first >>> 2) + 2]).toBe(0);
  memory.restore(image);
  expect(slab.live).toBe(2);
  expect(memory.u32[(first >>> 2) + 2]).toBe(5);
  expect([first, second]).not.toContain(slab.alloc());
});

test('pointers carry the kernel base, NULL stays 0', () => {
  const memory = new Memory();
  const at = memory.alloc('arena', 16);
  memory.setPointer(at, REGIONS.arena.base);
  memory.setPointer(at + 8, 0);
  expect([...memory.u32.subarray(at >>> 2, (at >>> 2) + 4)]).toEqual([REGIONS.arena.base, KERNEL_BASE_HI, 0, 0]);
  memory.setU64(at, 2 ** 45 + 3);
  expect(memory.u64(at)).toBe(2 ** 45 + 3);
});

test('programs can write only to the arena', () => {
  const memory = new Memory();
  const { base, size } = REGIONS.arena;
  expect(memory.inArena(base, 8)).toBe(true);
  expect(memory.inArena(base + size - 8, 8)).toBe(true);
  expect(memory.inArena(base + size - 7, 8)).toBe(false);
  expect(memory.inArena(base - 1, 1)).toBe(false);
  expect(memory.inArena(0, 1)).toBe(false);
});
