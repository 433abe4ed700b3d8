/** ns per executed instruction of the benchmark programs, compiled and interpreted: medians of seven rounds. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleMnemonic } from '../isa/mnemonic.ts';
import { KernelFunctions } from './functions.ts';
import { BpfMachine, type Engine } from './machine.ts';
import { Memory } from './memory.ts';
import { prepareProgram, type Program } from './program.ts';
import { compileModule } from './wasm/compile.ts';
import { generateTrampoline } from './wasm/trampoline.ts';

interface Kernel {
  readonly name: string;
  readonly mem: number;
  readonly n: number;
  readonly nSmall: number;
  readonly calls: number;
  readonly callsSmall: number;
  /** offset, bytes, value */
  readonly init: readonly (readonly [number, number, number])[];
  readonly expect: Readonly<Record<'full' | 'small', { readonly r0: string }>>;
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
  private readonly machine: BpfMachine;
  private readonly at: number;
  private readonly program: Program;

  constructor(
    private readonly kernel: Kernel,
    insns: Uint8Array,
    engine: Engine,
  ) {
    this.machine = new BpfMachine(new Memory(), new KernelFunctions(), { engine, fuel: FUEL });
    this.at = this.machine.memory.alloc('arena', kernel.mem, 16);
    const prepared = this.machine.prepare(insns);
    if (!prepared.ok) throw new Error(`${kernel.name}: ${prepared.error.message}`);
    this.program = prepared.value;
  }

  /** ns per instruction */
  measure(n: number, calls: number): number {
    this.reset(n);
    const before = this.machine.executed;
    const begun = performance.now();
    this.call(calls);
    return ((performance.now() - begun) * 1e6) / (this.machine.executed - before);
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

  private call(calls: number): bigint {
    let low = 0;
    for (let i = 0; i < calls; i++) low = this.machine.run(this.program, this.at, this.kernel.mem);
    return (BigInt(this.machine.highWord) << 32n) | BigInt(low);
  }

  private check(result: bigint, expected: string, name: string): void {
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

function rounds(bench: Bench, n: number, calls: number): number {
  bench.warmUp();
  return median(Array.from({ length: ROUNDS }, () => bench.measure(n, calls)));
}

const part = (count: number): number => (count > 1 ? Math.ceil(count * INTERPRETED_PART) : count);

function measureKernel(folder: string, kernel: Kernel): { name: string; compiled: number; interpreted: number } {
  const { value, diagnostics } = assembleMnemonic(readFileSync(join(folder, `${kernel.name}.asm`), 'utf8'));
  if (diagnostics.length > 0) throw new Error(`${kernel.name}: ${diagnostics[0].message}`);
  const compiled = new Bench(kernel, value.insns, 'compiled');
  compiled.verify();
  return {
    name: kernel.name,
    compiled: rounds(compiled, kernel.n, kernel.calls),
    interpreted: rounds(new Bench(kernel, value.insns, 'interpreted'), part(kernel.n), part(kernel.calls)),
  };
}

/** ms from bytes to a program that can be called, for a chain of blocks of so many slots. */
function compileTime(slots: number): number {
  const block = ['add %r0, %r1', 'jeq %r0, 7, +1', 'xor %r0, 3', 'ldxw %r2, [%r10-8]', 'jgt %r2, %r0, +0'];
  const text = Array.from({ length: slots - 1 }, (_, i) => (i < 2 ? 'mov %r0, 0' : block[i % block.length]));
  const { insns } = assembleMnemonic([...text, 'exit'].join('\n')).value;
  const functions = new KernelFunctions();
  const once = (): number => {
    const begun = performance.now();
    const program = prepareProgram(insns, functions);
    if (!program.ok) throw new Error(program.error.message);
    const module = new WebAssembly.Module(compileModule([program.value]).bytes);
    const ms = performance.now() - begun;
    return module ? ms : Number.NaN;
  };
  return median(Array.from({ length: slots > 100_000 ? 3 : ROUNDS * 3 }, once));
}

/** ns of a call through a trampoline into a program that only returns. */
function callTime(): number {
  const machine = new BpfMachine(new Memory(), new KernelFunctions());
  const prepared = machine.prepare(assembleMnemonic('mov %r0, 0\nexit').value.insns);
  if (!prepared.ok) throw new Error(prepared.error.message);
  const context = machine.memory.alloc('arena', 32);
  const prototype = { args: ['ptr', 'u32', 'u32'] as const, hasReturn: false };
  const call = generateTrampoline(prototype, machine.memory, context, (at) => machine.run(prepared.value, at));
  const CALLS = 1_000_000;
  const round = (): number => {
    const begun = performance.now();
    for (let i = 0; i < CALLS; i++) call(context, i, 1, 0);
    return ((performance.now() - begun) * 1e6) / CALLS;
  };
  return median(Array.from({ length: ROUNDS }, round));
}

/** `folder`: where the benchmark programs and their manifest.json lie; without them only calls and compilation are measured. */
export function benchVm(folder: string): string[] {
  const lines = [`call through a trampoline into an empty program: ${callTime().toFixed(0)} ns`];
  for (const slots of [30, 300, 3000, 30_000]) {
    lines.push(`compile ${slots} slots: ${compileTime(slots).toFixed(2)} ms`);
  }
  if (!existsSync(folder)) return [...lines, 'the benchmark programs are not here'];
  const kernels = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Kernel[];
  const rows = kernels.map((kernel) => measureKernel(folder, kernel));
  lines.push('', `${'ns per instruction'.padEnd(22)}  compiled  interpreted`);
  const row = (name: string, compiled: number, interpreted: number): string =>
    `${name.padEnd(22)}  ${compiled.toFixed(3).padStart(8)}  ${interpreted.toFixed(2).padStart(11)}`;
  for (const { name, compiled, interpreted } of rows) lines.push(row(name, compiled, interpreted));
  const mean = (skip: readonly string[]): [number, number] => {
    const kept = rows.filter(({ name }) => !skip.includes(name));
    return [geomean(kept.map((r) => r.compiled)), geomean(kept.map((r) => r.interpreted))];
  };
  lines.push(row('geomean', ...mean([])));
  lines.push(row('without atomics', ...mean(['atomics'])));
  lines.push(row('without division too', ...mean(['atomics', 'muldiv', 'primes'])));
  return lines;
}
