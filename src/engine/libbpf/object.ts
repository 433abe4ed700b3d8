/* An object after opening: programs, maps, externs, and what must be filled in before loading. */
import type { Btf } from '../btf/btf.ts';
import type { BtfExt } from '../btf/ext.ts';
import type { ElfObject } from '../elf/elf.ts';

/** A relocation of an instruction; `slot` counts from the start of its program. */
export type ProgramRelocation = { readonly slot: number } & (
  | { readonly kind: 'call' | 'address' /** bytes from the start of .text */; readonly offset: number }
  | { readonly kind: 'map'; readonly map: ObjectMap }
  | { readonly kind: 'data'; readonly map: ObjectMap /** bytes in the map's value */; readonly offset: number }
  | { readonly kind: 'extern-call' | 'extern-address'; readonly extern: ObjectExtern }
);

export interface ObjectProgram {
  readonly name: string;
  /** ELF section: its index, its name, and where in it the program begins (slots) */
  readonly section: number;
  readonly sectionName: string;
  readonly sectionSlot: number;
  /** its own copy: relocations are made in place */
  readonly insns: Uint8Array;
  readonly relocations: readonly ProgramRelocation[];
  /** in .text, and called by others */
  readonly subprogram: boolean;
  readonly type: number;
  /** enum bpf_attach_type by its section's name; 0: none */
  readonly attachType: number;
  readonly sleepable: boolean;
  autoload: boolean;
  /** the struct and member that it implements; set when its struct_ops map is matched with the kernel's type */
  attach: { readonly typeId: number; readonly member: number } | null;
}

export interface ObjectMap {
  readonly kind: 'defined' | 'data' | 'kconfig' | 'struct_ops';
  readonly name: string;
  readonly section: number;
  /** bytes from the start of the section */
  readonly offset: number;
  readonly type: number;
  readonly keySize: number;
  valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly extra: number;
  /** for a map of maps: the template of its elements; for a prog array with initial elements: their kind */
  readonly inner?: InnerMap | null;
  slots: readonly InitialSlot[];
  /** byte offset of the first initial element in the definition; absent when it has none */
  readonly slotsAt?: number;
  /** bytes of the variable that defines it */
  readonly bytes: number;
  /** path in bpffs at which the map is pinned or reused; null: it is freed with the object */
  readonly pinPath: string | null;
  readonly numaNode: number;
  readonly keyType: number;
  readonly valueType: number;
  /** initial value; null when none is written */
  readonly data: Uint8Array | null;
  /** the map is frozen after its initial value is written */
  readonly readOnly: boolean;
  readonly structOps: StructOpsMap | null;
  autocreate: boolean;
}

/** Template of the maps in a map of maps (the `values` member of a definition). */
export type InnerMap = Pick<
  ObjectMap,
  'name' | 'type' | 'keySize' | 'valueSize' | 'maxEntries' | 'flags' | 'extra' | 'keyType' | 'valueType'
>;

/** `values` with an initialiser: element `index` is another map of the object, or a program. */
export interface InitialSlot {
  readonly index: number;
  readonly map: string | null;
  readonly program: string | null;
}

export interface StructOpsMap {
  /** struct of the object's own BTF */
  readonly type: number;
  /** programs by member of that struct: as declared in the object, and as they will be loaded */
  readonly declared: Map<number, ObjectProgram>;
  readonly programs: Map<number, ObjectProgram>;
  /** set when the struct is matched with the kernel's */
  kernel: KernelStructOps | null;
}

export interface KernelStructOps {
  readonly typeId: number;
  readonly valueTypeId: number;
  /** the kernel's value struct, without the fds */
  readonly value: Uint8Array;
  /** offset in the value at which each program's fd is put */
  readonly slots: readonly { readonly offset: number; readonly member: string; readonly program: ObjectProgram }[];
}

export interface ObjectExtern {
  readonly kind: 'kfunc' | 'ksym' | 'kconfig';
  readonly name: string;
  /** ELF symbol */
  readonly symbol: number;
  readonly weak: boolean;
  /** FUNC or VAR of the object's BTF */
  readonly btfId: number;
  /** kconfig: bytes from the start of the map's value, and size */
  readonly offset: number;
  readonly size: number;
  /** kconfig: kind of value; null for other externs */
  readonly setting?: SettingType | null;
}

/** enum kcfg_type, and whether a number has a sign. */
export interface SettingType {
  readonly kind: 'char' | 'bool' | 'int' | 'tristate' | 'text';
  readonly signed: boolean;
}

export interface OpenedObject {
  /** as given to open */
  readonly path: string;
  /** file name up to its first dot */
  readonly name: string;
  readonly elf: ElfObject;
  /** empty where the object has none */
  readonly btf: Btf;
  readonly hasBtf: boolean;
  readonly ext: BtfExt | null;
  readonly license: string;
  /** by section, then by place in it */
  readonly programs: readonly ObjectProgram[];
  /** in the order in which they are created */
  readonly maps: readonly ObjectMap[];
  readonly externs: readonly ObjectExtern[];
}

/** The program that contains a slot of a section. */
export function programAt(
  programs: readonly ObjectProgram[],
  section: number,
  slot: number,
): ObjectProgram | undefined {
  return programs.find(
    (p) => p.section === section && slot >= p.sectionSlot && slot < p.sectionSlot + p.insns.length / 8,
  );
}
