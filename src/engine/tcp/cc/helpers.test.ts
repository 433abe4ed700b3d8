import { expect, test } from 'vitest';
import { jiffiesAt } from '../../net/clock.ts';
import { KernelFunctions } from '../../vm/functions.ts';
import { registerHelpers } from './helpers.ts';

test('programs see the clock of the stack: ns, jiffies, the last tick', () => {
  const functions = new KernelFunctions();
  const now = 5_000_000_001;
  registerHelpers(functions, { now: () => now, random: () => 0xdeadbeef });
  const call = (id: number): number => {
    const low = functions.helper(id)?.call() ?? expect.fail('no such helper');
    return functions.highWord * 0x1_0000_0000 + low;
  };
  expect(call(5)).toBe(now);
  expect(call(118)).toBe(jiffiesAt(now));
  expect(call(160)).toBe(5_000_000_000);
  expect(functions.helper(7)?.call()).toBe(0xdeadbeef);
});
