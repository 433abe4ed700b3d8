import { expect, it } from 'vitest';
import { largestPart } from './longest.ts';

it('names the largest part of a lab', () => {
  const lab = {
    scenario: 'mine',
    texts: { 'a.s': 'exit', 'b.s': 'r0 = 0\nexit'.repeat(20) },
    view: { preset: 'flows' },
  };
  expect(largestPart(lab)).toBe('the text b.s');
  expect(largestPart({ ...lab, machine: { 'c.s': 'exit\n'.repeat(500) } })).toBe('the loaded text c.s');
  const commands = Array.from({ length: 9 }, (_, i) => ({
    event: i,
    time: i,
    command: { do: 'console' as const, line: 'bpftool struct_ops show '.repeat(9) },
  }));
  expect(largestPart({ ...lab, commands })).toBe('the list of 9 commands given');
});
