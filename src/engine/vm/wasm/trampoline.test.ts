import { expect, test } from 'vitest';
import { KERNEL_BASE_HI, Memory } from '../memory.ts';
import { contextBytes, generateTrampoline, type Prototype, trampolineText } from './trampoline.ts';

const memory = new Memory();

function stored(prototype: Prototype, args: [number, number, number, number]): number[] {
  const context = memory.alloc('arena', contextBytes(prototype));
  let seen: number[] = [];
  const trampoline = generateTrampoline(prototype, memory, context, (at) => {
    seen = [...memory.u32.subarray(at >>> 2, (at + contextBytes(prototype)) >>> 2)];
    return 0xffff_fffe;
  });
  expect(trampoline(...args)).toBe(prototype.hasReturn ? 0xffff_fffe : 0);
  return seen;
}

test('native arguments become an array of u64', () => {
  expect(stored({ args: ['ptr', 'u32', 'i32', 'ptr'], hasReturn: true }, [0x400000, 0xffffffff, -2, 0])).toEqual([
    0x400000,
    KERNEL_BASE_HI,
    0xffffffff,
    0,
    0xfffffffe,
    0xffffffff,
    0,
    0,
  ]);
  expect(stored({ args: ['ptr', 'u8'], hasReturn: false }, [0, 0x1ff, 0, 0])).toEqual([0, 0, 0xff, 0]);
});

test('what the program throws reaches the caller', () => {
  const stop = new Error('stopped');
  const trampoline = generateTrampoline({ args: [], hasReturn: true }, memory, memory.alloc('arena', 8), () => {
    throw stop;
  });
  expect(() => trampoline(0, 0, 0, 0)).toThrow(stop);
});

test('its code as text', () => {
  expect(trampolineText({ args: ['ptr', 'u8'], hasReturn: false }, 4096).join('; ')).toBe(
    'i32.const 4096; local.get $arg0; i64.extend_i32_u; i64.const -0x778000000000; i64.const 0; local.get $arg0; select; i64.or; i64.store; ' +
      'i32.const 4096; local.get $arg1; i32.const 255; i32.and; i64.extend_i32_u; i64.store offset=8; ' +
      'i32.const 4096; call $run; drop; i32.const 0',
  );
});
