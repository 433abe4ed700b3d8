/*
 * Types under construction: what a text of C declares, numbered after those of a BTF, so that they can name one another
 * before they are complete.
 */
import { own } from '../base/own.ts';
import { alignOf } from './align.ts';
import type { Btf, BtfMember } from './btf.ts';
import { createBtfWriter, INT_SIGNED, intType, type NewType } from './write.ts';

/** A type of C as it is being read: its id, and what sizes and alignment need. */
export interface CType {
  readonly id: number;
  /** bytes; -1 when it has no size (void, a function, an undeclared struct) */
  readonly size: number;
  readonly align: number;
}

export const VOID_TYPE: CType = { id: 0, size: -1, align: 1 };
const POINTER_BYTES = 8;

/** Integer types by their words in sorted order: bytes, and whether signed. */
const INTEGERS: Readonly<Record<string, readonly [name: string, bytes: number, signed: boolean]>> = {
  char: ['char', 1, true],
  'char signed': ['signed char', 1, true],
  'char unsigned': ['unsigned char', 1, false],
  short: ['short', 2, true],
  'int short': ['short', 2, true],
  'short unsigned': ['unsigned short', 2, false],
  'int short unsigned': ['unsigned short', 2, false],
  int: ['int', 4, true],
  signed: ['int', 4, true],
  'int signed': ['int', 4, true],
  unsigned: ['unsigned int', 4, false],
  'int unsigned': ['unsigned int', 4, false],
  long: ['long', 8, true],
  'int long': ['long', 8, true],
  'long unsigned': ['unsigned long', 8, false],
  'int long unsigned': ['unsigned long', 8, false],
  'long long': ['long long', 8, true],
  'long long unsigned': ['unsigned long long', 8, false],
  'int long long': ['long long', 8, true],
  'int long long unsigned': ['unsigned long long', 8, false],
  __int128: ['__int128', 16, true],
  '__int128 unsigned': ['unsigned __int128', 16, false],
  _Bool: ['_Bool', 1, false],
  bool: ['_Bool', 1, false],
};
/** Type names that every kernel header defines. */
const SHORT: Readonly<Record<string, string>> = {
  u8: 'char unsigned',
  u16: 'short unsigned',
  u32: 'unsigned',
  u64: 'long long unsigned',
  s8: 'char signed',
  s16: 'short',
  s32: 'int',
  s64: 'long long',
  size_t: 'long unsigned',
};
export const INTEGER_WORDS = new Set([
  'char',
  'short',
  'int',
  'long',
  'signed',
  'unsigned',
  '_Bool',
  'bool',
  '__int128',
]);

export type Tag = 'STRUCT' | 'UNION' | 'ENUM';

export class CTypes {
  private readonly types: NewType[] = [];
  private readonly tags = new Map<string, number>();
  /** typedefs of the text by name; `of`: the composite that one leads to, which may be declared later */
  private readonly typedefs = new Map<string, { readonly type: CType; readonly of: number }>();
  /** by a typedef's id: the composite that it leads to */
  private readonly leads = new Map<number, number>();
  private readonly shared = new Map<string, number>();
  /** layouts of the composites that are complete */
  private readonly complete = new Map<number, CType>();

  constructor(readonly base: Btf) {}

  integer(words: readonly string[]): CType | null {
    const known = own(INTEGERS, words.toSorted((a, b) => (a < b ? -1 : 1)).join(' '));
    if (!known) return null;
    const [name, size, signed] = known;
    const id = this.once(`int ${name}`, intType(name, size, signed ? INT_SIGNED : 0));
    return { id, size, align: size };
  }

  /** Looks up a typedef: in the text, in the BTF, then among those that every header has. */
  named(name: string): CType | null {
    const declared = this.typedefs.get(name);
    if (declared) return { ...(this.complete.get(declared.of) ?? declared.type), id: declared.type.id };
    const id = this.base.find('TYPEDEF', name);
    if (id !== 0) return { id, size: this.base.sizeOf(id), align: Math.max(1, alignOf(this.base, id)) };
    const short = own(SHORT, name);
    return short === undefined ? null : this.integer(short.split(' '));
  }

  typedef(name: string, type: CType): void {
    const of = this.leads.get(type.id) ?? type.id;
    const id = this.add({ kind: 'TYPEDEF', name, type: type.id });
    this.typedefs.set(name, { type: { ...type, id }, of });
    this.leads.set(id, of);
  }

  /** Looks up a struct, union or enum by name: in the text, then in the BTF; otherwise makes a forward declaration. */
  tagged(kind: Tag, name: string): CType {
    const own = this.tags.get(`${kind} ${name}`);
    if (own !== undefined) return this.complete.get(own) ?? { id: own, size: -1, align: 1 };
    const id = this.base.find(kind, name);
    if (id !== 0) return { id, size: this.base.sizeOf(id), align: Math.max(1, alignOf(this.base, id)) };
    const forward: NewType = { kind: 'FWD', name, kindFlag: kind === 'UNION' };
    return { id: this.once(`${kind} ${name}`, forward, this.tags), size: -1, align: 1 };
  }

  isComplete(id: number): boolean {
    return this.complete.has(id);
  }

  /** Reserves the id of a composite whose body is about to be read; null when the text has already defined it. */
  open(kind: Tag, name: string): number | null {
    if (name === '') return this.add({ kind, name: '' });
    const known = this.tags.get(`${kind} ${name}`);
    if (known !== undefined && this.complete.has(known)) return null;
    const id = known ?? this.add({ kind, name });
    this.tags.set(`${kind} ${name}`, id);
    return id;
  }

  close(id: number, type: NewType, align: number): CType {
    this.types[id - this.base.idLimit] = type;
    const closed = { id, size: type.size ?? 0, align };
    this.complete.set(id, closed);
    return closed;
  }

  /** Members of a composite that the text declares. */
  membersOf(id: number): readonly BtfMember[] {
    return this.types[id - this.base.idLimit]?.members ?? this.base.type(id)?.members ?? [];
  }

  pointer(to: CType): CType {
    return { id: this.once(`* ${to.id}`, { kind: 'PTR', type: to.id }), size: POINTER_BYTES, align: POINTER_BYTES };
  }

  qualified(kind: 'CONST' | 'VOLATILE', type: CType): CType {
    return { ...type, id: this.once(`${kind} ${type.id}`, { kind, type: type.id }) };
  }

  array(of: CType, length: number): CType {
    const indexType = this.integer(['int'])?.id ?? 0;
    const id = this.once(`[${length}] ${of.id}`, { kind: 'ARRAY', type: of.id, indexType, length });
    return { id, size: of.size < 0 ? -1 : of.size * length, align: of.align };
  }

  functionType(returns: CType, params: readonly { readonly name: string; readonly type: number }[]): CType {
    return { id: this.add({ kind: 'FUNC_PROTO', type: returns.id, params }), size: -1, align: 1 };
  }

  finish(): Uint8Array {
    const writer = createBtfWriter(this.base);
    for (const type of this.types) writer.add(type);
    return writer.finish();
  }

  private once(key: string, type: NewType, where = this.shared): number {
    const known = where.get(key);
    if (known !== undefined) return known;
    const id = this.add(type);
    where.set(key, id);
    return id;
  }

  private add(type: NewType): number {
    this.types.push(type);
    return this.base.idLimit + this.types.length - 1;
  }
}
