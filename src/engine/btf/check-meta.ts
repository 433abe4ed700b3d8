/*
 * What the kernel demands of each type by itself, before any reference is followed: a table of rules a kind, in its
 * order (the check_meta operations in kernel/bpf/btf.c).
 */
import type { BtfKindName, BtfType } from './btf.ts';
import type { RawNames } from './check-log.ts';
import { memberLine, variableLine } from './check-log.ts';
import { isIdentifier, isSectionName } from './identifiers.ts';
import type { StringSection } from './strings.ts';

/** A type with the bytes it was decoded from. */
export interface Meta {
  readonly type: BtfType;
  readonly view: DataView;
  readonly at: number;
  readonly vlen: number;
  readonly strings: StringSection;
  readonly names: RawNames;
}

const MAX_TYPE = 0xfffff;
const BITS_PER_U128 = 128;
const INT_MASK = 0x0fffffff;
const INT_ENCODINGS = [0, 1, 2, 4];
const FUNC_GLOBAL = 1;

const nameOffset = ({ view, at }: Meta): number => view.getUint32(at, true);
const hasIdentifier = (m: Meta): boolean => nameOffset(m) !== 0 && isIdentifier(m.strings, nameOffset(m));

/** `bad` says whether the type breaks the rule; `brief`: the log names the type without its details. */
interface Rule {
  readonly message: (m: Meta) => string;
  readonly bad: (m: Meta) => boolean;
  readonly brief?: boolean;
}

const rule = (message: string, bad: (m: Meta) => boolean): Rule => ({ message: () => message, bad });

const VLEN = rule('vlen != 0', (m) => m.vlen !== 0);
const FLAG = rule('Invalid btf_info kind_flag', (m) => m.type.kindFlag);
const TYPE_ID = rule('Invalid type_id', (m) => m.type.type > MAX_TYPE);
const NON_VOID = rule('Invalid type_id', (m) => m.type.type === 0 || m.type.type > MAX_TYPE);
const NAMELESS = rule('Invalid name', (m) => nameOffset(m) !== 0);
const NAMED = rule('Invalid name', (m) => !hasIdentifier(m));
const MAYBE_NAMED = rule('Invalid name', (m) => nameOffset(m) !== 0 && !hasIdentifier(m));
const ENUM_SIZE = rule('Unexpected size', ({ type }) => ![1, 2, 4, 8].includes(type.size));
const TEXT = (message: string) => rule(message, (m) => m.strings.byte(nameOffset(m), 0) === 0);
const REFERENCE = [VLEN, FLAG, TYPE_ID, NAMELESS];

const intBits = (m: Meta): number => (m.type.extra & 0xff) + ((m.type.extra >>> 16) & 0xff);

const RULES: Readonly<Record<BtfKindName, readonly Rule[]>> = {
  VOID: [],
  INT: [
    VLEN,
    FLAG,
    {
      message: (m) => `Invalid int_data:${(m.type.extra >>> 0).toString(16)}`,
      bad: (m) => (m.type.extra & ~INT_MASK) !== 0,
      brief: true,
    },
    rule(`nr_bits exceeds ${BITS_PER_U128}`, (m) => intBits(m) > BITS_PER_U128),
    rule('nr_bits exceeds type_size', (m) => Math.ceil(intBits(m) / 8) > m.type.size),
    rule('Unsupported encoding', (m) => !INT_ENCODINGS.includes((m.type.extra >>> 24) & 0xf)),
  ],
  PTR: REFERENCE,
  VOLATILE: REFERENCE,
  CONST: REFERENCE,
  RESTRICT: REFERENCE,
  TYPEDEF: [VLEN, FLAG, TYPE_ID, NAMED],
  TYPE_TAG: [VLEN, FLAG, TYPE_ID, TEXT('Invalid name')],
  ARRAY: [
    NAMELESS,
    VLEN,
    FLAG,
    rule('size != 0', (m) => m.view.getUint32(m.at + 8, true) !== 0),
    rule('Invalid elem', ({ type }) => type.type === 0 || type.type > MAX_TYPE),
    rule('Invalid index', ({ type }) => type.indexType === 0 || type.indexType > MAX_TYPE),
  ],
  STRUCT: [MAYBE_NAMED],
  UNION: [MAYBE_NAMED],
  ENUM: [ENUM_SIZE, MAYBE_NAMED],
  ENUM64: [ENUM_SIZE, MAYBE_NAMED],
  FWD: [VLEN, rule('type != 0', (m) => m.view.getUint32(m.at + 8, true) !== 0), NAMED],
  FUNC: [NAMED, rule('Invalid func linkage', (m) => m.vlen > FUNC_GLOBAL), FLAG],
  FUNC_PROTO: [NAMELESS, FLAG],
  VAR: [VLEN, FLAG, NAMED, NON_VOID, rule('Linkage not supported', ({ type }) => type.extra !== 0 && type.extra !== 1)],
  DATASEC: [
    rule('size == 0', ({ type }) => type.size === 0),
    FLAG,
    rule('Invalid name', (m) => nameOffset(m) === 0 || !isSectionName(m.strings, nameOffset(m))),
  ],
  FLOAT: [VLEN, FLAG, rule('Invalid type_size', ({ type }) => ![2, 4, 8, 12, 16].includes(type.size))],
  DECL_TAG: [TEXT('Invalid value'), VLEN, FLAG, rule('Invalid component_idx', ({ type }) => type.extra < -1)],
};

/** The first rule that the type itself breaks; null when it breaks none. */
export function brokenRule(m: Meta): { readonly message: string; readonly brief: boolean } | null {
  const broken = RULES[m.type.kind].find((r) => r.bad(m));
  return broken ? { message: broken.message(m), brief: broken.brief ?? false } : null;
}

/** A line about a member, enumerator or variable; `message` is set where a rule is broken. */
export interface ItemLine {
  readonly text: string;
  readonly message: string | null;
  /** byte offset of the item */
  readonly at: number;
  /** the line is about the type, and begins with its name */
  readonly aboutType?: boolean;
}

const NO_ITEMS: readonly ItemLine[] = [];

/** Lines under a type, up to the first broken rule. */
export function itemLines(m: Meta): readonly ItemLine[] {
  if (m.type.kind === 'STRUCT' || m.type.kind === 'UNION') return untilBroken(memberLines(m));
  if (m.type.kind === 'ENUM' || m.type.kind === 'ENUM64') return untilBroken(enumeratorLines(m));
  return m.type.kind === 'DATASEC' ? untilBroken(sectionLines(m)) : NO_ITEMS;
}

function untilBroken(lines: Iterable<ItemLine>): ItemLine[] {
  const taken: ItemLine[] = [];
  for (const line of lines) {
    taken.push(line);
    if (line.message !== null) break;
  }
  return taken;
}

function* memberLines({ type, at, strings, names }: Meta): Generator<ItemLine> {
  let last = 0;
  for (const [i, member] of type.members.entries()) {
    const message = memberProblem(type, member, { name: names.offset(type, i), last, strings });
    yield { text: memberLine(names, type, i), message, at: at + 12 + i * 12 };
    last = member.bitOffset;
  }
}

function memberProblem(
  struct: BtfType,
  { type, bitOffset }: BtfType['members'][number],
  { name, last, strings }: { readonly name: number; readonly last: number; readonly strings: StringSection },
): string | null {
  if (name >= strings.length) return `Invalid member name_offset:${name}`;
  if (name !== 0 && !isIdentifier(strings, name)) return 'Invalid name';
  if (type === 0 || type > MAX_TYPE) return 'Invalid type_id';
  if ((struct.kind === 'UNION' && bitOffset !== 0) || last > bitOffset) return 'Invalid member bits_offset';
  return Math.ceil(bitOffset / 8) > struct.size ? 'Member bits_offset exceeds its struct size' : null;
}

function* enumeratorLines({ type, view, at, strings }: Meta): Generator<ItemLine> {
  const step = type.kind === 'ENUM' ? 8 : 12;
  for (const [i, { value }] of type.enumerators.entries()) {
    const place = at + 12 + i * step;
    const name = view.getUint32(place, true);
    if (name >= strings.length) {
      yield { text: '', message: `Invalid name_offset:${name}`, at: place };
    } else if (name === 0 || !isIdentifier(strings, name)) {
      yield { text: '', message: 'Invalid name', at: place, aboutType: true };
    } else {
      yield { text: `\t${strings.text(name)} val=${value}`, message: null, at: place };
    }
  }
}

function* sectionLines({ type, at }: Meta): Generator<ItemLine> {
  let end = 0;
  let sum = 0;
  for (const [i, variable] of type.variables.entries()) {
    const message = variableProblem(type, variable, end);
    yield { text: variableLine(variable), message, at: at + 12 + i * 12 };
    end = variable.offset + variable.size;
    sum += variable.size;
  }
  if (type.size < sum) yield { text: '', message: 'Invalid btf_info size', at: at + 8, aboutType: true };
}

function variableProblem(section: BtfType, v: BtfType['variables'][number], end: number): string | null {
  if (v.type === 0 || v.type > MAX_TYPE) return 'Invalid type_id';
  if (v.offset < end || v.offset >= section.size) return 'Invalid offset';
  if (v.size === 0 || v.size > section.size) return 'Invalid size';
  return v.offset + v.size > section.size ? 'Invalid offset+size' : null;
}
