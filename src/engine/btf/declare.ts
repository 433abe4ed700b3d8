/*
 * Writes C declarators, inside out: `u32 (*ssthresh)(struct sock *sk)`. Spaces and brackets are placed as in libbpf's C
 * dump, so that the text equals bpftool's.
 */
import type { Btf, BtfType } from './btf.ts';

type Types = Pick<Btf, 'type'>;

/** How names and nameless bodies are written; a dump of many types has its own, to keep names apart. */
export interface DeclareStyle {
  /** a struct, union or enum without a name, where it is used */
  body(type: BtfType): string;
  /** name of a typedef, struct, union, enum or forward declaration */
  name(type: BtfType): string;
}

const QUALIFIERS: Partial<Record<BtfType['kind'], string>> = {
  CONST: 'const',
  VOLATILE: 'volatile',
  RESTRICT: 'restrict',
};
export const COMPOSITE_WORDS: Partial<Record<BtfType['kind'], string>> = {
  STRUCT: 'struct',
  UNION: 'union',
  ENUM: 'enum',
  ENUM64: 'enum',
};
/** Most links of pointers, arrays and qualifiers that are followed; only a damaged BTF has more. */
const MAX_CHAIN = 256;
const MAX_NESTING = 32;

export const PLAIN_STYLE: DeclareStyle = {
  body: (type) => `${COMPOSITE_WORDS[type.kind]} {...}`,
  name: (type) => type.name,
};

export function declareType(btf: Types, id: number, name = '', style: DeclareStyle = PLAIN_STYLE): string {
  return declareNested(btf, id, name, style, 0);
}

function declareNested(btf: Types, id: number, name: string, style: DeclareStyle, depth: number): string {
  if (depth > MAX_NESTING) return name;
  return emitChain({ btf, chain: chainOf(btf, id), style, depth }, name);
}

interface Emitter {
  readonly btf: Types;
  /** from the declared type down to the base type; consumed from the end */
  readonly chain: (BtfType | null)[];
  readonly style: DeclareStyle;
  readonly depth: number;
}

/** Types from `id` down to the one that starts the declaration's text. */
function chainOf(btf: Types, id: number): (BtfType | null)[] {
  const chain: (BtfType | null)[] = [];
  for (let at = id; chain.length < MAX_CHAIN; ) {
    const type = btf.type(at);
    chain.push(type);
    if (type === null || !leadsOn(type)) break;
    at = type.type;
  }
  return chain;
}

function leadsOn({ kind }: BtfType): boolean {
  return kind === 'PTR' || kind === 'ARRAY' || kind === 'FUNC_PROTO' || kind === 'TYPE_TAG' || kind in QUALIFIERS;
}

function emitChain(e: Emitter, name: string): string {
  let text = '';
  let afterPointer = true;
  for (let type = e.chain.pop(); type !== undefined; type = e.chain.pop()) {
    if (type?.kind === 'ARRAY') return text + emitArray(e, type, name, afterPointer);
    if (type?.kind === 'FUNC_PROTO') return text + emitFunction(e, type, name, afterPointer);
    if (type?.kind === 'PTR') {
      text += afterPointer ? '*' : ' *';
      afterPointer = true;
      continue;
    }
    text += emitWord(e, type);
    afterPointer = false;
  }
  return text + emitName(name, afterPointer);
}

function emitName(name: string, afterPointer: boolean): string {
  return name !== '' && !afterPointer ? ` ${name}` : name;
}

function emitWord(e: Emitter, type: BtfType | null): string {
  const qualifier = type && QUALIFIERS[type.kind];
  if (qualifier) return ` ${qualifier}`;
  const leading = takeQualifiers(e);
  if (type?.kind === 'TYPE_TAG') return `${leading} __attribute__((btf_type_tag("${type.name}")))`;
  return leading + (type === null ? '?' : baseName(type, e.style));
}

function baseName(type: BtfType, style: DeclareStyle): string {
  if (type.kind === 'VOID') return 'void';
  if (type.kind === 'FWD') return `${forwardWord(type)} ${style.name(type)}`;
  if (type.kind === 'TYPEDEF') return style.name(type);
  const word = COMPOSITE_WORDS[type.kind];
  if (word === undefined) return type.name;
  return type.name === '' ? style.body(type) : `${word} ${style.name(type)}`;
}

export function forwardWord(type: BtfType): string {
  return type.kindFlag ? 'union' : 'struct';
}

/** Qualifiers of the base type, written before it: `const struct sock`. */
function takeQualifiers(e: Emitter): string {
  let text = '';
  for (let last = e.chain.at(-1); last && last.kind in QUALIFIERS; last = e.chain.at(-1)) {
    text += `${QUALIFIERS[last.kind]} `;
    e.chain.pop();
  }
  return text;
}

/** Drops qualifiers around an array or a function, which C cannot express there. */
function dropQualifiers(e: Emitter): void {
  takeQualifiers(e);
}

function emitArray(e: Emitter, array: BtfType, name: string, afterPointer: boolean): string {
  dropQualifiers(e);
  const bounds = `[${array.length}]`;
  if (e.chain.length === 0) return emitName(name, afterPointer) + bounds;
  const blank = name !== '' && !afterPointer ? ' ' : '';
  const inner = e.chain.at(-1)?.kind === 'ARRAY' ? emitChain(e, name) : `(${emitChain(e, name)})`;
  return blank + inner + bounds;
}

function emitFunction(e: Emitter, proto: BtfType, name: string, afterPointer: boolean): string {
  dropQualifiers(e);
  const head = e.chain.length > 0 ? ` (${emitChain(e, name)})` : emitName(name, afterPointer);
  return `${head}(${emitParams(e, proto)})`;
}

function emitParams(e: Emitter, { params }: BtfType): string {
  const [first] = params;
  if (!first || (params.length === 1 && first.type === 0)) return 'void';
  return params
    .map((p, i) =>
      i === params.length - 1 && p.type === 0 ? '...' : declareNested(e.btf, p.type, p.name, e.style, e.depth + 1),
    )
    .join(', ');
}
