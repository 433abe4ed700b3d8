/* Reads the BTF in a file: a BTF by itself, such as /sys/kernel/btf/vmlinux, or the .BTF section of an object. */
import type { Result } from '../base/result.ts';
import { err } from '../base/result.ts';
import type { Btf } from '../btf/btf.ts';
import { checkBtf } from '../btf/check.ts';
import { placeDatasecs } from '../btf/datasec.ts';
import { openBtf, openSplitBtf } from '../btf/read.ts';
import { nativeBtf } from '../btf/swap.ts';
import type { ElfObject, ElfSection } from '../elf/elf.ts';
import { SYMBOL_BINDING } from '../elf/elf.ts';
import { openElf } from '../elf/read.ts';
import { withPlace } from './where.ts';

/** offset of e_shoff in an ELF header */
const SECTION_TABLE = 40;
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/**
 * Opens the BTF as the compiler wrote it, in either byte order. Offsets in errors count from the start of the file.
 * `base`: the BTF that this one extends, as a module's extends vmlinux.
 */
export function openBtfFile(bytes: Uint8Array, base?: Btf): Result<Btf> {
  const open = (own: Uint8Array): Result<Btf> => {
    const native = nativeBtf(own);
    return base ? openSplitBtf(native, base) : openBtf(native);
  };
  if (!isElf(bytes)) return open(bytes);
  const elf = openElf(bytes);
  if (!elf.ok) return elf;
  const section = elf.value.section('.BTF');
  return section ? inSection(section, open(section.data)) : err('no section .BTF', SECTION_TABLE);
}

/**
 * Opens the types of a file for inspection: checks them as the kernel would, and reports errors with section and
 * offset.
 */
export function openTypesOf(
  bytes: Uint8Array,
  base?: Btf,
): { readonly ok: true; readonly btf: Btf } | { readonly ok: false; readonly message: string } {
  const opened = openBtfFile(bytes, base);
  if (!opened.ok) return { ok: false, message: withPlace(bytes, opened.error) };
  const { errno, message, offset } = checkBtf(opened.value.bytes, base);
  // a compiler leaves section sizes for the linker to fill in, which the kernel would refuse: check only a BTF by
  // itself
  if (errno === null || isElf(bytes)) return { ok: true, btf: opened.value };
  return { ok: false, message: withPlace(bytes, { message, offset }) };
}

/** Opens the types of a file by itself, or over the first of `bases` that it extends. */
export function openTypesOver(bytes: Uint8Array, bases: readonly Btf[]): ReturnType<typeof openTypesOf> {
  const alone = openTypesOf(bytes);
  if (alone.ok) return alone;
  for (const base of bases) {
    const over = openTypesOf(bytes, base);
    if (over.ok) return over;
  }
  return alone;
}

const isElf = (bytes: Uint8Array): boolean => ELF_MAGIC.every((byte, i) => bytes[i] === byte);

/** Opens the .BTF of an object, with its DATASECs filled in from the object's sections and symbols. */
export function openObjectBtf(elf: ElfObject): Result<Btf> {
  const section = elf.section('.BTF');
  if (!section) return err('no section .BTF', SECTION_TABLE);
  const variables = new Map(
    elf.symbols.filter(({ binding }) => binding !== SYMBOL_BINDING.LOCAL).map(({ name, value }) => [name, value]),
  );
  const placed = placeDatasecs(section.data, {
    sectionSize: (name) => elf.section(name)?.size ?? null,
    variableOffset: (name) => variables.get(name) ?? null,
  });
  return inSection(section, placed.ok ? openBtf(placed.value) : placed);
}

/** Converts an error's offset in a section to one in the file. */
export function inSection<T>(section: ElfSection, result: Result<T>): Result<T> {
  if (result.ok) return result;
  const { message, offset } = result.error;
  return err(`section ${section.name}: ${message}`, section.offset + Math.max(0, offset));
}
