/* One type as C, line by line, each line with the place in memory that it speaks of. */
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
/** Deeper nesting of anonymous structs only a damaged BTF has. */
const MAX_DEPTH = 16;

/** A type's definition: `struct sock { ... };`, `typedef ...;`, or its declaration when it has none. */
export function printType(btf: Btf, id: number): readonly PrintedLine[] {
  const type = btf.type(id);
  if (type === null) return [];
  if (hasBody(type)) return withBody({ btf, type, offset: 0, indent: 0 }, `${bodyHead(type)} {`, '};');
  return [{ text: `${declaration(btf, type)};`, indent: 0, offset: 0, size: Math.max(0, btf.sizeOf(id)) }];
}

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
}

function withBody(body: Body, head: string, tail: string): PrintedLine[] {
  const { type, offset, indent } = body;
  const inner = { ...body, indent: indent + 1 };
  return [
    { text: head, indent, offset, size: type.size },
    ...type.enumerators.map(({ name, value }) => ({
      text: `${name} = ${value},`,
      indent: inner.indent,
      offset: -1,
      size: 0,
    })),
    ...type.members.flatMap((member) => memberLines(inner, member)),
    { text: tail, indent, offset: -1, size: 0 },
  ];
}

function memberLines(body: Body, member: BtfMember): PrintedLine[] {
  const { btf, indent } = body;
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
  if (anonymous === null) return [{ text, indent, offset, size: Math.max(0, btf.sizeOf(member.type)) }];
  const [before, after] = text.split(BODY);
  return withBody({ btf, type: anonymous, offset, indent }, `${before}${bodyHead(anonymous)} {`, `}${after}`);
}
