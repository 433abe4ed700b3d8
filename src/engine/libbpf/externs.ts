/*
 * Externs: kernel functions and variables that an object declares without defining them (.ksyms), and settings
 * (.kconfig).
 */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import type { Btf, BtfType } from '../btf/btf.ts';
import { type ElfObject, type ElfSymbol, SECTION_INDEX, SYMBOL_BINDING, SYMBOL_TYPE } from '../elf/elf.ts';
import { alignOf } from '../btf/align.ts';
import { settingType } from './kconfig.ts';
import { type Log, unreadable } from './log.ts';
import { EMPTY_DEFINITION, PLAIN } from './map-definition.ts';
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

/** bpf_object__collect_externs: settings by alignment, size and name, then the rest by name. */
export function collectExterns(elf: ElfObject, btf: Btf, log: Log): Result<ObjectExtern[]> {
  log('debug', `looking for externs among ${elf.symbols.length} symbols...`);
  const types = externTypes(btf);
  const sections = sectionsOfTypes(btf);
  const found: Found[] = [];
  for (const symbol of elf.symbols.filter(isExtern)) {
    const type = types.get(symbol.name);
    const place = placeOf(elf, symbol);
    const name = `'${symbol.name}'`;
    if (!type) return unreadable(log, `failed to find BTF for extern ${name}: -3`, place, 'ESRCH');
    const section = sections.get(type.id);
    if (section === undefined) {
      return unreadable(log, `failed to find BTF for extern ${name} [${type.id}] section: -2`, place, 'ENOENT');
    }
    if (section === '.kconfig' && type.kind === 'FUNC') {
      const text = `extern function ${symbol.name} is unsupported under .kconfig section`;
      return unreadable(log, text, place, 'EOPNOTSUPP');
    }
    const kind = kindOf(section, type);
    if (kind === null) return unreadable(log, `unrecognized extern section '${section}'`, place, 'EOPNOTSUPP');
    const weak = symbol.binding === SYMBOL_BINDING.WEAK;
    const extern = { kind, name: symbol.name, symbol: symbol.index, weak, btfId: type.id, offset: 0, size: 0 };
    const read =
      kind === 'kconfig' ? readSetting(btf, type, extern, log, place) : ok({ ...extern, align: 0, setting: null });
    if (!read.ok) return read;
    found.push(read.value);
  }
  log('debug', `collected ${found.length} externs total`);
  return ok(placeSettings(found, log));
}

interface Found extends ObjectExtern {
  readonly align: number;
}

function readSetting(btf: Btf, variable: BtfType, extern: ObjectExtern, log: Log, place: number): Result<Found> {
  const head = `extern (kcfg) '${extern.name}'`;
  const size = btf.sizeOf(variable.type);
  if (size <= 0) return unreadable(log, `failed to resolve size of ${head}: ${size < 0 ? -22 : 0}`, place, 'EINVAL');
  const align = alignOf(btf, variable.type);
  if (align <= 0) return unreadable(log, `failed to determine alignment of ${head}: ${align}`, place, 'EINVAL');
  const setting = settingType(btf, variable.type);
  if (!setting) return unreadable(log, `${head}: type is unsupported`, place, 'EOPNOTSUPP');
  return ok({ ...extern, size, align, setting });
}

const byName = (a: Found, b: Found): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function placeSettings(found: readonly Found[], log: Log): ObjectExtern[] {
  const isSetting = ({ kind }: Found): boolean => kind === 'kconfig';
  const settings = found.filter(isSetting).sort((a, b) => b.align - a.align || a.size - b.size || byName(a, b));
  let end = 0;
  const placed = settings.map(({ align, ...extern }, i) => {
    const offset = Math.ceil(end / align) * align;
    end = offset + extern.size;
    log('debug', `extern (kcfg) #${i}: symbol ${extern.symbol}, off ${offset}, name ${extern.name}`);
    return { ...extern, offset };
  });
  const others = found.filter((extern) => !isSetting(extern)).sort(byName);
  return [...placed, ...others.map(({ align: _, ...extern }) => extern)];
}

/** Byte offset of a symbol's entry in the file. */
const placeOf = (elf: ElfObject, { index }: ElfSymbol): number =>
  (elf.section('.symtab')?.offset ?? 0) + index * SYMBOL_BYTES;

/** VARs and FUNCs that are only declared, by name. */
function externTypes(btf: Btf): ReadonlyMap<string, BtfType> {
  const types = new Map<string, BtfType>();
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    if ((type?.kind === 'VAR' || type?.kind === 'FUNC') && type.extra === LINKAGE_EXTERN) types.set(type.name, type);
  }
  return types;
}

/** The DATASEC that each VAR or FUNC is in, by type id. */
function sectionsOfTypes(btf: Btf): ReadonlyMap<number, string> {
  const sections = new Map<number, string>();
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    if (type?.kind !== 'DATASEC') continue;
    for (const variable of type.variables) if (!sections.has(variable.type)) sections.set(variable.type, type.name);
  }
  return sections;
}

function kindOf(section: string, { kind }: BtfType): ObjectExtern['kind'] | null {
  if (section === '.kconfig') return kind === 'VAR' ? 'kconfig' : null;
  if (section !== '.ksyms') return null;
  return kind === 'FUNC' ? 'kfunc' : 'ksym';
}

/** Makes the map that holds the settings; null when the object uses none. */
export function kconfigMap(externs: readonly ObjectExtern[], btf: Btf, name: string): ObjectMap | null {
  const settings = externs.filter(({ kind }) => kind === 'kconfig');
  const last = settings.at(-1);
  if (!last) return null;
  return {
    ...EMPTY_DEFINITION,
    ...PLAIN,
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
