/*
 * The assembler's questions about the kernel. libbpf/symbols.ts answers them from BTF; this folder does not import BTF.
 */

export interface FieldSymbol {
  readonly offset: number;
  /** bytes of the field's type; -1 for what has no size */
  readonly size: number;
  /** of a bitfield: first bit counted from offset (little endian), and width; else 0 and 0 */
  readonly bit: number;
  readonly bitSize: number;
}

export interface MemberSymbol {
  readonly name: string;
  readonly isFunction: boolean;
  readonly prototype: string;
}

export interface SymbolSource {
  field(struct: string, path: string): FieldSymbol | null;
  /** names of a struct's members, those of its anonymous and embedded structs included */
  fields(struct: string): string[];
  structs(): string[];
  enumerator(enumName: string, name: string): bigint | null;
  enumerators(enumName: string): string[];
  enums(): string[];
  kfunc(name: string): { readonly id: number; readonly prototype: string } | null;
  kfuncs(): string[];
  /** of a struct_ops type such as tcp_congestion_ops */
  members(struct: string): readonly MemberSymbol[];
}

/** Symbols for text that refers to no kernel. */
export const NO_SYMBOLS: SymbolSource = {
  field: () => null,
  fields: () => [],
  structs: () => [],
  enumerator: () => null,
  enumerators: () => [],
  enums: () => [],
  kfunc: () => null,
  kfuncs: () => [],
  members: () => [],
};
