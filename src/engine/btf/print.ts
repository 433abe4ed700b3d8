/* One type as C, line by line, each line with the place in memory that it describes. */
import type { Btf, BtfMember, BtfType } from './btf.ts';
import { COMPOSITE_WORDS, declareType, PLAIN_STYLE } from './declare.ts';

export interface PrintedLine {
  readonly text: string;
  readonly indent: number;
  /** bytes from the start of the type, and bytes of what the line declares; -1 and 0 for lines that declare nothing */
  readonly offset: number;
  readonly size: number;
}

/** Stands for the body of an anonymous struct until the declarator around it is known. */
const BODY = '\0';
/** Deepest nesting of anonymous structs that is printed; only a damaged BTF is deeper. */
const MAX_DEPTH = 16;
/**
 * Most lines of one type, since nested anonymous unions can multiply them at each level. No kernel type has a tenth as
 * many.
 */
const MAX_LINES = 20_000;

/** A type's definition: `struct sock { ... };`, `typedef ...;`, or its declaration when it has none. */
export function printType(btf: Btf, id: number): readonly PrintedLine[] {
  const type = btf.type(id);
  if (type === null) return [];
  if (hasBody(type)) {
    const lines: PrintedLine[] = [];
    addBody({ btf, type, offset: 0, indent: 0, lines }, `${bodyHead(type)} {`, '};');
    return lines.length < MAX_LINES ? lines : [...lines, CUT];
  }
  return [{ text: `${declaration(btf, type)};`, indent: 0, offset: 0, size: Math.max(0, btf.sizeOf(id)) }];
}

const CUT: PrintedLine = {
  text: `/* cut here: this type has more than ${MAX_LINES.toLocaleString('en')} lines */`,
  indent: 0,
  offset: -1,
  size: 0,
};

function declaration(btf: Btf, type: BtfType): string {
  if (type.kind === 'TYPEDEF') return `typedef ${btf.declare(type.type, type.name)}`;
  if (type.kind === 'FUNC' || type.kind === 'VAR') return btf.declare(type.type, type.name);
  return btf.declare(type.id);
}

function hasBody({ kind }: BtfType): boolean {
  return kind === 'STRUCT' || kind === 'UNION' || kind === 'ENUM' || kind === 'ENUM64';
}

function bodyHead({ kind, name }: BtfType): string {
  return [COMPOSITE_WORDS[kind], name].filter(Boolean).join(' ');
}

/** A struct, union or enum printed at some place inside the outermost one. */
interface Body {
  readonly btf: Btf;
  readonly type: BtfType;
  readonly offset: number;
  readonly indent: number;
  /** where the lines go */
  readonly lines: PrintedLine[];
}

function addBody(body: Body, head: string, tail: string): void {
  const { type, offset, indent, lines } = body;
  const inner = { ...body, indent: indent + 1 };
  lines.push({ text: head, indent, offset, size: type.size });
  for (const { name, value } of type.enumerators) {
    if (lines.length >= MAX_LINES) return;
    lines.push({ text: `${name} = ${value},`, indent: inner.indent, offset: -1, size: 0 });
  }
  for (const member of type.members) {
    if (lines.length >= MAX_LINES) return;
    addMember(inner, member);
  }
  lines.push({ text: tail, indent, offset: -1, size: 0 });
}

function addMember(body: Body, member: BtfMember): void {
  const { btf, indent, lines } = body;
  let anonymous: BtfType | null = null;
  const declared = declareType(btf, member.type, member.name, {
    ...PLAIN_STYLE,
    body(type) {
      if (anonymous !== null || indent > MAX_DEPTH) return PLAIN_STYLE.body(type);
      anonymous = type;
      return BODY;
    },
  });
  const text = `${declared}${member.bitSize > 0 ? `: ${member.bitSize}` : ''};`;
  const offset = body.offset + Math.floor(member.bitOffset / 8);
  if (anonymous === null) {
    lines.push({ text, indent, offset, size: Math.max(0, btf.sizeOf(member.type)) });
    return;
  }
  const [before, after] = text.split(BODY);
  addBody({ btf, type: anonymous, offset, indent, lines }, `${before}${bodyHead(anonymous)} {`, `}${after}`);
}
