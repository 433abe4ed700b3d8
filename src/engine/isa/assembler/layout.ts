/* Assigns a slot to each instruction of a function, and computes the distances of its jumps. */
import type { TextRange } from '../../base/result.ts';
import { type Insn, slotsOf } from '../insn.ts';
import { isLong, reachedSlots } from '../flow.ts';
import { stillWorking } from '../../base/still-working.ts';
import type { Target } from './operands.ts';
import { CODES, type Problems } from './problems.ts';
import type { Draft } from './draft.ts';

/** A line that holds an instruction; no draft when it could not be read. */
export interface InstructionLine {
  readonly line: number;
  readonly draft: Draft | null;
}

export interface Label {
  readonly name: string;
  readonly range: TextRange;
  /** number of instruction lines before it */
  readonly at: number;
}

export interface Layout {
  /** slot of each line, and one more for the end */
  readonly slots: readonly number[];
  readonly insns: readonly Insn[];
  /** source line of each slot */
  readonly lines: readonly number[];
}

interface LayoutInput {
  readonly lines: readonly InstructionLine[];
  /** number of the first line in the file's count, which labels use */
  readonly from: number;
  readonly labels: ReadonlyMap<string, Label>;
  /** reports a label that is not among `labels` */
  readonly onUnknownLabel: (name: string, range: TextRange) => void;
  readonly problems: Problems;
}

export function layOut(input: LayoutInput): Layout {
  const { lines } = input;
  const slots = slotNumbers(lines);
  const starts = new Uint8Array(slots[slots.length - 1] + 1);
  for (const slot of slots) starts[slot] = 1;
  const insns: Insn[] = [];
  const slotLines: number[] = [];
  for (const [i, { draft, line }] of lines.entries()) {
    stillWorking(i);
    if (!draft) continue;
    const insn = draft.target ? aimed(draft.insn, draft.target, slots[i], { slots, starts, ...input }) : draft.insn;
    insns.push(insn);
    for (let n = slotsOf(insn); n > 0; n--) slotLines.push(line);
  }
  return { slots, insns, lines: slotLines };
}

interface Aim extends LayoutInput {
  readonly slots: readonly number[];
  /** 1 where an instruction begins */
  readonly starts: Uint8Array;
}

/** Fills in a jump's distance; leaves the jump unchanged after an error. */
function aimed(insn: Insn, target: Target, slot: number, aim: Aim): Insn {
  const { slots, starts, problems } = aim;
  const here = slot + slotsOf(insn);
  const distance = target.kind === 'relative' ? target.value : labelSlot(target, aim) - here;
  if (Number.isNaN(distance)) return insn;
  const to = here + distance;
  if (to < 0 || to >= slots[slots.length - 1]) {
    problems.report(CODES.jumpRange, target.range, 'This jump leaves the function.');
  } else if (starts[to] === 0) {
    problems.report(
      CODES.jumpIntoWide,
      target.range,
      'This jump goes into the middle of a wide instruction, which takes two slots.',
    );
  } else if (!isLong(insn) && (distance < -0x8000 || distance > 0x7fff)) {
    problems.report(
      CODES.jumpRange,
      target.range,
      `${distance} slots are too far for this jump (-32768 to 32767): \`gotol\` reaches further.`,
    );
  } else {
    return isLong(insn) ? { ...insn, imm: distance } : { ...insn, off: distance };
  }
  return insn;
}

/** Slot of a label; NaN when this function has no such label. */
function labelSlot(
  { name, range }: Extract<Target, { kind: 'label' }>,
  { labels, slots, from, onUnknownLabel }: Aim,
): number {
  const label = labels.get(name);
  if (label) return slots[label.at - from];
  onUnknownLabel(name, range);
  return Number.NaN;
}

function slotNumbers(lines: readonly InstructionLine[]): number[] {
  const slots = [0];
  for (const { draft } of lines) slots.push(slots[slots.length - 1] + (draft ? slotsOf(draft.insn) : 1));
  return slots;
}

/** Numbers of the instructions that no path reaches. */
export function unreachable({ insns, slots }: Layout): number[] {
  const at: (Insn | undefined)[] = Array.from({ length: slots[slots.length - 1] });
  for (const [i, insn] of insns.entries()) at[slots[i]] = insn;
  const seen = reachedSlots(at);
  return insns.flatMap((_, i) => (seen[slots[i]] === 0 ? [i] : []));
}
