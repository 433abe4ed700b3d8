/** Tail calls: result of the other program, the limit of 33, frames, fuel and faults, equal in both engines. */
import { expect, test } from 'vitest';
import { assembleBare } from '../isa/assembler.ts';
import { GO_ON, KernelFunctions } from './functions.ts';
import { BpfMachine, type Engine } from './machine.ts';
import { Memory } from './memory.ts';
import { ProgramStopped } from './stopped.ts';

const ENGINES: readonly Engine[] = ['compiled', 'interpreted'];

function assembled(text: string): Uint8Array {
  const { value, diagnostics } = assembleBare(text);
  expect(diagnostics).toEqual([]);
  return value.insns;
}

/** Runs the first of some programs; helper 12 calls the one with index r3. Returns r0 and the executed instructions. */
function run(engine: Engine, texts: readonly string[], fuel = 10_000): unknown {
  const functions = new KernelFunctions();
  const insns = texts.map(assembled);
  functions.register({
    name: 'bpf_tail_call',
    kind: 'helper',
    id: 12,
    args: ['ptr', 'ptr', 'u32'],
    ret: 'void',
    goesOn: true,
    call(_context, _map, index) {
      functions.tailTarget = insns[index] ?? null;
      return functions.tailTarget ? GO_ON : 0;
    },
  });
  const memory = new Memory();
  const machine = new BpfMachine(memory, functions, { engine, fuel });
  const data = memory.alloc('arena', 64);
  const program = machine.prepare(insns[0]);
  if (!program.ok) throw new Error(program.error.message);
  try {
    return [machine.run(program.value, data), memory.u32[data >>> 2], machine.executed];
  } catch (error) {
    if (!(error instanceof ProgramStopped)) throw error;
    return [error.reason, error.message, error.pc, machine.executed];
  }
}

const jump = (to: number): string => `r2 = 0\nr3 = ${to}\ncall bpf_tail_call`;
const COUNT = 'r6 = r1\nr0 = *(u64 *)(r1 + 0)\nr0 += 1\n*(u64 *)(r1 + 0) = r0\nr1 = r6';

const ROWS: readonly (readonly [what: string, programs: readonly string[], answer: unknown])[] = [
  ['the result is the other program`s', [`${jump(1)}\nr0 = 1\nexit`, 'r0 = 42\nexit'], [42, 0, 5]],
  ['where it leads nowhere, the program goes on', [`${jump(7)}\nr0 = 1\nexit`], [1, 0, 5]],
  ['33 of them, and no more', [`${COUNT}\n${jump(0)}\nr0 = *(u64 *)(r6 + 0)\nexit`], [34, 34, 34 * 8 + 2]],
  [
    'out of a function, the caller goes on with the result',
    [`r6 = 100\ncall sub\nr0 += r6\nexit\nsub:\n${jump(1)}\nr0 = 1\nexit`, 'r0 = 5\nr6 = 9\nexit'],
    [105, 0, 10],
  ],
  [
    'the other program has functions of its own',
    [
      `r6 = 100\ncall sub\nr0 += r6\nexit\nsub:\n${jump(1)}\nexit`,
      'r6 = 2\ncall sub\nr0 += r6\nexit\nsub:\nr0 = 7\nexit',
    ],
    [109, 0, 13],
  ],
];
test.each(ROWS)('%s', (_what, programs, answer) => {
  for (const engine of ENGINES) expect(run(engine, programs)).toEqual(answer);
});

test('fuel is shared by the whole call, and the program that ran out is named', () => {
  for (const engine of ENGINES) {
    const [reason, message, pc, executed] = run(engine, [`${jump(1)}\nexit`, 'r0 = 0\ngoto -2'], 50) as unknown[];
    expect([reason, pc, executed]).toEqual(['fuel', 2, 50]);
    expect(message).toContain('in the program that bpf_tail_call led to');
  }
});

test('tail calls from subprograms keep their frames; a long chain is stopped', () => {
  const deep = `call sub\nexit\nsub:\n${jump(0)}\nr0 = 0\nexit`;
  for (const engine of ENGINES) expect((run(engine, [deep]) as unknown[])[0]).toBe('depth');
});
