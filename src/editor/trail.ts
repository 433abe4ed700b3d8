/* Effects of lines that were stepped through: `38 → 19` at the end of the line. */
import type { CpuSnapshot } from '../engine/index.ts';
import { registerText } from '../page/register-text.ts';
import { lab } from '../page/store/lab.ts';

interface Hint {
  readonly line: number;
  readonly text: string;
}

export interface Trace {
  readonly call: string;
  readonly last: CpuSnapshot | null;
  /** by number of the executed instruction */
  readonly hints: ReadonlyMap<number, Hint>;
}

export const NO_TRACE: Trace = { call: '', last: null, hints: new Map() };

/** Value of a register, in decimal if it is a number. */
function shown(cpu: CpuSnapshot, register: number): string {
  const { text, note } = registerText(cpu, register, { cold: lab().cold, btf: null });
  return /^-?\d+$/.test(note) ? note : text;
}

/** Old and new value if they differ; for a jump, whether it was taken. */
function whatHappened(before: CpuSnapshot, after: CpuSnapshot): string {
  const [register] = after.changed;
  if (register !== undefined) {
    const [from, to] = [shown(before, register), shown(after, register)];
    return /^-?[1-9]\d*$/.test(from) && from !== to ? `${from} → ${to}` : to;
  }
  return after.pc !== before.pc + 1 ? 'taken' : '';
}

/** The trace after another stop: a step forward adds a line, a step back removes lines, another call starts afresh. */
export function traced(trace: Trace, cpu: CpuSnapshot | null): Trace {
  if (!cpu) return NO_TRACE;
  const { event, call, insn } = cpu.position;
  const name = `${event} ${call}`;
  const at = insn ?? 0;
  const kept = name === trace.call ? [...trace.hints].filter(([n]) => n < at) : [];
  const { last } = trace;
  if (last && name === trace.call && last.position.insn === at - 1) {
    const text = whatHappened(last, cpu);
    if (text !== '') kept.push([at - 1, { line: last.line, text }]);
  }
  return { call: name, last: cpu, hints: new Map(kept) };
}
