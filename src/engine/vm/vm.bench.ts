/**
 * ns per executed instruction of the benchmark programs, compiled and interpreted: medians of seven rounds. With
 * UBPF_BENCH=path, also those of uBPF. That executable is called once per round and engine as
 *   path CODE BYTES N CALLS INIT jit|interpreter
 * CODE: a file with the instructions; BYTES of memory, filled as `fillBuffer` does, then N as its first u64 and INIT
 * (`offset:bytes:value,...`, `-` for none); it calls the program CALLS times with r1 = the memory, r2 = BYTES, and prints
 * the ns that this took and the last r0, in hex: `52000000 0x8ecf4330b33ea6e0`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleBare } from '../isa/assembler.ts';
import { assembleMnemonic } from '../isa/mnemonic.ts';
import { KernelFunctions } from './functions.ts';
import { BpfMachine, type Engine } from './machine.ts';
import { Memory } from './memory.ts';
import type { Program } from './prepared.ts';
import { Text } from './text.ts';

interface Kernel {
  readonly name: string;
  readonly mem: number;
  readonly n: number;
  readonly nSmall: number;
  readonly calls: number;
  readonly callsSmall: number;
  /** offset, bytes, value */
  readonly init: readonly (readonly [number, number, number])[];
  readonly expect: {
    readonly full: { readonly r0: string; readonly insns: number };
    readonly small: { readonly r0: string };
  };
}

const ROUNDS = 7;
const FUEL = 0x7fffffff;
/** The interpreter does this part of the work: it takes thirty times as long. */
const INTERPRETED_PART = 1 / 40;
const WARM_UP_MS = 100;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const geomean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

class Bench {
  private readonly at: number;
  private readonly program: Program;

  constructor(
    private readonly kernel: Kernel,
    insns: Uint8Array,
    private readonly machine: BpfMachine,
  ) {
    this.at = this.machine.memory.alloc('arena', kernel.mem, 16);
    const prepared = this.machine.prepare(insns);
    if (!prepared.ok) throw new Error(`${kernel.name}: ${prepared.error.message}`);
    this.program = prepared.value;
  }

  /** of the last measurement */
  instructions = 0;

  /** ns per instruction */
  measure(n: number, calls: number): number {
    this.reset(n);
    const before = this.machine.executed;
    const begun = performance.now();
    this.call(calls);
    const ns = (performance.now() - begun) * 1e6;
    this.instructions = this.machine.executed - before;
    return ns / this.instructions;
  }

  /** Many small calls, since V8 replaces code between calls only. Throws when the result is wrong. */
  warmUp(): void {
    const { nSmall, callsSmall, expect, name } = this.kernel;
    const until = performance.now() + WARM_UP_MS;
    while (performance.now() < until) {
      this.reset(nSmall);
      this.check(this.call(callsSmall), expect.small.r0, name);
    }
  }

  /** Runs the whole work once and compares the result. */
  verify(): void {
    const { n, calls, expect, name } = this.kernel;
    this.reset(n);
    this.check(this.call(calls), expect.full.r0, name);
  }

  /** Makes so many calls and returns the low word of the last r0. */
  private call(calls: number): number {
    const { machine, program, at } = this;
    const { mem } = this.kernel;
    let low = 0;
    for (let i = 0; i < calls; i++) low = machine.run(program, at, mem);
    return low;
  }

  private check(low: number, expected: string, name: string): void {
    const result = (BigInt(this.machine.highWord) << 32n) | BigInt(low);
    if (result !== BigInt(expected)) throw new Error(`${name}: gave 0x${result.toString(16)}, expected ${expected}`);
  }

  private reset(n: number): void {
    const { memory } = this.machine;
    const { mem, init } = this.kernel;
    fillBuffer(memory.u8.subarray(this.at, this.at + mem));
    memory.setU64(this.at, n);
    for (const [offset, bytes, value] of init) {
      for (let i = 0; i < bytes; i++) memory.u8[this.at + offset + i] = Math.floor(value / 256 ** i);
    }
  }
}

/** Fills memory as the programs expect it: n, 8 bytes of 0, then the high bytes of a linear congruential generator. */
function fillBuffer(bytes: Uint8Array): void {
  let x = 0x12345678;
  for (let i = 0; i < bytes.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    bytes[i] = i < 16 ? 0 : x >>> 24;
  }
}

const part = (count: number): number => (count > 1 ? Math.ceil(count * INTERPRETED_PART) : count);

/** ns per instruction of a program: in an engine, and in uBPF; NaN if uBPF is not available. */
interface Measured {
  readonly own: number;
  readonly ubpf: number;
}

const UBPF_ENGINE = { compiled: 'jit', interpreted: 'interpreter' } as const;

/** All programs on one machine, as a kernel would run them. */
function measureAll(folder: string, kernels: readonly Kernel[], engine: Engine, ubpf: Ubpf | null): Measured[] {
  const machine = new BpfMachine(new Memory(), new KernelFunctions(), { engine, fuel: FUEL });
  return kernels.map((kernel) => measureKernel(folder, kernel, machine, engine, ubpf));
}

function measureKernel(
  folder: string,
  kernel: Kernel,
  machine: BpfMachine,
  engine: Engine,
  ubpf: Ubpf | null,
): Measured {
  const { value, diagnostics } = assembleMnemonic(readFileSync(join(folder, `${kernel.name}.asm`), 'utf8'));
  if (diagnostics.length > 0) throw new Error(`${kernel.name}: ${diagnostics[0].message}`);
  const bench = new Bench(kernel, value.insns, machine);
  if (engine === 'compiled') bench.verify();
  bench.warmUp();
  const [n, calls] = engine === 'compiled' ? [kernel.n, kernel.calls] : [part(kernel.n), part(kernel.calls)];
  const own: number[] = [];
  const beside: number[] = [];
  // interleaved, so that other load on the computer affects both alike
  for (let round = 0; round < ROUNDS; round++) {
    own.push(bench.measure(n, calls));
    if (ubpf) beside.push(ubpf(kernel, value.insns, n, calls, UBPF_ENGINE[engine]) / bench.instructions);
  }
  return { own: median(own), ubpf: ubpf ? median(beside) : Number.NaN };
}

/** ns that uBPF takes. */
type Ubpf = (kernel: Kernel, insns: Uint8Array, n: number, calls: number, engine: 'jit' | 'interpreter') => number;

function ubpfAt(path: string, folder: string): Ubpf {
  return ({ name, mem, init, expect, n: all }, insns, n, calls, engine) => {
    const file = join(folder, `${name}.bin`);
    writeFileSync(file, insns);
    const inits = init.map((row) => row.join(':')).join(',') || '-';
    const { status, stdout, stderr } = spawnSync(path, [file, mem, n, calls, inits, engine].map(String), {
      encoding: 'utf8',
    });
    const [ns, r0] = stdout.trim().split(' ');
    if (status !== 0) throw new Error(`uBPF: ${name}: ${stderr}`);
    if (n === all && engine === 'jit' && r0 !== expect.full.r0) throw new Error(`uBPF: ${name}: gave ${r0}`);
    return Number(ns);
  };
}

/** A chain of blocks of so many slots. */
function longProgram(slots: number): Uint8Array {
  const block = ['add %r0, %r1', 'jeq %r0, 7, +1', 'xor %r0, 3', 'ldxw %r2, [%r10-8]', 'jgt %r2, %r0, +0'];
  const text = Array.from({ length: slots - 1 }, (_, i) => (i < 2 ? 'mov %r0, 0' : block[i % block.length]));
  return assembleMnemonic([...text, 'exit'].join('\n')).value.insns;
}

/**
 * ms from bytes to a callable program: the first time in this process, and the median once the compiler is warm. A
 * program too long to compile is only prepared for the interpreter.
 */
function compileTime(slots: number): string {
  const insns = longProgram(slots);
  const machine = new BpfMachine(new Memory(), new KernelFunctions());
  let engine = '';
  const once = (): number => {
    const begun = performance.now();
    const program = machine.prepare(insns);
    if (!program.ok) throw new Error(program.error.message);
    engine = machine.makeReady(program.value);
    return performance.now() - begun;
  };
  const first = once();
  const until = performance.now() + WARM_UP_MS;
  while (performance.now() < until) once();
  const later = median(Array.from({ length: slots > 30_000 ? 5 : ROUNDS * 3 }, once));
  return `${String(slots).padStart(9)} slots: ${later.toFixed(2).padStart(8)} ms (first ${first.toFixed(2)} ms), ${((later * 1e6) / slots).toFixed(0)} ns a slot, ${engine}`;
}

/** ns of a call from the TCP stack through the kernel text and a trampoline into an empty program. */
function callTime(): string {
  const memory = new Memory();
  const text = new Text(memory);
  const machine = new BpfMachine(memory, new KernelFunctions(), { gate: text.gate });
  const prepared = machine.prepare(assembleMnemonic('mov %r0, 0\nexit').value.insns);
  if (!prepared.ok) throw new Error(prepared.error.message);
  const prototype = { args: ['ptr', 'u32', 'u32'] as const, hasReturn: false };
  const [call] = machine.members([{ id: 1, program: prepared.value, prototype }]);
  const address = memory.alloc('kernel', 16, 16);
  text.put(address, 'member', call);
  const CALLS = 1_000_000;
  const round = (): number => {
    const begun = performance.now();
    for (let i = 0; i < CALLS; i++) text.call(address, 0x400000, i, 1);
    return ((performance.now() - begun) * 1e6) / CALLS;
  };
  return `call through a trampoline into an empty program: ${median(Array.from({ length: ROUNDS * 3 }, round)).toFixed(1)} ns`;
}

const SIZES = [30, 300, 3000, 30_000, 100_000, 1_000_000];

/** ns of a call, and ms to prepare programs. */
export const benchCompiler = (): string[] => [callTime(), '', 'bytecode to runnable:', ...SIZES.map(compileTime)];

/** A program that accesses its stack at variable indexes, which only the verifier can bound. */
const INDEXED = `
r0 = 0
*(u64 *)(r10 - 64) = 0
*(u64 *)(r10 - 56) = 1
*(u64 *)(r10 - 48) = 2
*(u64 *)(r10 - 40) = 3
*(u64 *)(r10 - 32) = 4
*(u64 *)(r10 - 24) = 5
*(u64 *)(r10 - 16) = 6
*(u64 *)(r10 - 8) = 7
r6 = 0
loop:
r2 = r0
r2 += r6
r2 &= 0x38
r3 = r10
r3 += -64
r3 += r2
r4 = *(u64 *)(r3 + 0)
r0 += r4
r6 += 1
if r6 < 10000 goto loop
exit`;

/** ns per instruction with every access checked, and without the checks of accesses that the verifier proved. */
export function benchProven(provenOf: (insns: Uint8Array) => Uint8Array): string[] {
  const { insns } = assembleBare(INDEXED).value;
  const measure = (proven: Uint8Array | null): number => {
    const machine = new BpfMachine(new Memory(), new KernelFunctions(), { fuel: FUEL });
    const prepared = machine.prepare(insns, proven);
    if (!prepared.ok) throw new Error(prepared.error.message);
    const until = performance.now() + WARM_UP_MS;
    while (performance.now() < until) machine.run(prepared.value, 0);
    const round = (): number => {
      const before = machine.executed;
      const begun = performance.now();
      for (let i = 0; i < 500; i++) machine.run(prepared.value, 0);
      return ((performance.now() - begun) * 1e6) / (machine.executed - before);
    };
    return median(Array.from({ length: ROUNDS * 3 }, round));
  };
  const checked = measure(null);
  const unchecked = measure(provenOf(insns));
  return [
    `ns an instruction at indexes of the stack: ${checked.toFixed(3)} checked, ${unchecked.toFixed(3)} where the verifier proved them (${(checked / unchecked).toFixed(2)}x)`,
  ];
}

/** `folder`: where the benchmark programs and their manifest.json lie. */
export function benchPrograms(folder: string): string[] {
  if (!existsSync(folder)) return ['the benchmark programs are not here'];
  const kernels = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Kernel[];
  const path = process.env.UBPF_BENCH;
  const scratch = path ? mkdtempSync(join(tmpdir(), 'ubpf-')) : '';
  const ubpf = path ? ubpfAt(path, scratch) : null;
  // one after the other: V8 would make calls slower once it has seen a second machine
  const compiled = measureAll(folder, kernels, 'compiled', ubpf);
  const interpreted = measureAll(folder, kernels, 'interpreted', ubpf);
  if (path) rmSync(scratch, { recursive: true });
  return [...table(kernels, compiled, interpreted), ...(path ? [] : ['UBPF_BENCH=path shows uBPF beside'])];
}

function table(kernels: readonly Kernel[], compiled: readonly Measured[], interpreted: readonly Measured[]): string[] {
  const cell = (value: number, digits: number): string =>
    (Number.isNaN(value) ? '-' : value.toFixed(digits)).padStart(11);
  const engine = ({ own, ubpf }: Measured): string => `${cell(own, 3)} ${cell(ubpf, 3)} ${cell(own / ubpf, 2)}`;
  const line = (name: string, a: Measured, b: Measured): string => `${name.padEnd(22)} ${engine(a)} ${engine(b)}`;
  const mean = (rows: readonly Measured[], skip: readonly string[]): Measured => {
    const kept = rows.filter((_, i) => !skip.includes(kernels[i].name));
    return { own: geomean(kept.map(({ own }) => own)), ubpf: geomean(kept.map(({ ubpf }) => ubpf)) };
  };
  const means = (name: string, skip: readonly string[]): string =>
    line(name, mean(compiled, skip), mean(interpreted, skip));
  return [
    `${'ns per instruction'.padEnd(22)}    compiled    uBPF JIT       ratio interpreted uBPF interp       ratio`,
    ...kernels.map(({ name }, i) => line(name, compiled[i], interpreted[i])),
    means('geomean', []),
    means('without atomics', ['atomics']),
    means('without division too', ['atomics', 'muldiv', 'primes']),
  ];
}
