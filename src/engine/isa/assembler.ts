/*
 * The assembler for LLVM's pseudo-C. Lines become drafts; labels then divide them into functions; each function is laid
 * out by itself. One pass reports every error of the text: reading of a line stops at its first syntax error, and
 * errors that only follow from another one (a label that seems unused, an end that seems missing) are not reported.
 */
import type { Diagnostic, Parsed, TextRange } from '../base/result.ts';
import { encode } from './insn.ts';
import type { AssembledFunction, AssembledObject, FunctionUse, Reference } from './object.ts';
import { CALL_KIND, OPCODE } from './opcodes.ts';
import { NO_SYMBOLS, type SymbolSource } from './symbols.ts';
import { checkHeader, type Section } from './assembler/directives.ts';
import { type InstructionLine, type Label, type Layout, layOut, unreachable } from './assembler/layout.ts';
import { endsFlow } from './flow.ts';
import { resolveCallee } from './assembler/callees.ts';
import { type Listing, readListing } from './assembler/listing.ts';
import type { Context } from './assembler/operands.ts';
import { CODES, Problems } from './assembler/problems.ts';
import type { Draft } from './assembler/draft.ts';
import { rangeOf } from './assembler/source.ts';
import { foreignText } from './assembler/foreign.ts';

export type { AssembledFunction, AssembledObject, Reference } from './object.ts';

interface FunctionRange {
  readonly label: Label;
  /** its index among the labels */
  readonly nth: number;
  readonly section: Section;
  readonly member: string | null;
  readonly from: number;
  readonly to: number;
}

export function assemble(text: string, symbols: SymbolSource): Parsed<AssembledObject> {
  const context: Context = { symbols, problems: new Problems(), references: [] };
  const listing = readListing(text, context);
  const { header } = listing;
  checkHeader(header, symbols, context.problems);
  const ranges = findFunctions(listing, context.problems);
  const names: Names = {
    functions: new Set([...ranges.map(({ label }) => label.name), ...header.externs.map(({ name }) => name)]),
    labels: new Set(listing.labels.map(({ name }) => name)),
  };
  const functions = ranges.map((range) => assembleFunction(range, listing, names, context));
  return {
    value: {
      license: header.license,
      structOps:
        header.type === null
          ? null
          : { type: header.type, name: header.name ?? '', flags: header.flags, link: header.link },
      functions,
      externs: header.externs,
      references: sortReferences(context.references),
    },
    diagnostics: told(text, context.problems),
  };
}

/** A text that is no assembly would have an error on every line; instead it gets one message that says what it is. */
function told(text: string, problems: Problems): Diagnostic[] {
  const foreign = problems.hasErrors ? foreignText(text) : null;
  return foreign === null ? problems.sorted : problems.only(CODES.foreign, foreign);
}

interface Names {
  readonly functions: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
}

export interface BareCode {
  readonly insns: Uint8Array;
  readonly lines: readonly number[];
}

/** Assembles instructions and labels without sections as one program, whose calls may go to its own labels. */
export function assembleBare(text: string, symbols: SymbolSource = NO_SYMBOLS): Parsed<BareCode> {
  const context: Context = { symbols, problems: new Problems(), references: [] };
  const { lines, labels } = readListing(text, context);
  const { problems } = context;
  const names = new Set(labels.map(({ name }) => name));
  const known = scope(labels, problems);
  const resolved = lines.map(({ line, draft }) => ({ line, draft: draft && resolveCallee(draft, names, context) }));
  const layout = layOut({
    lines: resolved.map(({ line, draft }) => ({ line, draft: draft && toLabel(draft) })),
    from: 0,
    labels: known,
    onUnknownLabel: (name, range) => problems.unknown(CODES.unknownLabel, range, 'label', name, names),
    problems,
  });
  return { value: { insns: encode(layout.insns), lines: layout.lines }, diagnostics: problems.sorted };
}

/** Treats a call of a label as a jump to it. */
function toLabel(draft: Draft): Draft {
  if (!draft.callee || draft.target) return draft;
  const isOurs = draft.insn.opcode === OPCODE.LDDW || draft.insn.src === CALL_KIND.LOCAL;
  return isOurs ? { ...draft, target: { kind: 'label', name: draft.callee.text, range: draft.callee.range } } : draft;
}

// --- functions

/** A function begins at the first label of a section, and at every label that is called or made known to others. */
function findFunctions({ header, lines, labels }: Listing, problems: Problems): FunctionRange[] {
  const { sections } = header;
  if (lines.length > 0 && (sections.length === 0 || sections[0].from > 0)) {
    problems.report(
      CODES.noSection,
      firstRange(lines[0]),
      'Instructions belong to a section: `.section struct_ops/ssthresh` binds the next function to that member.',
      {
        title: 'Insert .section struct_ops/ssthresh',
        range: rangeOf(lines[0].line, 0, 0),
        text: '.section struct_ops/ssthresh\nssthresh:\n',
      },
    );
  }
  const called = new Set([
    ...header.globals,
    ...lines.flatMap(({ draft }) => (draft?.callee ? [draft.callee.text] : [])),
  ]);
  const found: FunctionRange[] = [];
  for (const [i, section] of sections.entries()) {
    const end = sections[i + 1]?.from ?? lines.length;
    const first = firstIndex(labels, (label) => !isBefore(label, section));
    const behind =
      i + 1 < sections.length ? firstIndex(labels, (label) => !isBefore(label, sections[i + 1])) : labels.length;
    const starts: { label: Label; nth: number }[] = [];
    for (let nth = first; nth < behind; nth++) {
      if (nth === first || called.has(labels[nth].name)) starts.push({ label: labels[nth], nth });
    }
    if ((starts[0]?.label.at ?? end) > section.from) {
      problems.report(
        CODES.noFunction,
        firstRange(lines[section.from]),
        'A function begins with its label: write `NAME:` before its first instruction.',
      );
    }
    for (const [n, { label, nth }] of starts.entries()) {
      const to = starts[n + 1]?.label.at ?? end;
      if (to === label.at && section.holdsData) continue;
      if (to === label.at) problems.report(CODES.emptyFunction, label.range, `\`${label.name}\` has no instructions.`);
      else found.push({ label, nth, section, member: n === 0 ? section.member : null, from: label.at, to });
    }
  }
  reportDuplicates(
    found.map(({ label }) => label),
    problems,
  );
  return found;
}

/**
 * Compares lines of the text, since the label after a section's last instruction and the first label of the next
 * section have the same number of instructions before them.
 */
const isBefore = ({ range }: Label, section: Section): boolean => range.line < section.range.line;

/**
 * Index of the first item that passes a test, by binary search in a list in the order of the text; the list's length
 * when none passes.
 */
function firstIndex<T>(list: readonly T[], passes: (one: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(list[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

const firstRange = ({ draft, line }: InstructionLine): TextRange => draft?.range ?? rangeOf(line, 0, 0);

function reportDuplicates(labels: readonly Label[], problems: Problems): void {
  const seen = new Map<string, Label>();
  for (const label of labels) {
    const before = seen.get(label.name);
    if (before)
      problems.report(
        CODES.duplicateLabel,
        label.range,
        `\`${label.name}\` is already the label of line ${before.range.line + 1}.`,
      );
    else seen.set(label.name, label);
  }
}

/** Maps labels by name, keeping the first of equal names and reporting the others. */
function scope(labels: readonly Label[], problems: Problems): Map<string, Label> {
  reportDuplicates(labels, problems);
  return new Map([...labels].reverse().map((label) => [label.name, label]));
}

function assembleFunction(range: FunctionRange, listing: Listing, names: Names, context: Context): AssembledFunction {
  const { label, section, member, from, to } = range;
  const { problems } = context;
  const inside = labelsOf(range, listing);
  const lines = listing.lines
    .slice(from, to)
    .map(({ line, draft }) => ({ line, draft: draft && resolveCallee(draft, names.functions, context) }));
  const layout = layOut({
    lines,
    from,
    labels: scope(inside.filter((l) => l !== label).concat(label), problems),
    onUnknownLabel: (name, at) => reportUnknownLabel(name, at, names, inside, problems),
    problems,
  });
  if (!problems.hasErrors)
    checkFlow(
      lines,
      layout,
      inside.filter((l) => l !== label),
      problems,
    );
  return {
    name: label.name,
    member,
    section: section.name,
    insns: encode(layout.insns),
    lines: layout.lines,
    uses: usesOf(lines, layout),
  };
}

/** Labels of a function, including those after its last instruction. */
function labelsOf({ nth, to }: FunctionRange, listing: Listing): readonly Label[] {
  const { labels } = listing;
  let behind = firstIndex(labels, ({ at }) => at >= to);
  const before = sectionLineBehind(listing, to);
  while (behind < labels.length && labels[behind].range.line < before) behind++;
  return labels.slice(nth, behind);
}

/** Line of the section directive that follows an instruction with no instruction in between; else -1. */
function sectionLineBehind({ header: { sections }, lines }: Listing, to: number): number {
  const nextLine = lines[to]?.line ?? Number.POSITIVE_INFINITY;
  const next: Section | undefined = sections[firstIndex(sections, ({ from }) => from >= to)];
  return next && next.range.line < nextLine ? next.range.line : -1;
}

function reportUnknownLabel(
  name: string,
  range: TextRange,
  names: Names,
  inside: readonly Label[],
  problems: Problems,
): void {
  if (names.labels.has(name)) {
    problems.report(
      CODES.jumpLeaves,
      range,
      `\`${name}\` lies in another function: a jump stays in its own; \`call\` goes elsewhere.`,
    );
  } else {
    problems.unknown(CODES.unknownLabel, range, 'label', name, namesOf(inside));
  }
}

/** Names of labels, one at a time: most unknown labels never look at them, and a text may have 100,000 of both. */
function* namesOf(labels: readonly Label[]): Iterable<string> {
  for (const { name } of labels) yield name;
}

function checkFlow(
  lines: readonly InstructionLine[],
  layout: Layout,
  labels: readonly Label[],
  problems: Problems,
): void {
  const last = lines[lines.length - 1].draft;
  if (last && !endsFlow(last.insn)) {
    problems.report(
      CODES.fallsOff,
      last.range,
      'The function runs off its end here: it must end with `exit` or a jump.',
      {
        title: 'Insert exit',
        range: rangeOf(last.range.line, last.range.endColumn, last.range.endColumn),
        text: '\n  exit',
      },
    );
  }
  const used = new Set(lines.flatMap(({ draft }) => (draft?.target?.kind === 'label' ? [draft.target.name] : [])));
  for (const { name, range } of labels) {
    if (!used.has(name)) problems.report(CODES.unusedLabel, range, `Nothing jumps to \`${name}\`.`);
  }
  // report an unreachable stretch once, at its beginning
  let previous = -2;
  for (const i of unreachable(layout)) {
    const { draft } = lines[i];
    if (draft && i !== previous + 1)
      problems.report(
        CODES.unreachable,
        draft.range,
        'No path leads here; the kernel refuses programs with unreachable instructions.',
      );
    previous = i;
  }
}

function usesOf(lines: readonly InstructionLine[], { slots }: Layout): FunctionUse[] {
  return lines.flatMap(({ draft }, i): FunctionUse[] => {
    if (!draft?.callee) return [];
    const { insn, callee } = draft;
    if (insn.opcode === OPCODE.LDDW) return [{ slot: slots[i], kind: 'address', target: callee.text }];
    return insn.src === CALL_KIND.LOCAL ? [{ slot: slots[i], kind: 'call', target: callee.text }] : [];
  });
}

function sortReferences(references: readonly Reference[]): Reference[] {
  return [...references].sort((a, b) => a.range.line - b.range.line || a.range.column - b.range.column);
}
