/*
 * `lab conformance DIR`: runs test files of the public bpf_conformance suite; also serves as a plug-in of its runner:
 * program bytes in, r0 out.
 */
import { assembleMnemonic } from '../isa/mnemonic.ts';
import { KernelFunctions, type Packet } from '../vm/functions.ts';
import { BpfMachine, type Engine } from '../vm/machine.ts';
import { Memory, type MemoryImage } from '../vm/memory.ts';
import { hex64, ProgramStopped } from '../vm/stopped.ts';

export interface ConformanceFile {
  readonly name: string;
  readonly text: string;
}

export interface ConformanceReport {
  /** a line for each failure, then the totals */
  readonly lines: readonly string[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Case {
  readonly insns: Uint8Array;
  readonly memory: Uint8Array;
  readonly result: bigint | null;
  readonly expectsError: boolean;
}

export function runConformance(files: readonly ConformanceFile[], engine: Engine): ConformanceReport {
  const bench = openBench(engine);
  const failures: string[] = [];
  let passed = 0;
  let skipped = 0;
  for (const { name, text } of files) {
    const test = parseCase(text);
    if (test === 'skip') {
      skipped++;
      continue;
    }
    const problem = typeof test === 'string' ? test : judge(test, execute(bench, test));
    if (problem === null) passed++;
    else failures.push(`${name}: ${problem}`);
  }
  const sum = `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { lines: [...failures, sum], passed, failed: failures.length, skipped };
}

function judge({ result, expectsError }: Case, outcome: Outcome): string | null {
  if ('error' in outcome) return expectsError ? null : outcome.error;
  if (expectsError) return `should fail, gave ${outcome.text}`;
  return outcome.value === result ? null : `gave ${outcome.text}, expected 0x${(result ?? 0n).toString(16)}`;
}

type Outcome = { readonly value: bigint; readonly text: string } | { readonly error: string };

const NO_PACKET: Packet = { at: 0, bytes: 0 };

/** bpf_conformance's helper 5, unwind: returns its argument. */
function conformanceFunctions(): KernelFunctions {
  const functions = new KernelFunctions();
  const call = (low: number, high: number): number => {
    functions.highWord = high;
    return low;
  };
  functions.register({ name: 'unwind', kind: 'helper', id: 5, args: ['u64'], ret: 'u64', call });
  functions.packet = NO_PACKET;
  return functions;
}

interface Bench {
  readonly machine: BpfMachine;
  /** the memory at boot, restored so that no program sees what another left */
  readonly fresh: MemoryImage;
}

function openBench(engine: Engine): Bench {
  const machine = new BpfMachine(new Memory(), conformanceFunctions(), { engine });
  return { machine, fresh: machine.memory.save() };
}

function execute({ machine, fresh }: Bench, { insns, memory: bytes }: Pick<Case, 'insns' | 'memory'>): Outcome {
  const { memory } = machine;
  memory.restore(fresh);
  const prepared = machine.prepare(insns);
  if (!prepared.ok) return { error: prepared.error.message };
  const context = bytes.length === 0 ? 0 : memory.alloc('arena', bytes.length);
  memory.u8.set(bytes, context);
  // a program gets only its memory, so legacy packet loads read that
  machine.functions.packet = { at: context, bytes: bytes.length };
  try {
    const low = machine.run(prepared.value, context, bytes.length);
    const value = (BigInt(machine.highWord) << 32n) | BigInt(low);
    return { value, text: hex64(low, machine.highWord) };
  } catch (error) {
    if (error instanceof ProgramStopped) return { error: error.message };
    throw error;
  }
}

/** `-- SECTION` lines and what follows each; text before the first is licence comments. */
function sections(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith('--')) {
      lines.push(line);
      continue;
    }
    lines = [];
    found.set(line.slice(2).trim(), lines);
  }
  return found;
}

const KNOWN = new Set(['asm', 'raw', 'mem', 'result', 'error', 'no register offset', 'c']);

/** Parses a case; `skip` for a file with unsupported sections; otherwise an error text. */
function parseCase(text: string): Case | string {
  const parts = sections(text);
  if ([...parts.keys()].some((name) => !KNOWN.has(name))) return 'skip';
  const insns = programOf(parts);
  if (typeof insns === 'string') return insns;
  const [result] = (parts.get('result') ?? [])
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const expectsError = parts.has('error');
  if (!expectsError && !/^(0x)?[0-9a-fA-F]+$/.test(result ?? '')) return 'skip';
  return {
    insns,
    memory: hexBytes((parts.get('mem') ?? []).map((line) => line.replace(/#.*/, '')).join(' ')),
    result: expectsError ? null : BigInt(result.startsWith('0x') ? result : `0x${result}`),
    expectsError,
  };
}

function programOf(parts: Map<string, string[]>): Uint8Array | string {
  const asm = parts.get('asm');
  if (asm) {
    const { value, diagnostics } = assembleMnemonic(asm.join('\n'));
    const [first] = diagnostics;
    return first ? `line ${first.range.line + 1}: ${first.message}` : value.insns;
  }
  const raw = parts.get('raw');
  if (!raw) return 'skip';
  const words = raw.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
  const bad = words.find((word) => !/^(0x)?[0-9a-fA-F]{1,16}$/.test(word));
  if (bad !== undefined) return `not an instruction: ${bad}`;
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries())
    view.setBigUint64(i * 8, BigInt(word.startsWith('0x') ? word : `0x${word}`), true);
  return bytes;
}

function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(
    text.split(/\s+/).filter((byte) => /^[0-9a-fA-F]{1,2}$/.test(byte)),
    (byte) => Number.parseInt(byte, 16),
  );
}

export interface PluginAnswer {
  readonly output: string;
  readonly status: 0 | 1;
}

/** The runner's plug-in: `[MEM] [OPTIONS...]`, the program's bytes in hex as input; r0 in hex out. */
export function runPlugin(args: readonly string[], input: string, engine: Engine): PluginAnswer {
  const memory = args[0] === undefined || args[0].startsWith('-') ? '' : args[0];
  const outcome = execute(openBench(engine), { insns: hexBytes(input), memory: hexBytes(memory) });
  return 'error' in outcome ? { output: outcome.error, status: 1 } : { output: outcome.value.toString(16), status: 0 };
}
