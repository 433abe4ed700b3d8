/*
 * `lab isa FILE.json`: runs programs again that a real kernel ran. Each takes inputs in its context (a at 8, b at 16,
 * c at 24) and leaves results at 0 and, where a case has four columns, at 32.
 */
import { KernelFunctions } from '../vm/functions.ts';
import { BpfMachine, type Engine } from '../vm/machine.ts';
import { Memory } from '../vm/memory.ts';
import type { Program } from '../vm/prepared.ts';
import { hex64 } from '../vm/stopped.ts';

interface IsaRecord {
  readonly id: string;
  readonly insns: readonly string[];
  readonly verdict: string;
  /** a, b, result, second result (`retval=` for r0) */
  readonly cases?: readonly (readonly string[])[];
}

export interface IsaReport {
  /** a line for each mismatch, then the totals */
  readonly lines: readonly string[];
  readonly cases: number;
  readonly mismatches: number;
}

const CONSTANT_C = 0x5555;
const CONTEXT_BYTES = 64;

interface Bench {
  readonly machine: BpfMachine;
  readonly context: number;
}

export function runIsaRecording(text: string, engine: Engine): IsaReport {
  const records = parseRecords(text);
  if (!records) return { lines: ['not a recording'], cases: 0, mismatches: 1 };
  const machine = new BpfMachine(new Memory(), new KernelFunctions(), { engine });
  const bench: Bench = { machine, context: machine.memory.alloc('arena', CONTEXT_BYTES) };
  const accepted = records.filter(({ verdict }) => verdict === 'accept');
  const results = accepted.map((record) => runRecord(record, bench));
  const mismatches = results.flatMap((result) => result.mismatches);
  const cases = results.reduce((sum, result) => sum + result.cases, 0);
  return {
    lines: [...mismatches, `${cases} cases, ${mismatches.length} mismatches`],
    cases,
    mismatches: mismatches.length,
  };
}

/** Parses a recording; null for any other text. */
function parseRecords(text: string): readonly IsaRecord[] | null {
  try {
    const parsed = JSON.parse(text) as { records?: unknown } | null;
    return Array.isArray(parsed?.records) && parsed.records.every(isRecord) ? parsed.records : null;
  } catch {
    return null;
  }
}

function isRecord(record: unknown): record is IsaRecord {
  const { id, insns, verdict, cases } = (record ?? {}) as Record<string, unknown>;
  const isHex = (value: unknown): boolean => typeof value === 'string' && /^(retval=)?0x[0-9a-f]+$/.test(value);
  return (
    typeof id === 'string' &&
    typeof verdict === 'string' &&
    Array.isArray(insns) &&
    insns.every((insn) => typeof insn === 'string') &&
    (cases === undefined ||
      (Array.isArray(cases) && cases.every((c) => Array.isArray(c) && c.length >= 2 && c.every(isHex))))
  );
}

function runRecord(record: IsaRecord, bench: Bench): { cases: number; mismatches: string[] } {
  const program = bench.machine.prepare(fromHex(record.insns.join('')));
  if (!program.ok) return { cases: 1, mismatches: [`${record.id}: refused: ${program.error.message}`] };
  const cases = record.cases ?? [['0x1111', '0x2222']];
  const mismatches = cases.flatMap(([a, b, ...expected]) => {
    const problem = runCase(program.value, [a, b], expected, bench);
    return problem === null ? [] : [`${record.id}: a=${a} b=${b}: ${problem}`];
  });
  return { cases: cases.length, mismatches };
}

function runCase(
  program: Program,
  [a, b]: readonly [string, string],
  expected: readonly string[],
  { machine, context }: Bench,
): string | null {
  const { memory } = machine;
  memory.u8.fill(0, context, context + CONTEXT_BYTES);
  setHex(machine, context + 8, a);
  setHex(machine, context + 16, b);
  memory.setU64(context + 24, CONSTANT_C);
  const ret = machine.run(program, context);
  const found = [0, 32].map((at) => hex64(memory.u32[(context + at) >>> 2], memory.u32[(context + at + 4) >>> 2]));
  const ours = expected.map((value, i) => (value.startsWith('retval=') ? `retval=${hex64(ret, 0)}` : found[i]));
  const wrong = expected.findIndex((value, i) => value !== ours[i]);
  return wrong < 0 ? null : `result ${wrong} is ${ours[wrong]}, the kernel has ${expected[wrong]}`;
}

function setHex({ memory }: BpfMachine, address: number, hex: string): void {
  const value = BigInt(hex);
  memory.u32[address >>> 2] = Number(value & 0xffffffffn);
  memory.u32[(address >>> 2) + 1] = Number(value >> 32n);
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}
