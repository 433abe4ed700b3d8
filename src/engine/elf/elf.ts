/* An ELF object file as clang writes it for BPF: 64-bit, relocatable, of either byte order. */

export const ELF_MACHINE_BPF = 247;

export const SECTION_TYPE = { NULL: 0, PROGBITS: 1, SYMTAB: 2, STRTAB: 3, RELA: 4, NOBITS: 8, REL: 9 } as const;
export const SECTION_FLAG = { WRITE: 1, ALLOC: 2, EXECINSTR: 4 } as const;
export const SYMBOL_BINDING = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const;
export const SYMBOL_TYPE = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4 } as const;
/** Section indices of symbols that lie in no section. */
export const SECTION_INDEX = { UNDEF: 0, LORESERVE: 0xff00, ABS: 0xfff1, COMMON: 0xfff2 } as const;
export const RELOCATION = {
  R_BPF_NONE: 0,
  R_BPF_64_64: 1,
  R_BPF_64_ABS64: 2,
  R_BPF_64_ABS32: 3,
  R_BPF_64_NODYLD32: 4,
  R_BPF_64_32: 10,
} as const;

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  /** bytes in the file; a NOBITS section (.bss) has a size and no bytes there */
  readonly offset: number;
  readonly size: number;
  /** REL: the symbol table; SYMTAB: its strings */
  readonly link: number;
  /** REL: the section that the relocations change */
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
  /** empty for NOBITS */
  readonly data: Uint8Array;
}

export interface ElfSymbol {
  readonly index: number;
  readonly name: string;
  /** bytes from the start of its section */
  readonly value: number;
  readonly size: number;
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
  /** section index, or one of SECTION_INDEX */
  readonly section: number;
}

export interface ElfRelocation {
  /** bytes from the start of the section that it changes */
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
  /** null: the addend is in the bytes to be changed (REL) */
  readonly addend: number | null;
}

export interface ElfObject {
  readonly littleEndian: boolean;
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** the first section of that name */
  section(name: string): ElfSection | null;
  /** relocations of a section, in file order */
  relocations(section: number): readonly ElfRelocation[];
}
