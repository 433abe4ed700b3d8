/**
 * Checks that accepted programs are safe. Random programs that the verifier accepts run on random inputs. In the
 * interpreter each access must lie in an object of the program, not only in memory of programs. Compiled code must give
 * the same result, both with all checks and without those of proven accesses. `npm run soak` makes a million runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Prng } from '../base/prng.ts';
import { runs } from '../base/testing/runs.ts';
import { openBtf } from '../btf/read.ts';
import { decode, encode, type Insn, instructionSlots } from '../isa/insn.ts';
import { accessBytes, CLASS, classOf, isWide, MODE, modeOf, WIDE_KIND } from '../isa/opcodes.ts';
import {
  factsOf,
  touchesOwnMemory,
  type Verdict,
  verify,
  type VerifierEnvironment,
  type VerifierMap,
} from '../verifier/index.ts';
import { KernelFunctions } from '../vm/functions.ts';
import { BpfMachine } from '../vm/machine.ts';
import { KERNEL_BASE_HI, Memory } from '../vm/memory.ts';
import type { InstructionWatch, Registers } from '../vm/prepared.ts';
import { CONTEXT_BYTES, ENTRIES, MANY, ONE, plausibleProgram, VALUE_BYTES } from './testing/plausible-program.ts';

const opened = openBtf(readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', 'v6.12.btf')));
if (!opened.ok) throw new Error(opened.error.message);

const map = (name: string, maxEntries: number): VerifierMap => ({
  name,
  type: 2,
  keySize: 4,
  valueSize: VALUE_BYTES,
  maxEntries,
  flags: 0,
});
const MAPS = new Map([
  [ONE, map('one', 1)],
  [MANY, map('many', ENTRIES)],
]);
const environment: VerifierEnvironment = {
  facts: factsOf('v6.12'),
  btf: opened.value,
  mapByFd: (fd) => MAPS.get(fd) ?? null,
  logLevel: 0,
  logSize: 0,
};

/** BPF_F_SLEEPABLE, without which programs of this type are refused */
const SLEEPABLE = 16;

const judged = (insns: Uint8Array): Verdict =>
  verify(
    { insns, type: 'syscall', attachBtfId: 0, expectedAttachType: 0, license: 'GPL', flags: SLEEPABLE },
    environment,
  );

/** Bytes of its context that a program of type syscall may read and write. */
const MOST_CONTEXT = 0xffff;
/** distance between objects, so large that no object is reached from another by accident */
const APART = 0x20000;
const STACK_BYTES = 512;

interface Place {
  readonly from: number;
  readonly to: number;
}

class Bench {
  readonly memory = new Memory();
  readonly functions = new KernelFunctions();
  readonly context = this.memory.alloc('arena', APART);
  readonly one = this.memory.alloc('arena', APART) + APART / 2;
  readonly many = this.memory.alloc('arena', APART) + APART / 2;
  readonly places: readonly Place[] = [
    { from: this.context, to: this.context + MOST_CONTEXT },
    { from: this.one, to: this.one + VALUE_BYTES },
    ...Array.from({ length: ENTRIES }, (_, i) => this.entry(i)),
  ];
  readonly machine: BpfMachine;

  constructor() {
    this.functions.register({
      name: 'bpf_map_lookup_elem',
      kind: 'helper',
      id: 1,
      args: ['ptr', 'ptr'],
      ret: 'ptr',
      call: (_map, key) => {
        const index = this.memory.u8[key] | (this.memory.u8[key + 1] << 8) | (this.memory.u8[key + 2] << 16);
        return index < ENTRIES && this.memory.u8[key + 3] === 0 ? this.entry(index).from : 0;
      },
    });
    this.machine = new BpfMachine(this.memory, this.functions);
  }

  private entry(index: number): Place {
    const from = this.many + index * 256;
    return { from, to: from + VALUE_BYTES };
  }

  /** Replaces descriptors by addresses, as a kernel with these maps would. */
  linked(insns: Uint8Array): Uint8Array {
    const parts = instructionSlots(insns).map((slot): Insn => {
      const one = decode(insns, slot);
      if (!isWide(one.opcode) || one.src === WIDE_KIND.VALUE) return one;
      const address = one.src === WIDE_KIND.MAP_VALUE ? this.one : this.many;
      return { ...one, src: WIDE_KIND.VALUE, imm: address | 0, high: KERNEL_BASE_HI | 0 };
    });
    return encode(parts);
  }

  write(random: Prng): void {
    const value = (): number => (random.below(3) === 0 ? random.u32() : random.below(3) === 0 ? random.below(64) : 0);
    for (const [base, bytes] of [
      [this.context, CONTEXT_BYTES],
      [this.one, VALUE_BYTES],
      [this.many, 256 * ENTRIES],
    ]) {
      for (let at = base; at < base + bytes; at += 4) this.memory.u32[at >>> 2] = value();
    }
  }

  /** Restores what `contents` returned. */
  restore(contents: Uint8Array): void {
    const { u8 } = this.memory;
    u8.set(contents.subarray(0, CONTEXT_BYTES), this.context);
    u8.set(contents.subarray(CONTEXT_BYTES, CONTEXT_BYTES + VALUE_BYTES), this.one);
    u8.set(contents.subarray(CONTEXT_BYTES + VALUE_BYTES), this.many);
  }

  contents(): Uint8Array {
    const { u8 } = this.memory;
    const all = new Uint8Array(CONTEXT_BYTES + VALUE_BYTES + 256 * ENTRIES);
    all.set(u8.subarray(this.context, this.context + CONTEXT_BYTES));
    all.set(u8.subarray(this.one, this.one + VALUE_BYTES), CONTEXT_BYTES);
    all.set(u8.subarray(this.many, this.many + 256 * ENTRIES), CONTEXT_BYTES + VALUE_BYTES);
    return all;
  }
}

const LOADS_AND_STORES = new Set<number>([CLASS.LDX, CLASS.ST, CLASS.STX]);

/** Throws at the first access outside the program's objects. */
function exact({ places }: Bench, insns: readonly (Insn | null)[]): InstructionWatch {
  return (pc, { words }: Registers) => {
    const one = insns[pc];
    if (!one || !LOADS_AND_STORES.has(classOf(one.opcode))) return;
    const base = classOf(one.opcode) === CLASS.LDX ? one.src : one.dst;
    const from = (words[base * 2] + one.off) >>> 0;
    const to = from + accessBytes(one.opcode);
    const stack = words[20] >>> 0;
    const isIn = (place: Place): boolean => from >= place.from && to <= place.to;
    if (
      words[base * 2 + 1] === (KERNEL_BASE_HI | 0) &&
      (places.some(isIn) || isIn({ from: stack - STACK_BYTES, to: stack }))
    )
      return;
    throw new Error(`slot ${pc}: an access at ${from.toString(16)} outside of all objects`);
  };
}

/** Seeds of programs that failed once. */
const KEPT: readonly number[] = [];

/** stands for a class: atomic operations are a mode of stores */
const ATOMIC = 256;

const INPUTS = 10;
const PROGRAMS = runs(600, 100_000);

test('accepted programs access only their own objects, and run alike in both engines', () => {
  let bench = new Bench();
  const seen = new Set<number>();
  const random = new Prng({ words: new Uint32Array(2), index: 0 });
  let accepted = 0;
  let tried = 0;
  let dropped = 0;
  for (let n = 0; accepted < PROGRAMS; n++) {
    const seed = KEPT[n] ?? n - KEPT.length + 1;
    expect(n, 'far too few programs are accepted').toBeLessThan(PROGRAMS * 10);
    tried++;
    random.seed(seed);
    const given = plausibleProgram(random);
    const verdict = judged(given);
    if (!verdict.ok) continue;
    accepted++;
    // a machine keeps its compiled programs
    if (accepted % 2000 === 0) bench = new Bench();
    const insns = bench.linked(given);
    const slots = instructionSlots(insns);
    const bySlot: (Insn | null)[] = Array.from({ length: insns.length / 8 }, () => null);
    for (const slot of slots) bySlot[slot] = decode(insns, slot);
    for (const one of bySlot) {
      if (!one) continue;
      seen.add(classOf(one.opcode));
      if (classOf(one.opcode) === CLASS.STX && modeOf(one.opcode) === MODE.ATOMIC) seen.add(ATOMIC);
    }
    const proven = Uint8Array.from(verdict.accesses, (fact) => Number(touchesOwnMemory(fact)));
    dropped += proven.filter((one) => one !== 0).length;
    const prepared = bench.machine.prepare(insns);
    const unchecked = bench.machine.prepare(insns, proven);
    if (!prepared.ok) throw new Error(`seed ${seed}: ${prepared.error.message}`);
    for (let input = 0; input < INPUTS; input++) {
      random.seed(seed * 31 + input);
      bench.write(random);
      const begun = bench.contents();
      try {
        bench.machine.run(prepared.value, bench.context, 0, exact(bench, bySlot));
        const interpreted = bench.contents();
        bench.restore(begun);
        bench.machine.run(prepared.value, bench.context);
        if (Buffer.compare(bench.contents(), interpreted) !== 0) throw new Error('the engines differ');
        bench.restore(begun);
        if (unchecked.ok) bench.machine.run(unchecked.value, bench.context);
        if (Buffer.compare(bench.contents(), interpreted) !== 0) throw new Error('without its checks it differs');
      } catch (error) {
        throw new Error(`seed ${seed}, input ${input}`, { cause: error });
      }
    }
  }
  for (const one of [CLASS.LD, CLASS.LDX, CLASS.ST, CLASS.STX, CLASS.ALU, CLASS.ALU64, CLASS.JMP, CLASS.JMP32]) {
    expect(seen, `class ${one}`).toContain(one);
  }
  expect(seen).toContain(ATOMIC);
  expect(dropped, 'nothing is proven').toBeGreaterThan(accepted);
  console.log(`${accepted} programs of ${tried} accepted, ${accepted * INPUTS} runs, ${dropped} accesses proven`);
}, 3_600_000);
