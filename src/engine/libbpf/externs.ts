/* Externs: kernel functions and variables that an object names without having them (.ksyms), and settings (.kconfig). */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { Btf, BtfType } from '../btf/btf.ts';
import { type ElfObject, type ElfSymbol, SECTION_INDEX, SYMBOL_BINDING, SYMBOL_TYPE } from '../elf/elf.ts';
import { type Log, unreadable } from './log.ts';
import { EMPTY_DEFINITION } from './maps.ts';
import type { ObjectExtern, ObjectMap } from './object.ts';

const LINKAGE_EXTERN = 2;
/** sizeof(Elf64_Sym) */
const SYMBOL_BYTES = 24;
const MAP_TYPE_ARRAY = 2;
/** BPF_F_RDONLY_PROG and BPF_F_MMAPABLE */
const KCONFIG_FLAGS = 0x480;

export function isExtern({ section, binding, type, name }: ElfSymbol): boolean {
  const seen = binding === SYMBOL_BINDING.GLOBAL || binding === SYMBOL_BINDING.WEAK;
  return section === SECTION_INDEX.UNDEF && name !== '' && seen && type === SYMBOL_TYPE.NOTYPE;
}

export function collectExterns(elf: ElfObject, btf: Btf, log: Log): Result<ObjectExtern[]> {
  log('debug', `looking for externs among ${elf.symbols.length} symbols...`);
  const types = externTypes(btf);
  const externs: ObjectExtern[] = [];
  let settings = 0;
  for (const symbol of elf.symbols.filter(isExtern)) {
    const type = types.get(symbol.name);
    const place = placeOf(elf, symbol);
    if (!type) return unreadable(log, `failed to find BTF for extern '${symbol.name}': -3`, place);
    const section = sectionOf(btf, type.id);
    const kind = kindOf(section, type);
    if (kind === null) return unreadable(log, `unrecognized extern section '${section}'`, place);
    const size = Math.max(0, kind === 'kconfig' ? btf.sizeOf(type.type) : 0);
    const align = Math.max(1, Math.min(8, size));
    const offset = kind === 'kconfig' ? Math.ceil(settings / align) * align : 0;
    if (kind === 'kconfig') settings = offset + size;
    const weak = symbol.binding === SYMBOL_BINDING.WEAK;
    externs.push({ kind, name: symbol.name, symbol: symbol.index, weak, btfId: type.id, offset, size });
  }
  log('debug', `collected ${externs.length} externs total`);
  return ok(externs);
}

/** Of a symbol, in the file. */
const placeOf = (elf: ElfObject, { index }: ElfSymbol): number =>
  (elf.section('.symtab')?.offset ?? 0) + index * SYMBOL_BYTES;

/** VARs and FUNCs without a definition, by name. */
function externTypes(btf: Btf): ReadonlyMap<string, BtfType> {
  const types = new Map<string, BtfType>();
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    if ((type?.kind === 'VAR' || type?.kind === 'FUNC') && type.extra === LINKAGE_EXTERN) types.set(type.name, type);
  }
  return types;
}

function sectionOf(btf: Btf, id: number): string {
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    if (type?.kind === 'DATASEC' && type.variables.some((variable) => variable.type === id)) return type.name;
  }
  return '';
}

function kindOf(section: string, { kind }: BtfType): ObjectExtern['kind'] | null {
  if (section === '.kconfig') return kind === 'VAR' ? 'kconfig' : null;
  if (section !== '.ksyms') return null;
  return kind === 'FUNC' ? 'kfunc' : 'ksym';
}

/** The map that holds the settings; null when the object asks for none. */
export function kconfigMap(externs: readonly ObjectExtern[], btf: Btf, name: string): ObjectMap | null {
  const settings = externs.filter(({ kind }) => kind === 'kconfig');
  const last = settings.at(-1);
  if (!last) return null;
  return {
    ...EMPTY_DEFINITION,
    kind: 'kconfig',
    name,
    section: -1,
    offset: 0,
    type: MAP_TYPE_ARRAY,
    keySize: 4,
    valueSize: last.offset + last.size,
    maxEntries: 1,
    flags: KCONFIG_FLAGS,
    valueType: btf.find('DATASEC', '.kconfig'),
    data: new Uint8Array(last.offset + last.size),
    readOnly: true,
    structOps: null,
    autocreate: true,
  };
}

/** What a machine answers: version and config of its kernel. */
export type Kconfig = Readonly<Record<string, bigint>>;

/** Writes the settings into the map's value. Names that are missing: weak ones stay 0, the first other one is returned. */
export function resolveKconfig(externs: readonly ObjectExtern[], value: Uint8Array, kconfig: Kconfig): string | null {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  for (const { kind, name, offset, size, weak } of externs) {
    if (kind !== 'kconfig') continue;
    const setting = Object.hasOwn(kconfig, name) ? kconfig[name] : null;
    if (setting === null && !weak) return name;
    if (setting === null) continue;
    for (let i = 0; i < Math.min(size, 8); i++) view.setUint8(offset + i, Number((setting >> BigInt(8 * i)) & 0xffn));
  }
  return null;
}
