/* Format of the recordings of real kernels, and comparison with an answer of this kernel. */
import { ERRNO } from '../../base/errno.ts';

export interface RecordedStep {
  readonly n: number;
  readonly op: string;
  readonly args?: unknown;
  /** a number, or `<fd>` for any new fd */
  readonly ret?: number | string;
  readonly errno?: string;
  readonly errno_num?: number;
  readonly outputs?: unknown;
  /** of a shell command */
  readonly rc?: number;
  readonly stdout?: string;
}

export interface Recording {
  readonly id: string;
  /** `6.1`, `6.12` */
  readonly kernel_short: string;
  readonly steps: readonly RecordedStep[];
}

/** This kernel's answer to a step; `out` is compared if both sides have it. */
export interface Answer {
  readonly op: string;
  readonly ret: number;
  readonly out?: unknown;
  /** byte offsets of words in `info_hex` that are specific to the recorded machine */
  readonly ignore?: readonly number[];
  /** why this step is not compared */
  readonly skip?: string;
}

export interface Mismatch {
  readonly n: number;
  readonly op: string;
  readonly args: unknown;
  readonly recorded: string;
  readonly answered: string;
}

const errnoText = (ret: number): string => {
  const found = Object.entries(ERRNO).find(([, n]) => n === -ret);
  return found ? found[0] : `errno ${-ret}`;
};

const FD_COMMANDS = new Set([
  'BPF_MAP_CREATE',
  'BPF_PROG_LOAD',
  'BPF_LINK_CREATE',
  'BPF_MAP_GET_FD_BY_ID',
  'BPF_PROG_GET_FD_BY_ID',
  'BPF_OBJ_GET',
]);

function answerText({ op, ret }: Answer): string {
  if (ret < 0) return `-1 ${errnoText(ret)}`;
  return FD_COMMANDS.has(op) ? '<fd>' : String(ret);
}

function recordedText({ ret, errno, rc }: RecordedStep): string {
  return ret === -1 ? `-1 ${errno}` : String(ret ?? rc);
}

/** Hex with the words at these offsets hidden. */
function hidden(value: unknown, offsets: readonly number[]): unknown {
  if (typeof value !== 'object' || value === null || !('info_hex' in value)) return value;
  const text = offsets.reduce(
    (hex, at) => (hex.length >= at * 2 + 8 ? `${hex.slice(0, at * 2)}........${hex.slice(at * 2 + 8)}` : hex),
    String(value.info_hex),
  );
  return { ...value, info_hex: text };
}

/** Whether the keys that both sides have are equal; other keys are ignored. */
function agrees(recorded: unknown, answered: unknown): boolean {
  if (typeof recorded !== 'object' || recorded === null || typeof answered !== 'object' || answered === null) {
    return recorded === answered;
  }
  const ours = answered as Readonly<Record<string, unknown>>;
  return Object.entries(recorded).every(([key, value]) => !(key in ours) || agrees(value, ours[key]));
}

/** Compares an answer with a recorded step; null when they agree. */
export function compare(step: RecordedStep, answer: Answer): Mismatch | null {
  const { n, op, args } = step;
  const recorded = recordedText(step);
  const answered = op === answer.op ? answerText(answer) : `${answer.op}: ${answerText(answer)}`;
  if (recorded !== answered) return { n, op, args, recorded, answered };
  const outputs = step.outputs ?? step.stdout;
  if (answer.out === undefined || outputs === undefined) return null;
  const theirs = hidden(outputs, answer.ignore ?? []);
  const ours = hidden(answer.out, answer.ignore ?? []);
  if (agrees(theirs, ours)) return null;
  return { n, op, args, recorded: JSON.stringify(theirs), answered: JSON.stringify(ours) };
}
