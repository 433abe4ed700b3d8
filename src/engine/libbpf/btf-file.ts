/* The BTF in a file: a blob of its own, as /sys/kernel/btf/vmlinux is, or the .BTF section of an object. */
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

/** where an ELF header says where its sections are (e_shoff) */
const SECTION_TABLE = 40;
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/**
 * As the compiler wrote it, of either byte order. Offsets in errors count from the start of the file. `base`: the BTF
 * that this one goes on from, as that of a module does from vmlinux.
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
 * The types of a file that somebody wants to look at: checked as the kernel would, and what is wrong is told with section
 * and offset.
 */
export function openTypesOf(
  bytes: Uint8Array,
  base?: Btf,
): { readonly ok: true; readonly btf: Btf } | { readonly ok: false; readonly message: string } {
  const opened = openBtfFile(bytes, base);
  if (!opened.ok) return { ok: false, message: withPlace(bytes, opened.error) };
  const { errno, message, offset } = checkBtf(opened.value.bytes, base);
  // a compiler leaves sizes of sections to the linker, which the kernel would refuse: only a BTF by itself is checked
  if (errno === null || isElf(bytes)) return { ok: true, btf: opened.value };
  return { ok: false, message: withPlace(bytes, { message, offset }) };
}

/** The types of a file by itself, or else over the first of `bases` that it goes on from. */
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

/** The .BTF of an object, its DATASECs placed where the object's sections and symbols say. */
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

/** An error's offset as one in the file. */
export function inSection<T>(section: ElfSection, result: Result<T>): Result<T> {
  if (result.ok) return result;
  const { message, offset } = result.error;
  return err(`section ${section.name}: ${message}`, section.offset + Math.max(0, offset));
}
