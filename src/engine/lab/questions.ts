/*
 * Questions over the recorded run. Bytes are compared after each event on the way from a checkpoint to the cursor; of the
 * event that changed them, the instruction is found by running it again. A generator, so that the worker can do it in
 * slices: it yields between events.
 */
import type { Run } from './run.ts';
import type { CallRecord, CpuSnapshot } from './snapshot.ts';

export interface Window {
  readonly address: number;
  readonly length: number;
}

export interface Change {
  readonly event: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * The last event up to `end` that changed what `read` gives, and that `wanted` accepts; null when none did. Moves the
 * run; the caller puts it where it belongs.
 */
export function* lastChange(
  run: Run<unknown>,
  read: () => Uint8Array,
  end: number,
  wanted: (change: Change) => boolean = () => true,
): Generator<void, Change | null> {
  let to = end;
  while (to > 0) {
    const start = run.checkpoints.before(to - 1)?.event ?? 0;
    run.seekEvent(start);
    let before = read();
    let found: Change | null = null;
    while (run.event < to && run.step()) {
      const after = read();
      if (!same(before, after)) {
        const change = { event: run.event, before, after };
        if (wanted(change)) found = change;
        before = after;
      }
      yield;
    }
    if (found) return found;
    to = start;
  }
  return null;
}

export interface Answer {
  readonly title: string;
  readonly detail: string;
}

/** Little-endian, as people read numbers; longer ones in hex. */
function valueText(bytes: Uint8Array): string {
  if (bytes.length > 8) return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const value = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return value > 0xffffffffn ? `0x${value.toString(16)}` : String(value);
}

/** `cpu`: where a program did it; null: a system call, or the stack. */
export function describeChange(
  { event, before, after }: Change,
  cpu: CpuSnapshot | null,
  calls: readonly CallRecord[],
): Answer {
  const detail = `${valueText(before)} became ${valueText(after)}`;
  if (cpu)
    return { title: `Written by ${cpu.progName}, line ${cpu.line + 1}`, detail: `${detail} with this instruction.` };
  const call = calls.find((one) => one.event === event);
  if (call) return { title: `Written by #${call.n} ${call.text}`, detail: `${detail} in this system call.` };
  return { title: 'Written by the stack', detail: `${detail} between programs, in this event.` };
}
