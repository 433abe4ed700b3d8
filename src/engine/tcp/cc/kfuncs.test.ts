/** Compares inlined kernel functions with called ones. */
import { assert as check, constantFrom, integer, nat, oneof, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../base/testing/runs.ts';

import { assembleBare } from '../../isa/assembler.ts';
import { NO_SYMBOLS } from '../../isa/symbols.ts';
import { cursorClass } from '../../net/record.ts';
import { KernelFunctions } from '../../vm/functions.ts';
import { BpfMachine, type Engine } from '../../vm/machine.ts';
import { KERNEL_BASE_HI, Memory, type MemoryImage, REGIONS } from '../../vm/memory.ts';
import { registerKfuncs } from './kfuncs.ts';
import { tcpOffsets } from '../socket/offsets.ts';
import { readBtf } from '../testing/world.ts';

const btf = readBtf();
const offsets = tcpOffsets(btf);
const memory = new Memory();
const functions = new KernelFunctions();
registerKfuncs(functions, btf, memory, offsets);
const ids = new Map(functions.all().map(({ name, id }) => [name, id]));
const sk = memory.alloc('arena', offsets.sock.size, 64);
const context = memory.alloc('arena', 32);
const tp = new (cursorClass(offsets.sock.layout))(memory);
const machines = new Map<Engine, BpfMachine>();
for (const engine of ['compiled', 'interpreted'] as const)
  machines.set(engine, new BpfMachine(memory, functions, { engine }));
const fresh: MemoryImage = memory.save();

const programs = new Map(
  [...ids.keys()].map((name) => {
    const symbols = { ...NO_SYMBOLS, kfunc: (wanted: string) => ({ id: ids.get(wanted) ?? 0, prototype: '' }) };
    const { value, diagnostics } = assembleBare(
      `r6 = r1\nr1 = *(u64 *)(r6 + 0)\nr2 = *(u64 *)(r6 + 8)\nr3 = *(u64 *)(r6 + 16)\ncall ${name}\nexit`,
      symbols,
    );
    expect(diagnostics).toEqual([]);
    return [name, value.insns];
  }),
);

const u32 = oneof(nat(12), integer({ min: 0, max: 0xffffffff }), constantFrom(0x7fffffff, 0x80000000, 0xffffffff));
const socket = record({
  snd_cwnd: u32,
  snd_ssthresh: u32,
  snd_cwnd_cnt: u32,
  snd_cwnd_clamp: u32,
  prior_cwnd: u32,
  max_packets_out: u32,
  is_cwnd_limited: nat(1),
});
const at = oneof(
  { weight: 8, arbitrary: constantFrom(sk) },
  constantFrom(sk + 1, sk + 3, 0, 16, REGIONS.arena.base - 4, REGIONS.arena.base + REGIONS.arena.size - 8),
);

test('every kfunc is compiled in', () => {
  expect(functions.all().filter(({ emit }) => !emit)).toEqual([]);
  expect([...ids.keys()].toSorted()).toEqual([
    'tcp_cong_avoid_ai',
    'tcp_reno_cong_avoid',
    'tcp_reno_ssthresh',
    'tcp_reno_undo_cwnd',
    'tcp_slow_start',
  ]);
});

test('compiled in and called: the same result, the same memory', () => {
  check(
    property(constantFrom(...ids.keys()), at, u32, u32, socket, (name, address, a, b, fields) => {
      const outcome = (engine: Engine): unknown => {
        memory.restore(fresh);
        tp.at = sk;
        Object.assign(tp, fields);
        memory.u32.set([address, address === 0 ? 0 : KERNEL_BASE_HI, a, 0, b, 0], context >>> 2);
        const machine = machines.get(engine) as BpfMachine;
        const program = machine.prepare(programs.get(name) as Uint8Array);
        if (!program.ok) throw new Error(program.error.message);
        return { r0: machine.run(program.value, context), high: machine.highWord, memory: skBytes() };
      };
      expect(outcome('compiled')).toEqual(outcome('interpreted'));
    }),
    { numRuns: runs(400, 20_000) },
  );
});

function skBytes(): string {
  return memory.u8.subarray(sk, sk + offsets.sock.size).join();
}
