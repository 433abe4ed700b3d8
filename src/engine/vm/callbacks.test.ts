/** Functions of the program that helpers call back: equal in both engines, however they end. */
import { assert as check, constantFrom, integer, nat, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { ERRNO } from '../base/errno.ts';
import { assembleBare } from '../isa/assembler.ts';
import { SLOT_BYTES, WIDE_KIND } from '../isa/opcodes.ts';
import { KernelFunctions } from './functions.ts';
import { bpfLoop } from './loop.ts';
import { BpfMachine, type Engine } from './machine.ts';
import { Memory } from './memory.ts';
import { ProgramStopped } from './stopped.ts';
import { compiledText } from './wasm/compiled-text.ts';

const functions = new KernelFunctions();
functions.register(bpfLoop(functions));
const memory = new Memory();
const fresh = memory.save();

interface Loop {
  readonly loops?: number;
  readonly flags?: number;
  readonly body: string;
  /** instead of the function's address */
  readonly callee?: string;
}

/** Calls `body` back with the frame's first word as its context. Afterwards r0 is its result, and r6 that word. */
function program({ loops = 10, flags = 0, body, callee = 'r2 = 0 ll' }: Loop): Uint8Array {
  const before = ['r6 = 5', 'r1 = 0', '*(u64 *)(r10 - 8) = r1', `w1 = ${loops}`, callee];
  const after = ['r3 = r10', 'r3 += -8', `r4 = ${flags}`, 'call bpf_loop', 'r7 = *(u64 *)(r10 - 8)'];
  const end = ['r0 <<= 32', 'r0 |= r7', 'r0 += r6', 'exit'];
  const { value, diagnostics } = assembleBare([...before, ...after, ...end, body].join('\n'));
  expect(diagnostics).toEqual([]);
  const { insns } = value;
  // slots: r2 = 0 ll is the fifth instruction and takes two; the body comes after everything
  const at = 4;
  const bodyAt = before.length + (callee.endsWith('ll') ? 1 : 0) + after.length + end.length;
  if (callee.endsWith('ll')) {
    insns[at * SLOT_BYTES + 1] |= WIDE_KIND.FUNC << 4;
    new DataView(insns.buffer, insns.byteOffset).setInt32(at * SLOT_BYTES + 4, bodyAt - at - 1, true);
  }
  return insns;
}

const COUNT = 'r0 = *(u64 *)(r2 + 0)\nr0 += r1\n*(u64 *)(r2 + 0) = r0\nr6 = 77\nr0 = 0\nexit';

function outcome(engine: Engine, insns: Uint8Array, fuel = 1_000_000): unknown {
  memory.restore(fresh);
  const machine = new BpfMachine(memory, functions, { engine, fuel });
  const prepared = machine.prepare(insns);
  if (!prepared.ok) return prepared.error.message;
  const end = ((): unknown => {
    try {
      return [machine.run(prepared.value, 0), machine.highWord];
    } catch (error) {
      if (!(error instanceof ProgramStopped)) throw error;
      const { reason, message, pc, address, low, high } = error;
      return { reason, message, pc, address, low: [...low], high: [...high] };
    }
  })();
  return { end, executed: machine.executed, zeroReads: machine.zeroReads, memory: memory.hash(1) };
}

function both(insns: Uint8Array, fuel?: number): { end: unknown; executed: number } {
  const compiled = outcome('compiled', insns, fuel);
  expect(compiled).toEqual(outcome('interpreted', insns, fuel));
  return compiled as { end: unknown; executed: number };
}

describe('bpf_loop', () => {
  test('calls the function with the index and the context, and returns the number of iterations', () => {
    const { end, executed } = both(program({ body: COUNT }));
    expect(end).toEqual([45 + 5, 10]);
    expect(executed).toBe(14 + 10 * 6);
  });

  test('no iteration', () => expect(both(program({ loops: 0, body: COUNT })).end).toEqual([5, 0]));

  test('a result other than 0 ends it; that iteration counts', () => {
    const body = 'r0 = *(u64 *)(r2 + 0)\nr0 += 1\n*(u64 *)(r2 + 0) = r0\nr0 = 0\nif r1 != 3 goto +1\nr0 = 1\nexit';
    expect(both(program({ body })).end).toEqual([4 + 5, 4]);
  });

  test.each([
    ['flags', { flags: 1 }, ERRNO.EINVAL],
    ['too many turns', { loops: 8_388_609 }, ERRNO.E2BIG],
  ])('%s', (_, loop, errno) => {
    expect(both(program({ ...loop, body: COUNT })).end).toEqual([5, -errno >>> 0]);
  });

  test('fuel is shared with the program: one iteration too many stops inside the function', () => {
    expect(both(program({ loops: 1000, body: COUNT }), 100).end).toMatchObject({ reason: 'fuel' });
  });

  test('a fault in the function, in its third iteration', () => {
    const body = 'r0 = 0\nif r1 != 2 goto +1\n*(u8 *)(r1 + 0) = 1\nexit';
    expect(both(program({ body })).end).toMatchObject({ reason: 'fault', address: [2, 0] });
  });

  test('a function that is interrupted in one iteration continues with the next', () => {
    const body = 'r0 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r2 + 0)\nr0 += 1\n*(u64 *)(r2 + 0) = r0\nr0 = 0\nexit';
    expect(both(program({ body })).end).toEqual([10 + 5, 10]);
  });

  test('loops in loops, and no deeper than eight frames', () => {
    const { end } = both(program({ body: 'r0 = 0\ncall down\nr0 = 0\nexit\ndown:\ncall down\nexit' }));
    expect(end).toMatchObject({ reason: 'depth' });
  });

  test('an address that is not a function is not called', () => {
    expect(both(program({ body: COUNT, callee: 'r2 = r10' })).end).toMatchObject({
      reason: 'fault',
      message: 'bpf_loop: no function to call back',
    });
  });

  test('fuel may end at every instruction', () => {
    const insns = program({ loops: 3, body: `r6 = r2\ncall inner\nr0 = 0\nexit\ninner:\n${COUNT}` });
    for (let fuel = 1; fuel < 50; fuel++) both(insns, fuel);
  });

  test('random loops', () => {
    const some = record({
      loops: nat(20),
      stop: nat(20),
      fuel: integer({ min: 1, max: 300 }),
      deref: constantFrom(1, 2),
    });
    check(
      property(some, ({ loops, stop, fuel, deref }) => {
        const body = `r3 = *(u64 *)(r${deref} + 0)\nr3 += r1\n*(u64 *)(r2 + 0) = r3\nr0 = 0\nif r1 != ${stop} goto +1\nr0 = 1\nexit`;
        both(program({ loops, body }), fuel);
      }),
      { numRuns: runs(100, 2000) },
    );
  });
});

test('as WebAssembly', () => {
  const prepared = new BpfMachine(memory, functions).prepare(program({ body: 'r0 = 0\nexit' }));
  if (!prepared.ok) throw new Error(prepared.error.message);
  const lines = compiledText(prepared.value)[0].lines.filter(({ slot }) => slot === 9);
  expect(`\n${lines.map(({ depth, text }) => '  '.repeat(depth - 2) + text).join('\n')}\n`).toMatchSnapshot();
});
