import { describe, expect, test } from 'vitest';
import { assembleBare } from '../isa/assembler.ts';
import type { SymbolSource } from '../isa/symbols.ts';
import { NO_SYMBOLS } from '../isa/symbols.ts';
import { KernelFunctions } from './functions.ts';
import type { InstructionWatch } from './prepared.ts';
import { BpfMachine, type Engine } from './machine.ts';
import { KERNEL_BASE_HI, Memory, REGIONS } from './memory.ts';
import type { Program } from './prepared.ts';
import { ProgramStopped } from './stopped.ts';
import { meshOfJumps } from './testing/mesh.ts';

const symbols: SymbolSource = {
  ...NO_SYMBOLS,
  kfunc: (name) => (name === 'add_all' ? { id: 7, prototype: '' } : null),
};

function bootWith(engine: Engine): { machine: BpfMachine; context: number; program: (text: string) => Program } {
  const functions = new KernelFunctions();
  functions.register({
    name: 'add_all',
    kind: 'kfunc',
    id: 7,
    args: ['ptr', 'u32', 'u64'],
    ret: 'u32',
    call: (a, b, low, high) => a + b + low + high,
  });
  functions.register({
    name: 'bpf_ktime_get_ns',
    kind: 'helper',
    id: 5,
    args: [],
    ret: 'u64',
    call: () => {
      functions.highWord = 2;
      return 9;
    },
  });
  const machine = new BpfMachine(new Memory(), functions, { engine });
  const program = (text: string): Program => {
    const { value, diagnostics } = assembleBare(text, symbols);
    expect(diagnostics).toEqual([]);
    const prepared = machine.prepare(value.insns);
    if (!prepared.ok) throw new Error(prepared.error.message);
    return prepared.value;
  };
  return { machine, context: machine.memory.alloc('arena', 64), program };
}

function stopOf(run: () => unknown): ProgramStopped {
  try {
    run();
  } catch (error) {
    if (error instanceof ProgramStopped) return error;
    throw error;
  }
  throw new Error('the program was not stopped');
}

test.each([2, 3, 8])('a mesh of jumps between %i places runs alike, however it is compiled', (places) => {
  const [interpreted, compiled] = (['interpreted', 'compiled'] as const).map((engine) => {
    const { machine, program } = bootWith(engine);
    const mesh = program(meshOfJumps(places));
    return Array.from({ length: places }, (_, first) => [
      machine.run(mesh, 0, first),
      machine.highWord,
      machine.executed,
    ]);
  });
  expect(compiled).toEqual(interpreted);
});

const READ = 'r0 = *(u8 *)(r1 + 0)';
test.each([
  ['moved on the path that jumps', `${READ}\nif r2 > 5 goto far\ngoto on\nfar:\nr1 += 48\non:\n${READ}`],
  ['moved on the path that does not', `${READ}\nif r2 > 5 goto on\nr1 += 48\non:\n${READ}`],
  ['checked on one path only', `if r2 > 5 goto on\n${READ}\non:\nr0 = *(u8 *)(r1 + 48)`],
  ['checked on the other path only', `if r2 > 5 goto far\ngoto on\nfar:\n${READ}\non:\nr0 = *(u8 *)(r1 + 48)`],
])('a pointer that was %s is checked anew where the paths meet', (_, text) => {
  const outcomes = (['interpreted', 'compiled'] as const).map((engine) => {
    const { machine, program } = bootWith(engine);
    // the last allocated bytes
    const edge = machine.memory.end('arena') - 32;
    const access = program(`${text}\nexit`);
    return [0, 9].map((r2) => [machine.run(access, edge, r2), machine.zeroReads, machine.executed]);
  });
  expect(outcomes[1]).toEqual(outcomes[0]);
});

describe.each(['interpreted', 'compiled'] as const)('%s', (engine) => {
  const boot = (): ReturnType<typeof bootWith> => bootWith(engine);

  test('arguments, stack, result and the count of executed instructions', () => {
    const { machine, context, program } = boot();
    machine.memory.u32[context >>> 2] = 40;
    const sum = program('r2 = *(u32 *)(r1 + 0)\n*(u64 *)(r10 - 8) = r2\nr0 = *(u64 *)(r10 - 8)\nr0 += 2\nexit');
    expect(machine.run(sum, context)).toBe(42);
    expect(machine.executed).toBe(5);
    const image = machine.memory.save();
    machine.run(sum, context);
    machine.memory.restore(image);
    expect(machine.executed).toBe(5);
  });

  test('kernel functions take and return 64-bit words; r1 to r5 are lost', () => {
    const { machine, context, program } = boot();
    expect(machine.run(program('r2 = 3\nr3 = 0x500000004 ll\ncall add_all\nr0 += r2\nexit'), context)).toBe(
      context + 3 + 4 + 5,
    );
    expect(machine.run(program('call bpf_ktime_get_ns\nexit'), 0)).toBe(9);
    expect(machine.highWord).toBe(2);
  });

  test('1,000,000 instructions run, one more does not', () => {
    const { machine, program } = boot();
    const stop = stopOf(() => machine.run(program('l:\nr1 += 1\ngoto l'), 0));
    expect([stop.reason, stop.pc, stop.low[1]]).toEqual(['fuel', 0, 500_000]);
    expect(machine.executed).toBe(1_000_000);
  });

  test('a store outside the arena stops, with place, address and registers', () => {
    const { machine, program } = boot();
    const { base } = REGIONS.arena;
    const end = machine.memory.end('arena');
    const storeAt = (register: string): string => `${register}\nr3 = 77\n*(u32 *)(r2 - 4) = r3\nr0 = 0\nexit`;
    const last = program(storeAt(`r2 = ${BigInt(KERNEL_BASE_HI) * 2n ** 32n + BigInt(end)} ll`));
    machine.run(last, 0);
    expect(machine.memory.u32[(end - 4) >>> 2]).toBe(77);
    const stop = stopOf(() => machine.run(program(storeAt('r2 = 3')), 0));
    expect([stop.reason, stop.pc, stop.address, stop.low[3]]).toEqual(['fault', 2, [0xffffffff, 0xffffffff], 77]);
    expect(stop.message).toBe('store of 4 bytes to 0xffffffffffffffff, outside the memory of programs');
    const below = `r2 = ${BigInt(KERNEL_BASE_HI) * 2n ** 32n + BigInt(base + 3)} ll`;
    expect(stopOf(() => machine.run(program(storeAt(below)), 0)).reason).toBe('fault');
  });

  test('a load outside reads 0 and is marked; the kernel region may be read', () => {
    const { machine, program } = boot();
    expect(machine.run(program('r2 = 0\nr0 = *(u64 *)(r2 + 16)\nexit'), 0)).toBe(0);
    expect(machine.zeroReads).toEqual({ count: 1, pc: 1, address: [16, 0] });
    const value = machine.memory.alloc('kernel', 8);
    machine.memory.u32[value >>> 2] = 5;
    const address = BigInt(KERNEL_BASE_HI) * 2n ** 32n + BigInt(value);
    expect(machine.run(program(`r2 = ${address} ll\nr0 = *(u32 *)(r2 + 0)\nexit`), 0)).toBe(5);
    expect(stopOf(() => machine.run(program(`r2 = ${address} ll\n*(u8 *)(r2 + 0) = 1\nexit`), 0)).reason).toBe('fault');
  });

  test('functions of the program: own frames, kept r6 to r9, nothing else shared', () => {
    const { machine, program } = boot();
    const text = `
    r6 = 7
    r1 = 5
    call pc+4
    r0 += r6
    r0 += r1
    r0 += r9
    exit
    r0 = r1
    r0 += r6
    r6 = 100
    r9 = 100
    *(u64 *)(r10 - 8) = r6
    exit`;
    expect(machine.run(program(text), 0)).toBe(12);
  });

  test('eight frames and no more', () => {
    const { machine, program } = boot();
    const descend = (levels: number): string =>
      `r1 = ${levels}\ncall down\nexit\ndown:\nr0 = r10\nif r1 == 0 goto out\nr1 -= 1\ncall down\nout:\nexit`;
    machine.run(program(descend(6)), 0);
    expect(stopOf(() => machine.run(program(descend(7)), 0)).reason).toBe('depth');
  });

  test('a watch sees every instruction and may leave; unwatched runs give the same', () => {
    const { machine, context, program } = boot();
    const text = 'r6 = 3\nl:\nr6 -= 1\nif r6 != 0 goto l\nr1 = 1\ncall f\nr0 += r6\nexit\nf:\nr0 = 9\nexit';
    const seen: string[] = [];
    const watch: InstructionWatch = (pc, { words }, depth) => void seen.push(`${depth}:${pc}:${words[12]}`);
    const loaded = program(text);
    expect(machine.run(loaded, context, 0, watch)).toBe(machine.run(loaded, context));
    expect(seen.slice(0, 4)).toEqual(['0:0:0', '0:1:3', '0:2:2', '0:1:2']);
    expect(seen.slice(-4)).toEqual(['1:7:0', '1:8:0', '0:5:0', '0:6:0']);
    const halt = new Error('halt');
    const leave = (): never => {
      throw halt;
    };
    expect(() => machine.run(loaded, context, 0, leave)).toThrow(halt);
    expect(machine.run(loaded, context)).toBe(9);
  });

  test('a nested program has its own registers and stack', () => {
    const functions = new KernelFunctions();
    const machine = new BpfMachine(new Memory(), functions, { engine });
    let again: Program | null = null;
    functions.register({
      name: 'nest',
      kind: 'helper',
      id: 5,
      args: ['u32'],
      ret: 'u32',
      call: (n) => (n > 0 && again ? machine.run(again, 0, n - 1) : 50),
    });
    const { value } = assembleBare(
      'r6 = r2\n*(u64 *)(r10 - 8) = r6\nr1 = r2\ncall bpf_ktime_get_ns\nr1 = *(u64 *)(r10 - 8)\nr0 += r1\nr0 += r6\nexit',
    );
    const prepared = machine.prepare(value.insns);
    if (!prepared.ok) throw new Error(prepared.error.message);
    again = prepared.value;
    expect(machine.run(again, 0, 3)).toBe(50 + 2 * (3 + 2 + 1));
  });

  test.each([
    ['', 'invalid program size: 0 bytes'],
    ['9500000000', 'invalid program size: 5 bytes'],
    ['8f00000000000000', 'unknown opcode 8f'],
    ['0500030000000000', 'jump out of range from insn 0 to 4'],
    ['0500ffff00000000b700000000000000', 'last insn is not an exit or jmp'],
    ['1801000000000000', 'invalid bpf_ld_imm64 insn'],
    ['18010000000000000100000000000000', 'invalid bpf_ld_imm64 insn'],
    ['18110000000000000000000000000000', 'unrecognized bpf_ld_imm64 insn'],
    [
      '050001000000000018010000000000000000000000000000950000000000000 0'.replace(' ', ''),
      'jump into the middle of ldimm64 insn 1',
    ],
    ['b70b000000000000', 'R11 is invalid'],
    ['b70a000000000000', 'frame pointer is read only'],
    ['b710000000000000', 'BPF_MOV uses reserved fields'],
    ['0f10000001000000', 'BPF_ALU uses reserved fields'],
    ['dc00000007000000', 'BPF_END uses reserved fields'],
    ['db10000077000000', 'BPF_ATOMIC uses invalid atomic opcode 77'],
    ['bf11010001000000', 'addr_space_cast insn can only be used in a program that has an associated arena'],
    ['9501000000000000', 'BPF_EXIT uses reserved fields'],
    ['85000000e7030000', 'invalid func unknown#999'],
    ['85200000e7030000', 'kernel btf_id 999 is not a function'],
    ['2000000000000000', 'BPF_LD_[ABS|IND] instructions not allowed for this program type'],
  ])('%s is refused: %s', (hex, message) => {
    const { machine } = boot();
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    const prepared = machine.prepare(hex.length % 2 ? bytes.slice(0, -1) : bytes);
    expect(prepared.ok ? 'accepted' : prepared.error.message).toBe(message);
  });

  test('a program of more than a million instructions is refused at once', () => {
    const prepared = boot().machine.prepare(new Uint8Array(1_000_001 * 8));
    expect(prepared.ok ? 'accepted' : prepared.error.message).toBe('1000001 instructions, of 1000000 at most');
  });
});
