/*
 * C declarations of types: structs, unions, enums and typedefs, with pointers, arrays, bitfields and function pointers;
 * names that the text does not declare are looked up in a BTF. Reports each fault with its place and goes on after it.
 */
import { own } from '../base/own.ts';
import { entryOf } from '../base/assert.ts';
import type { Diagnostic, Parsed, TextRange } from '../base/result.ts';
import type { Btf } from './btf.ts';
import { type Attributes, PLAIN, StructLayout } from './c-layout.ts';
import { type Token, tokenize } from './c-tokens.ts';
import { CTypes, type CType, INTEGER_WORDS, type Tag, VOID_TYPE } from './c-types.ts';

const MAX_DIAGNOSTICS = 20;
const MAX_DEPTH = 32;
const MAX_LENGTH = 1 << 20;
const CACHE_LINE = 64;
const TAGS: Readonly<Record<string, Tag>> = { struct: 'STRUCT', union: 'UNION', enum: 'ENUM' };
const QUALIFIERS: Readonly<Record<string, 'CONST' | 'VOLATILE' | null>> = {
  const: 'CONST',
  volatile: 'VOLATILE',
  restrict: null,
  __restrict: null,
};
/** __attribute__((mode(byte))) */
const MODES: ReadonlyMap<string, number> = new Map([
  ['byte', 1],
  ['word', 8],
]);

const fitsInt = ({ value }: { readonly value: bigint }): boolean => value >= -(1n << 31n) && value < 1n << 32n;
/** Attributes that do not affect the layout. */
const IGNORED = new Set(['preserveaccessindex', 'unused', 'maybeunused']);

const CACHE_ALIGNED = new Set(['____cacheline_aligned_in_smp', '____cacheline_aligned']);

export interface DeclaredStruct {
  readonly name: string;
  readonly id: number;
  /** range of its name in the text */
  readonly range: TextRange;
}

export interface Declarations {
  /** the types of the text, numbered after those of the BTF (openSplitBtf) */
  readonly bytes: Uint8Array;
  /** named structs that the text defines, in the order of the text */
  readonly structs: readonly DeclaredStruct[];
}

export function parseDeclarations(text: string, base: Btf): Parsed<Declarations> {
  const parser = new Parser(tokenize(text), new CTypes(base));
  parser.all();
  return { value: { bytes: parser.types.finish(), structs: parser.structs }, diagnostics: parser.diagnostics };
}

/** Thrown within this file only, at the first fault of a declaration. */
class Fault {}

interface Declarator {
  readonly name: string;
  readonly range: TextRange;
  readonly type: CType;
}

class Parser {
  readonly diagnostics: Diagnostic[] = [];
  readonly structs: DeclaredStruct[] = [];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    readonly types: CTypes,
  ) {}

  all(): void {
    while (this.next.kind !== 'end' && this.diagnostics.length < MAX_DIAGNOSTICS) {
      const from = this.at;
      try {
        this.declaration();
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        this.recover(from);
      }
    }
  }

  private get next(): Token {
    return entryOf(this.tokens, Math.min(this.at, this.tokens.length - 1));
  }

  private is(text: string): boolean {
    return this.next.text === text && this.next.kind !== 'end';
  }

  private take(): Token {
    return entryOf(this.tokens, Math.min(this.at++, this.tokens.length - 1));
  }

  private accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  private expect(text: string, where: string): void {
    if (!this.accept(text)) this.fault('D0101', `"${text}" is expected ${where}, not ${this.shown()}`);
  }

  private shown(): string {
    return this.next.kind === 'end' ? this.next.text : `"${this.next.text}"`;
  }

  private fault(code: string, message: string, range = this.next.range): never {
    this.diagnostics.push({ severity: 'error', code, message, range });
    throw new Fault();
  }

  /** Skips to the end of the declaration that began at a token: past its ";" outside all braces. */
  private recover(from: number): void {
    this.depth = 0;
    let open = 0;
    for (let i = from; i < this.tokens.length; i++) {
      const { text } = entryOf(this.tokens, i);
      if (text === '{') open++;
      if (text === '}') open--;
      const done = text === ';' && open <= 0 && i >= this.at - 1;
      if (done || i === this.tokens.length - 1) {
        this.at = Math.max(i + (done ? 1 : 0), from + 1);
        return;
      }
    }
  }

  private declaration(): void {
    if (this.accept(';')) return;
    const isTypedef = this.accept('typedef');
    const type = this.specifiers();
    if (!isTypedef) {
      this.expect(';', 'after a type (this text declares types, no variables or functions)');
      return;
    }
    const { name, range, type: named } = this.declarator(type);
    if (name === '') this.fault('D0102', 'a typedef needs a name', range);
    this.types.typedef(name, named);
    this.expect(';', 'after a typedef');
  }

  /** `const unsigned long`, `struct sock`, `struct { … }`, `u32` */
  private specifiers(): CType {
    let qualifiers = this.qualifiers();
    const first = this.next;
    if (first.kind !== 'word') this.fault('D0103', `a type is expected, not ${this.shown()}`);
    let type: CType;
    const tag = own(TAGS, first.text);
    if (tag) {
      this.at++;
      type = this.tagged(tag);
    } else if (this.accept('void')) {
      type = VOID_TYPE;
    } else if (INTEGER_WORDS.has(first.text)) {
      type = this.integer();
    } else {
      const named = this.types.named(first.text);
      if (!named) this.fault('D0104', `there is no type "${first.text}", neither in this text nor in the BTF`);
      this.at++;
      type = named;
    }
    qualifiers = [...qualifiers, ...this.qualifiers()];
    return qualifiers.reduce((of, kind) => this.types.qualified(kind, of), type);
  }

  private qualifiers(): ('CONST' | 'VOLATILE')[] {
    const found: ('CONST' | 'VOLATILE')[] = [];
    while (Object.hasOwn(QUALIFIERS, this.next.text)) {
      const kind = QUALIFIERS[this.take().text];
      if (kind) found.push(kind);
    }
    return found;
  }

  private integer(): CType {
    const { range } = this.next;
    const words: string[] = [];
    // bool may be what is being defined: typedef _Bool bool
    while (INTEGER_WORDS.has(this.next.text) && !words.includes('_Bool')) words.push(this.take().text);
    return this.types.integer(words) ?? this.fault('D0105', `"${words.join(' ')}" is no type`, range);
  }

  private tagged(kind: Tag): CType {
    const token = this.next.kind === 'word' ? this.take() : null;
    const name = token?.text ?? '';
    if (!this.is('{')) {
      if (!token) this.fault('D0106', `a name or "{" is expected, not ${this.shown()}`);
      return this.types.tagged(kind, name);
    }
    const id = this.types.open(kind, name);
    if (id === null) this.fault('D0107', `${kind.toLowerCase()} ${name} is declared twice`, token?.range);
    if (++this.depth > MAX_DEPTH) this.fault('D0108', 'structs are nested too deep');
    this.at++;
    const type = kind === 'ENUM' ? this.enumBody(id, name) : this.structBody(kind, id, name);
    this.depth--;
    if (kind === 'STRUCT' && token) this.structs.push({ name, id, range: token.range });
    return type;
  }

  private enumBody(id: number, name: string): CType {
    const enumerators: { name: string; value: bigint }[] = [];
    let value = 0n;
    while (!this.accept('}')) {
      if (this.next.kind !== 'word') this.fault('D0109', `an enumerator is expected, not ${this.shown()}`);
      const token = this.take();
      if (this.accept('=')) value = this.number(true);
      enumerators.push({ name: token.text, value: value++ });
      if (!this.accept(',') && !this.is('}')) this.fault('D0101', `"," or "}" is expected, not ${this.shown()}`);
    }
    const kindFlag = enumerators.some((e) => e.value < 0n);
    const size = this.attributes().bytes ?? (enumerators.every(fitsInt) ? 4 : 8);
    const kind = size === 8 ? 'ENUM64' : 'ENUM';
    return this.types.close(id, { kind, name, size, enumerators, kindFlag }, size);
  }

  private structBody(kind: Tag, id: number, name: string): CType {
    const layout = new StructLayout(kind === 'UNION');
    while (!this.accept('}')) {
      if (this.next.kind === 'end') this.fault('D0110', `"}" is missing: ${kind.toLowerCase()} ${name} is not closed`);
      const type = this.specifiers();
      if (this.accept(';')) {
        layout.add('', type, 0, PLAIN);
        continue;
      }
      if (this.accept(':')) {
        layout.add(null, type, Number(this.number()), PLAIN);
        this.expect(';', 'after a bitfield without a name');
        continue;
      }
      do this.member(type, layout, id, name);
      while (this.accept(','));
      this.expect(';', 'after a member');
    }
    const { members, align, size } = layout.end(this.attributes());
    return this.types.close(id, { kind, name, size, members, kindFlag: members.some((m) => m.bitSize > 0) }, align);
  }

  private member(base: CType, layout: StructLayout, struct: number, structName: string): void {
    const { name, range, type } = this.declarator(base);
    if (name === '') this.fault('D0111', 'a member needs a name', range);
    if (layout.has(name)) {
      this.fault('D0112', `struct ${structName} has two members "${name}"`, range);
    }
    let bits = 0;
    if (this.accept(':')) {
      const width = this.next.range;
      bits = Number(this.number());
      if (type.size < 0 || bits < 1 || bits > type.size * 8) {
        this.fault('D0113', `a bitfield of ${bits} bits does not fit its type`, width);
      }
    }
    if (type.size < 0) {
      const why = type.id === struct ? 'it would contain itself' : 'its type has no size here';
      this.fault('D0114', `member "${name}" cannot be laid out: ${why}`, range);
    }
    layout.add(name, type, bits, this.attributes());
  }

  /** `*name[4]`, `(*name)(int a, …)`; the name may be absent, as in a parameter or a cast. */
  private declarator(base: CType): Declarator {
    let type = base;
    while (this.accept('*')) {
      type = this.types.pointer(type);
      for (const kind of this.qualifiers()) type = this.types.qualified(kind, type);
    }
    if (this.is('(') && this.tokens[this.at + 1]?.text === '*') return this.functionPointer(type);
    const token = this.next.kind === 'word' ? this.take() : null;
    const range = token?.range ?? this.next.range;
    if (token && this.is('(')) type = this.types.functionType(type, this.params());
    return { name: token?.text ?? '', range, type: this.arrays(type, range) };
  }

  private functionPointer(returns: CType): Declarator {
    this.at += 2;
    let depth = 1;
    while (this.accept('*')) depth++;
    this.qualifiers();
    const token = this.next.kind === 'word' ? this.take() : null;
    const range = token?.range ?? this.next.range;
    const lengths: number[] = [];
    while (this.is('[')) lengths.push(this.length());
    this.expect(')', 'after the name of a function pointer');
    // without parameters it is a pointer to an array
    let type = this.is('[') ? this.arrays(returns, range) : this.types.functionType(returns, this.params());
    for (let i = 0; i < depth; i++) type = this.types.pointer(type);
    for (const length of lengths.toReversed()) type = this.types.array(type, length);
    return { name: token?.text ?? '', range, type };
  }

  private params(): { name: string; type: number }[] {
    if (++this.depth > MAX_DEPTH) this.fault('D0122', 'function pointers are nested too deep');
    const params = this.paramList();
    this.depth--;
    return params;
  }

  private paramList(): { name: string; type: number }[] {
    this.expect('(', 'before the parameters');
    const params: { name: string; type: number }[] = [];
    if (this.accept(')')) return params;
    do {
      if (this.accept('...')) {
        params.push({ name: '', type: 0 });
        break;
      }
      const { range } = this.next;
      const { name, type } = this.declarator(this.specifiers());
      if (type === VOID_TYPE && name === '' && params.length === 0 && this.accept(')')) return params;
      if (type.id === 0) this.fault('D0116', 'a parameter cannot be void', range);
      params.push({ name, type: type.id });
    } while (this.accept(','));
    this.expect(')', 'after the parameters');
    return params;
  }

  private arrays(of: CType, range: TextRange): CType {
    const lengths: number[] = [];
    while (this.is('[')) lengths.push(this.length());
    if (lengths.length > 0 && of.size < 0) this.fault('D0114', 'an array of a type that has no size', range);
    return lengths.reduceRight((type, length) => this.types.array(type, length), of);
  }

  private length(): number {
    this.expect('[', 'before a length');
    if (this.accept(']')) return 0;
    const { range } = this.next;
    const length = Number(this.number());
    if (length > MAX_LENGTH) this.fault('D0117', `an array of ${length} elements is too long`, range);
    this.expect(']', 'after a length');
    return length;
  }

  private number(signed = false): bigint {
    const negative = signed && this.accept('-');
    if (this.next.kind !== 'number') this.fault('D0118', `a number is expected, not ${this.shown()}`);
    const value = BigInt(this.take().text);
    return negative ? -value : value;
  }

  private attributes(): Attributes {
    let align = 1;
    let packed = false;
    let bytes: number | null = null;
    for (;;) {
      if (CACHE_ALIGNED.has(this.next.text)) {
        this.at++;
        align = CACHE_LINE;
      } else if (this.accept('__attribute__')) {
        this.expect('(', 'after __attribute__');
        this.expect('(', 'after __attribute__');
        const { range } = this.next;
        const word = this.take().text.replaceAll('_', '');
        if (word === 'mode') {
          this.expect('(', 'after mode');
          bytes =
            MODES.get(this.take().text.replaceAll('_', '')) ?? this.fault('D0121', 'a mode is byte or word', range);
          for (let i = 0; i < 3; i++) this.expect(')', 'after an attribute');
          continue;
        }
        if (IGNORED.has(word) || word === 'packed') {
          packed ||= word === 'packed';
          for (let i = 0; i < 2; i++) this.expect(')', 'after an attribute');
          continue;
        }
        if (word !== 'aligned')
          this.fault(
            'D0119',
            `attribute "${word}" is not known here: only aligned(N), packed and mode(byte) are`,
            range,
          );
        this.expect('(', 'after aligned');
        align = Number(this.number());
        if (align < 1 || align > 4096 || (align & (align - 1)) !== 0) {
          this.fault('D0120', 'an alignment is a power of two up to 4096', range);
        }
        for (let i = 0; i < 3; i++) this.expect(')', 'after an attribute');
      } else return { align, packed, bytes: packed && bytes === null ? 1 : bytes };
    }
  }
}
