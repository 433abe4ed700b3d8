/*
 * Searches in the recorded run. Bytes are compared after each event from a checkpoint to the cursor; the event that
 * changed them is run again to find the instruction. Registers are compared at each instruction of
 * their program. Generators that yield between events, so that the worker can run them in slices.
 */
import { highWord, lowWord } from '../vm/prepared.ts';
import { writesRegister } from '../isa/effects.ts';
import { decode } from '../isa/insn.ts';
import type { Registers } from '../vm/prepared.ts';
import { progOf } from './look.ts';
import type { Microscope, Place } from './microscope.ts';
import type { Run } from './run.ts';
import type { CallRecord, CpuSnapshot } from './snapshot.ts';
import type { UserSpace } from './user-space.ts';

export interface Window {
  readonly address: number;
  readonly length: number;
}

interface Change {
  readonly event: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Objects that a search moves: afterwards they are at the answer, or anywhere when there is none. */
export interface Searched {
  readonly run: Run<unknown>;
  readonly scope: Microscope;
  readonly machine: { readonly user: UserSpace; bytes(address: number, length: number): Uint8Array };
  readonly calls: readonly CallRecord[];
  /** the program at the present place */
  readonly cpu: () => CpuSnapshot | null;
}

export interface Answer {
  readonly title: string;
  readonly detail: string;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * Goes to the last change of some bytes, or to where they got a value: at the instruction if a program did it,
 * otherwise after the event. Null when there is none.
 */
export function* whoWrote(
  { run, scope, machine, calls, cpu }: Searched,
  { address, length }: Window,
  value: readonly number[] | null,
): Generator<void, Answer | null> {
  const end = scope.at ? scope.at.event - 1 : run.event;
  scope.leave();
  const read = (): Uint8Array => machine.bytes(address, length);
  const wanted = ({ after }: Change): boolean => value === null || after.every((byte, i) => byte === value[i]);
  const change = yield* lastChange(run, read, end, wanted);
  if (!change) return null;
  const writer = writerIn(change.event, run, scope, read);
  if (writer) scope.goto(change.event, writer.call, writer.insn);
  else run.seekEvent(change.event);
  return describeChange(change, writer ? cpu() : null, calls);
}

/** The last event up to `end` that changed the result of `read`, and that `wanted` accepts; null when there is none. */
function* lastChange(
  run: Run<unknown>,
  read: () => Uint8Array,
  end: number,
  wanted: (change: Change) => boolean,
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

interface Writer {
  readonly call: number;
  readonly insn: number;
}

/**
 * The instruction of an event that changed some bytes; null when no program's instruction did. Writes of a helper or
 * kernel function count as the call's.
 */
function writerIn(event: number, run: Run<unknown>, scope: Microscope, read: () => Uint8Array): Writer | null {
  run.seekEvent(event - 1);
  run.checkpoint();
  let before: Writer | null = null;
  let bytes = read();
  let found: Writer | null = null;
  scope.watched(({ call, insn }) => {
    const now = read();
    if (before?.call === call && !same(bytes, now)) found = before;
    bytes = now;
    before = { call, insn };
    return false;
  });
  return found;
}

/** Goes to the instruction of this call that last wrote a register; false, without moving, when there is none. */
export function whoWroteRegister({ scope, machine }: Searched, register: number): boolean {
  const { at } = scope;
  const found = at && progOf(machine.user, at.progId);
  if (!found) return false;
  let writer: number | null = null;
  scope.goto(at.event, at.call, at.insn, ({ progId, pc, insn }) => {
    if (progId === at.progId && writesRegister(decode(found.prog.insns, pc), register)) writer = insn;
  });
  scope.goto(at.event, at.call, writer ?? at.insn);
  return writer !== null;
}

type Word = readonly [low: number, high: number];

interface Became {
  readonly event: number;
  readonly call: number;
  readonly insn: number;
  /** null: the value was passed to the call */
  readonly before: Word | null;
}

/** Registers with a value before a program's first instruction: context and frame. */
const GIVEN: readonly number[] = [1, 10];

/**
 * Goes to the last instruction before the present one that gave a register some value, in this call or an earlier call
 * of the same program. Null when there is none.
 */
export function* whenRegister(
  { run, scope, cpu }: Searched,
  register: number,
  value: Word,
): Generator<void, Answer | null> {
  const here = scope.at;
  if (!here) return null;
  const isHere = ({ call, insn }: Place): boolean =>
    run.event === here.event && call === here.call && insn === here.insn;
  let to = here.event;
  while (to > 0) {
    const start = run.checkpoints.before(to - 1)?.event ?? 0;
    scope.leave();
    run.seekEvent(start);
    let found: Became | null = null;
    while (run.event < to) {
      const look = becoming(register, value, (became) => {
        found = { event: run.event, ...became };
      });
      const stopped = scope.watched((place, registers) => {
        const end = isHere(place);
        // a value passed to this call is not earlier than its first instruction
        if (place.progId === here.progId && !(end && place.insn === 0)) look(place, registers);
        return end;
      });
      yield;
      if (stopped) break;
    }
    const became = found as Became | null;
    if (became) {
      scope.goto(became.event, became.call, became.insn);
      return describeBecame(`r${register}`, became, value, cpu());
    }
    to = start;
  }
  return null;
}

/** Makes a watch that reports the instructions after which a register has just got a value. */
function becoming(register: number, [low, high]: Word, tell: (became: Omit<Became, 'event'>) => void) {
  const before = new Map<number, Word>();
  const isValue = (word: Word): boolean => word[0] === low >>> 0 && word[1] === high >>> 0;
  return ({ call, insn }: Place, registers: Registers): void => {
    const now: Word = [lowWord(registers, register), highWord(registers, register)];
    const last = before.get(call);
    before.set(call, now);
    if (!isValue(now) || (last ? isValue(last) : !GIVEN.includes(register))) return;
    tell({ call, insn: Math.max(0, insn - 1), before: last ?? null });
  };
}

// --- words

/** Larger numbers in hex. */
const numberText = (value: bigint): string => (value > 0xffffffffn ? `0x${value.toString(16)}` : String(value));

/** Bytes as a little-endian number. */
function valueText(bytes: Uint8Array): string {
  if (bytes.length > 8) return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return numberText(bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n));
}

const wordText = ([low, high]: Word): string => numberText((BigInt(high) << 32n) | BigInt(low));

const placeText = ({ progName, line }: CpuSnapshot): string => `${progName}, line ${line + 1}`;

/** Describes a change; `cpu`: the program that made it; null: a system call, or the stack. */
function describeChange(
  { event, before, after }: Change,
  cpu: CpuSnapshot | null,
  calls: readonly CallRecord[],
): Answer {
  const detail = `${valueText(before)} became ${valueText(after)}`;
  if (cpu) return { title: `Written by ${placeText(cpu)}`, detail: `${detail} with this instruction.` };
  const call = calls.find((one) => one.event === event);
  if (call) return { title: `Written by #${call.n} ${call.text}`, detail: `${detail} in this system call.` };
  return { title: 'Written by the stack', detail: `${detail} between programs, in this event.` };
}

function describeBecame(name: string, { before }: Became, value: Word, cpu: CpuSnapshot | null): Answer | null {
  if (!cpu) return null;
  if (!before)
    return { title: `${name} came with this call`, detail: `${cpu.progName} was called with ${wordText(value)}.` };
  return {
    title: `Written by ${placeText(cpu)}`,
    detail: `${name}: ${wordText(before)} became ${wordText(value)} with this instruction.`,
  };
}
