import { expect, test } from 'vitest';
import { assembleBare } from '../../isa/assembler.ts';
import { KernelFunctions } from '../functions.ts';
import { prepareProgram } from '../program.ts';
import { BpfMachine, type Engine } from '../machine.ts';
import { KERNEL_BASE_HI, Memory } from '../memory.ts';
import { ProgramStopped } from '../stopped.ts';
import { compiledText } from './compiled-text.ts';
import { entryShell, type Prototype } from './entries.ts';

type Words = [number, number, number, number];
const ENGINES: readonly Engine[] = ['compiled', 'interpreted'];
/** What the pointer passed to `keep` points to. */
const kept: number[][] = [];

function boot(engine: Engine): {
  machine: BpfMachine;
  member: (text: string, prototype: Prototype) => (...args: Words) => number;
} {
  const functions = new KernelFunctions();
  const memory = new Memory();
  const machine = new BpfMachine(memory, functions, { engine });
  functions.register({
    name: 'keep',
    kind: 'helper',
    id: 5,
    args: ['ptr', 'u32'],
    ret: 'void',
    call(at, count) {
      kept.push([...memory.u32.subarray(at >>> 2, (at >>> 2) + count)]);
      return 0;
    },
  });
  const member = (text: string, prototype: Prototype): ((...args: Words) => number) => {
    const program = machine.prepare(assembleBare(text).value.insns);
    if (!program.ok) throw new Error(program.error.message);
    return machine.members([{ id: 1, program: program.value, prototype }])[0];
  };
  return { machine, member };
}

test.each(ENGINES)('native arguments become an array of u64 (%s)', (engine) => {
  const stored = (prototype: Prototype, args: Words): number[] => {
    const { member } = boot(engine);
    const text = `r2 = ${prototype.args.length * 2}\ncall 5\nr0 = -2\nexit`;
    expect(member(text, prototype)(...args)).toBe(prototype.hasReturn ? 0xffff_fffe : 0);
    return kept.pop() ?? [];
  };
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

test.each(ENGINES)('a program that is stopped stops its caller, and counts; the next call runs (%s)', (engine) => {
  const { machine, member } = boot(engine);
  const call = member('r2 = *(u64 *)(r1 + 0)\nif r2 == 0 goto bad\nr0 = r2\nexit\nbad:\n*(u8 *)(r2 + 0) = 1\nexit', {
    args: ['u32'],
    hasReturn: true,
  });
  let stop: unknown = null;
  try {
    call(0, 0, 0, 0);
  } catch (error) {
    stop = error;
  }
  expect(stop).toBeInstanceOf(ProgramStopped);
  expect(stop).toMatchObject({ reason: 'fault', pc: 4 });
  expect(machine.executed).toBe(3);
  expect(call(7, 0, 0, 0)).toBe(7);
  expect(machine.executed).toBe(7);
});

test('members of one struct share a module, and a program may serve two of them', () => {
  const { machine } = boot('compiled');
  const program = (text: string): ReturnType<BpfMachine['prepare']> => machine.prepare(assembleBare(text).value.insns);
  const [one, two] = [program('r0 = *(u32 *)(r1 + 8)\nexit'), program('r0 = 9\nexit')];
  if (!one.ok || !two.ok) throw new Error('refused');
  const asked: number[] = [];
  machine.watch = (id) => {
    asked.push(id);
    return null;
  };
  const prototype: Prototype = { args: ['ptr', 'u32'], hasReturn: true };
  const members = machine.members([
    { id: 4, program: one.value, prototype },
    { id: 5, program: two.value, prototype },
    { id: 4, program: one.value, prototype: { args: ['ptr', 'u8'], hasReturn: true } },
  ]);
  expect(members.map((call) => call(0, 0x1ff, 0, 0))).toEqual([0x1ff, 9, 0xff]);
  expect(asked).toEqual([4, 5, 4]);
  machine.watch = null;
  expect(members.map((call) => call(0, 0x1ff, 0, 0))).toEqual([0x1ff, 9, 0xff]);
  expect(machine.called).toBe(4);
});

test('the shown code of a program is the code that its members run', () => {
  const layout = { stacks: 0x400000, contexts: 0x404000, executed: 0x1000, fuel: 1_000_000 };
  const text = 'r6 = *(u64 *)(r1 + 0)\nr2 = *(u32 *)(r6 + 8)\ncall f\nr0 += r2\nexit\nf:\nr0 = *(u8 *)(r1 + 0)\nexit';
  const program = prepareProgram(assembleBare(text).value.insns, new KernelFunctions());
  if (!program.ok) throw new Error(program.error.message);
  const shell = entryShell(program.value, { args: ['ptr', 'u32'], hasReturn: true }, layout, 1, 0);
  const [shown, run] = [compiledText(program.value), compiledText(program.value, shell)].map((functions) =>
    functions.map(({ lines }) => lines.filter(({ slot }) => slot !== null)),
  );
  expect(shown).toEqual(run);
  // the context is known to be readable, the socket that it points to is not
  expect(shown[0].filter((line) => line.text === 'i64.gt_u').map(({ slot }) => slot)).toEqual([1]);
});

test('its code as text', () => {
  const layout = { stacks: 0x400000, contexts: 0x404000, executed: 0x1000, fuel: 1_000_000 };
  const program = prepareProgram(assembleBare('r0 = 1\nexit').value.insns, new KernelFunctions());
  if (!program.ok) throw new Error(program.error.message);
  const [{ lines }] = compiledText(
    program.value,
    entryShell(program.value, { args: ['ptr', 'u8'], hasReturn: false }, layout, 1, 0),
  );
  expect(`\n${lines.map(({ depth, text }) => `${'  '.repeat(depth)}${text}`).join('\n')}\n`).toMatchSnapshot();
});
