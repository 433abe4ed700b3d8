/** Compares the two engines: results, memory, stops with their places, executed instructions. */
import { assert as check, property } from 'fast-check';
import { expect, test } from 'vitest';
import { assertUnreachable } from '../base/assert.ts';
import { runs } from '../base/testing/runs.ts';
import { KernelFunctions } from './functions.ts';
import { BpfMachine, type Engine } from './machine.ts';
import { Memory, type MemoryImage, REGIONS } from './memory.ts';
import { ProgramStopped } from './stopped.ts';
import { type DataPlace, randomRun, type RandomRun } from './testing/random-program.ts';

/** far more than a program's offsets reach; memory beyond the used arena belongs to nobody */
const DATA_BYTES = 0x20000;

/** Thrown by a kernel function, through a program. */
class Abandoned extends Error {}

function functionsOf(): KernelFunctions {
  const functions = new KernelFunctions();
  const helper = (id: number, rest: Pick<Parameters<KernelFunctions['register']>[0], 'args' | 'ret' | 'call'>): void =>
    functions.register({ name: `h${id}`, kind: 'helper', id, ...rest });
  helper(5, {
    args: [],
    ret: 'u64',
    call: () => {
      functions.highWord = 0xdeadbeef;
      return 0x12345678;
    },
  });
  helper(7, { args: ['u32', 'u64'], ret: 'u32', call: (a, low, high) => (a ^ low ^ high) >>> 0 });
  helper(1, { args: ['ptr', 'ptr'], ret: 'ptr', call: (a, b) => (a & 1 ? b : 0) });
  helper(14, { args: [], ret: 'void', call: () => 99 });
  helper(2, {
    args: ['u32'],
    ret: 'u32',
    call(a) {
      if (a % 4 === 0) throw new Abandoned();
      return a;
    },
  });
  return functions;
}

interface Bench {
  readonly memory: Memory;
  readonly functions: KernelFunctions;
  readonly fresh: MemoryImage;
  readonly machine: (engine: Engine, fuel: number) => BpfMachine;
}

function openBench(): Bench {
  const memory = new Memory();
  const functions = functionsOf();
  const fresh = memory.save();
  return { memory, functions, fresh, machine: (engine, fuel) => new BpfMachine(memory, functions, { engine, fuel }) };
}

const bench = openBench();

function outcome(engine: Engine, run: RandomRun): unknown {
  const { memory, fresh } = bench;
  memory.restore(fresh);
  const machine = bench.machine(engine, run.fuel);
  const data = memory.alloc('arena', DATA_BYTES);
  const at = addressOf(run.place, data);
  memory.u8.set(run.context, at - 64);
  bench.functions.packet = { at: at - 64, bytes: 60 };
  const prepared = machine.prepare(run.insns(at));
  if (!prepared.ok) return prepared.error;
  const end = ended(() => [machine.run(prepared.value, data, run.r2), machine.highWord]);
  return { end, executed: machine.executed, zeroReads: machine.zeroReads, memory: memory.hash(1) };
}

function addressOf(place: DataPlace, data: number): number {
  switch (place) {
    case 'middle':
      return data + DATA_BYTES / 2;
    case 'start':
      return REGIONS.arena.base + 16;
    case 'end':
      return data + DATA_BYTES - 16;
    case 'read-only':
      return REGIONS.kernel.base + 64;
    default:
      return assertUnreachable(place);
  }
}

function ended(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof Abandoned) return 'abandoned';
    if (!(error instanceof ProgramStopped)) throw error;
    const { reason, message, pc, address, low, high } = error;
    return { reason, message, pc, address, low: [...low], high: [...high] };
  }
}

test('random programs end with equal states in both engines', () => {
  check(
    property(randomRun, (run) => {
      expect(outcome('compiled', run)).toEqual(outcome('interpreted', run));
    }),
    { numRuns: runs(1000, 10_000) },
  );
});
