/*
 * Reads logs of real kernels' verifiers: levels 1 and 2, 5.x to 6.18, cut off at either end. One pass over the lines, so a
 * log of many MB takes time in proportion to its length. Lines that are not understood are kept as messages.
 * Example: `3: (bf) r2 = r10    ; R2_w=fp0 R10=fp0` is instruction 3, its text, and the registers after it.
 */

/** Registers and slots of one frame as the log shows them: the text of each value by name (`R1`, `fp-8`). */
export interface LoggedState {
  readonly frame: number;
  readonly values: ReadonlyMap<string, LoggedValue>;
}

export interface LoggedValue {
  /** the kernel's text: `scalar(umax=15,var_off=(0x0; 0xf))` */
  readonly text: string;
  /** r, w, D; '' where the kernel shows none */
  readonly live: string;
}

export type LogEvent =
  | {
      readonly kind: 'insn';
      readonly line: number;
      readonly insn: number;
      readonly opcode: number;
      readonly text: string;
      readonly after: LoggedState | null;
    }
  | { readonly kind: 'state'; readonly line: number; readonly insn: number; readonly state: LoggedState }
  | {
      readonly kind: 'edge';
      readonly line: number;
      readonly from: number;
      readonly to: number;
      readonly safe: boolean;
      readonly state: LoggedState | null;
    }
  | { readonly kind: 'safe'; readonly line: number; readonly insn: number }
  | {
      readonly kind: 'source';
      readonly line: number;
      readonly text: string;
      readonly file: string;
      readonly sourceLine: number;
    }
  | { readonly kind: 'function'; readonly line: number; readonly index: number; readonly start: number }
  | { readonly kind: 'precision'; readonly line: number; readonly text: string; readonly insn: number }
  | {
      readonly kind: 'call';
      readonly line: number;
      readonly phase: 'caller' | 'callee' | 'returning' | 'to';
      readonly insn: number;
      readonly state: LoggedState | null;
    }
  | { readonly kind: 'message'; readonly line: number; readonly text: string };

export interface LoggedStats {
  readonly insnsProcessed: number;
  readonly maxStatesPerInsn: number;
  readonly totalStates: number;
  readonly peakStates: number;
  readonly markRead: number;
}

export interface ParsedLog {
  readonly events: readonly LogEvent[];
  /** null when the end is cut off */
  readonly stats: LoggedStats | null;
  /** the line with the reason for refusal; null when the program was accepted, or the log's end is cut off */
  readonly refusal: string | null;
  /** lines, as given */
  readonly lineCount: number;
}

const INSN = /^(\d+): \(([0-9a-f]{2})\) (.*)$/;
const STATE = /^(\d+):\s?(.*)$/;
const EDGE = /^from (\d+) to (\d+)(?: \(speculative execution\))?:(.*)$/;
const FUNCTION = /^func#(\d+) @(\d+)$/;
const PRECISION =
  /^(?:mark_precise|force_precise):|^(?:last_idx \d|regs=[0-9a-f]+ stack=|parent (?:didn't|already)|frame \d+: propagating|propagating )/;
const STATS =
  /^processed (\d+) insns \(limit \d+\) max_states_per_insn (\d+) total_states (\d+) peak_states (\d+) mark_read (\d+)/;
const SOURCE = /^; (.*?)(?: @ ([^@]*):(\d+))?$/;
const NAME = /(?:^| )(R\d+|fp-\d+)(?:_([rwD]+))?=/g;

/** End of the value that starts at an index: the next blank outside parentheses. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === ' ' && depth <= 0) return i;
  }
  return text.length;
}

/** Registers and slots of a line's state part; null when there are none. */
export function parseState(text: string): LoggedState | null {
  const frame = Number(/frame(\d+):/.exec(text)?.[1] ?? 0);
  const values = new Map<string, LoggedValue>();
  NAME.lastIndex = 0;
  for (let m = NAME.exec(text); m; m = NAME.exec(text)) {
    const start = NAME.lastIndex;
    const end = endOfValue(text, start);
    values.set(m[1], { text: text.slice(start, end), live: m[2] ?? '' });
    NAME.lastIndex = end;
  }
  return values.size === 0 ? null : { frame, values };
}

/** The state after an instruction starts at a `;` in column 30 or later; operands have none. */
function splitInsn(text: string): [string, LoggedState | null] {
  const at = text.search(/\s+; ?(?:frame\d+: ?)?(?:R\d|fp-|refs=|$)/);
  if (at < 0) return [text.replace(/\s+;\s*$/, ''), null];
  return [text.slice(0, at), parseState(text.slice(at))];
}

type Reader = (line: string, n: number) => LogEvent | null;

const readInsn: Reader = (line, n) => {
  const m = INSN.exec(line);
  if (!m) return null;
  const [text, after] = splitInsn(m[3]);
  return { kind: 'insn', line: n, insn: Number(m[1]), opcode: Number.parseInt(m[2], 16), text, after };
};

const readEdge: Reader = (line, n) => {
  const m = EDGE.exec(line);
  if (!m) return null;
  const [, from, to, rest] = m;
  const safe = rest.trim() === 'safe';
  return { kind: 'edge', line: n, from: Number(from), to: Number(to), safe, state: safe ? null : parseState(rest) };
};

const readState: Reader = (line, n) => {
  const m = STATE.exec(line);
  if (!m) return null;
  const insn = Number(m[1]);
  if (m[2] === 'safe') return { kind: 'safe', line: n, insn };
  const state = parseState(m[2]);
  return state ? { kind: 'state', line: n, insn, state } : null;
};

const readSource: Reader = (line, n) => {
  const m = SOURCE.exec(line);
  return m ? { kind: 'source', line: n, text: m[1], file: m[2] ?? '', sourceLine: Number(m[3] ?? 0) } : null;
};

const readFunction: Reader = (line, n) => {
  const m = FUNCTION.exec(line);
  return m ? { kind: 'function', line: n, index: Number(m[1]), start: Number(m[2]) } : null;
};

const readPrecision: Reader = (line, n) => {
  if (!PRECISION.test(line)) return null;
  return { kind: 'precision', line: n, text: line, insn: Number(/ before (\d+):/.exec(line)?.[1] ?? -1) };
};

const PHASES: readonly (readonly [RegExp, 'caller' | 'callee' | 'returning' | 'to'])[] = [
  [/^caller:$/, 'caller'],
  [/^callee:$/, 'callee'],
  [/^returning from callee:$/, 'returning'],
  [/^to caller at (\d+):$/, 'to'],
];

/** Reads a log; lines are numbered from 0. */
export function parseLog(log: string): ParsedLog {
  const events: LogEvent[] = [];
  const lines = log.split('\n');
  let stats: LoggedStats | null = null;
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n].endsWith('\r') ? lines[n].slice(0, -1) : lines[n];
    if (line === '') continue;
    const found = STATS.exec(line);
    if (found) {
      const [insnsProcessed, maxStatesPerInsn, totalStates, peakStates, markRead] = found.slice(1).map(Number);
      stats = { insnsProcessed, maxStatesPerInsn, totalStates, peakStates, markRead };
      continue;
    }
    const phase = PHASES.find(([pattern]) => pattern.test(line));
    if (phase) {
      const insn = Number(/(\d+):$/.exec(line)?.[1] ?? -1);
      const state = n + 1 < lines.length && lines[n + 1].startsWith(' ') ? parseState(lines[n + 1]) : null;
      events.push({ kind: 'call', line: n, phase: phase[1], insn, state });
      if (state) n++;
      continue;
    }
    events.push(readLine(line, n));
  }
  return { events, stats, refusal: refusalOf(events, stats), lineCount: lines.length };
}

function readLine(line: string, n: number): LogEvent {
  const c = line.charCodeAt(0);
  const isDigit = c >= 48 && c <= 57;
  const event = isDigit
    ? (readInsn(line, n) ?? readState(line, n))
    : line.startsWith('from ')
      ? readEdge(line, n)
      : line.startsWith('; ')
        ? readSource(line, n)
        : (readFunction(line, n) ?? readPrecision(line, n));
  return event ?? { kind: 'message', line: n, text: line };
}

const NOTES =
  /^(?:Func#|Validating |func '|REG INVARIANTS|Live regs|\(\d+\) (?:frame|live)|verification time|stack depth)/;

/** The last message, if only messages follow it. */
function refusalOf(events: readonly LogEvent[], stats: LoggedStats | null): string | null {
  const last = events[events.length - 1];
  if (stats === null || last?.kind !== 'message' || NOTES.test(last.text)) return null;
  return last.text;
}
