import { expect, test } from 'vitest';
import { assembleBare } from '../isa/assembler.ts';
import { ExecutionCounts } from './counts.ts';
import { KernelFunctions } from './functions.ts';
import { BpfMachine } from './machine.ts';
import { Memory } from './memory.ts';

test('each instruction’s own count, over several calls; their sum is what the machine executed', () => {
  const machine = new BpfMachine(new Memory(), new KernelFunctions());
  const text = 'r1 = 3\nr2 = 7 ll\nl:\nr1 -= 1\nif r1 != 0 goto l\ncall f\nexit\nf:\nr0 = r2\nexit';
  const program = machine.prepare(assembleBare(text).value.insns);
  if (!program.ok) throw new Error(program.error.message);
  const counts = new ExecutionCounts();
  for (let i = 0; i < 2; i++) machine.run(program.value, 0, 0, counts.watch(5, 9));
  expect([...(counts.of(5) ?? [])]).toEqual([2, 2, 0, 6, 6, 2, 2, 2, 2]);
  expect(counts.total).toBe(machine.executed);
  expect(counts.of(6)).toBe(null);
});
