/**
 * ns per executed instruction of the benchmark programs, compiled and interpreted: medians of seven rounds. With
 * UBPF_BENCH=path, the same of uBPF beside. That executable is called once a round and engine as
 *   path CODE BYTES N CALLS INIT jit|interpreter
 * CODE: a file with the instructions; BYTES of memory, filled as `fillBuffer` does, then N as its first u64 and INIT
 * (`offset:bytes:value,...`, `-` for none); it calls the program CALLS times with r1 = the memory, r2 = BYTES, and prints
 * the ns that this took and the last r0, in hex: `52000000 0x8ecf4330b33ea6e0`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleMnemonic } from '../isa/mnemonic.ts';
import { KernelFunctions } from './functions.ts';
import { BpfMachine, type Engine } from './machine.ts';
import { Memory } from './memory.ts';
import type { Program } from './program.ts';
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

  /** The whole work once, its result compared. */
  verify(): void {
    const { n, calls, expect, name } = this.kernel;
    this.reset(n);
    this.check(this.call(calls), expect.full.r0, name);
  }

  /** The low word of r0 of the last of so many calls. */
  private call(calls: number): number {
    let low = 0;
    for (let i = 0; i < calls; i++) low = this.machine.run(this.program, this.at, this.kernel.mem);
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

/** What the programs expect to find: n, 8 bytes of 0, then the high bytes of a linear congruential generator. */
function fillBuffer(bytes: Uint8Array): void {
  let x = 0x12345678;
  for (let i = 0; i < bytes.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    bytes[i] = i < 16 ? 0 : x >>> 24;
  }
}

const part = (count: number): number => (count > 1 ? Math.ceil(count * INTERPRETED_PART) : count);

/** Columns of the table; null where there is nothing to compare with. */
interface Row {
  readonly name: string;
  readonly compiled: number;
  readonly ubpfJit: number | null;
  readonly interpreted: number;
  readonly ubpfInterpreter: number | null;
}

/** One for each engine, for all programs: so does a kernel. */
type Machines = Readonly<Record<Engine, BpfMachine>>;

const machineOf = (engine: Engine): BpfMachine =>
  new BpfMachine(new Memory(), new KernelFunctions(), { engine, fuel: FUEL });

function measureKernel(folder: string, kernel: Kernel, machines: Machines, ubpf: Ubpf | null): Row {
  const { value, diagnostics } = assembleMnemonic(readFileSync(join(folder, `${kernel.name}.asm`), 'utf8'));
  if (diagnostics.length > 0) throw new Error(`${kernel.name}: ${diagnostics[0].message}`);
  const compiled = new Bench(kernel, value.insns, machines.compiled);
  compiled.verify();
  const interpreted = new Bench(kernel, value.insns, machines.interpreted);
  for (const bench of [compiled, interpreted]) bench.warmUp();
  const fewN = part(kernel.n);
  const fewCalls = part(kernel.calls);
  const ns: { compiled: number[]; interpreted: number[]; jit: number[]; interpreter: number[] } = {
    compiled: [],
    interpreted: [],
    jit: [],
    interpreter: [],
  };
  // interleaved: what else the machine does meets all alike
  for (let round = 0; round < ROUNDS; round++) {
    ns.compiled.push(compiled.measure(kernel.n, kernel.calls));
    ns.interpreted.push(interpreted.measure(fewN, fewCalls));
    if (!ubpf) continue;
    ns.jit.push(ubpf(kernel, value.insns, kernel.n, kernel.calls, 'jit') / kernel.expect.full.insns);
    ns.interpreter.push(ubpf(kernel, value.insns, fewN, fewCalls, 'interpreter') / interpreted.instructions);
  }
  return {
    name: kernel.name,
    compiled: median(ns.compiled),
    ubpfJit: ubpf && median(ns.jit),
    interpreted: median(ns.interpreted),
    ubpfInterpreter: ubpf && median(ns.interpreter),
  };
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
 * ms from bytes to a program that can be called: the first time in this process, and the median when the generator is
 * warm. What is longer than the machine compiles is only made ready for the interpreter.
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

/** ns of a call of the stack: through the text and a trampoline into a program that does nothing. */
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

/** `folder`: where the benchmark programs and their manifest.json lie; without them only calls and compilation are measured. */
export function benchVm(folder: string): string[] {
  const lines = [callTime(), '', 'bytecode to runnable:', ...SIZES.map(compileTime)];
  if (!existsSync(folder)) return [...lines, 'the benchmark programs are not here'];
  const kernels = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Kernel[];
  const path = process.env.UBPF_BENCH;
  const scratch = path ? mkdtempSync(join(tmpdir(), 'ubpf-')) : '';
  const machines = { compiled: machineOf('compiled'), interpreted: machineOf('interpreted') };
  const rows = kernels.map((kernel) => measureKernel(folder, kernel, machines, path ? ubpfAt(path, scratch) : null));
  if (path) rmSync(scratch, { recursive: true });
  return [...lines, '', ...table(rows), ...(path ? [] : ['UBPF_BENCH=path shows uBPF beside'])];
}

function table(rows: readonly Row[]): string[] {
  const number = (value: number | null, digits: number): string => (value?.toFixed(digits) ?? '-').padStart(11);
  const line = ({ name, compiled, ubpfJit, interpreted, ubpfInterpreter }: Row): string =>
    `${name.padEnd(22)} ${number(compiled, 3)} ${number(ubpfJit, 3)} ${number(interpreted, 2)} ${number(ubpfInterpreter, 2)}`;
  const mean = (name: string, skip: readonly string[]): string => {
    const kept = rows.filter((row) => !skip.includes(row.name));
    const of = (pick: (row: Row) => number | null): number => geomean(kept.map((row) => pick(row) ?? Number.NaN));
    const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
    return line({
      name,
      compiled: of((r) => r.compiled),
      ubpfJit: orNull(of((r) => r.ubpfJit)),
      interpreted: of((r) => r.interpreted),
      ubpfInterpreter: orNull(of((r) => r.ubpfInterpreter)),
    });
  };
  return [
    `${'ns per instruction'.padEnd(22)}    compiled    uBPF JIT interpreted uBPF interp`,
    ...rows.map(line),
    mean('geomean', []),
    mean('without atomics', ['atomics']),
    mean('without division too', ['atomics', 'muldiv', 'primes']),
  ];
}
