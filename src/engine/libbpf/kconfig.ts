/*
 * Kernel settings for objects (`__kconfig` variables): those that libbpf computes (LINUX_*), and those that it reads
 * from /boot/config-* or /proc/config.gz, as bpf_object__read_kconfig_file and set_kcfg_value_* do.
 */
import type { Btf } from '../btf/btf.ts';
import { INT_SIGNED } from '../btf/write.ts';
import type { Profile } from '../kernel/profiles.ts';
import { type Log, refuse } from './log.ts';
import type { ObjectExtern, SettingType } from './object.ts';

/** A kernel's configuration: `CONFIG_HZ` to `250`, `y`, `m` or a text in quotes. */
export type Config = ReadonlyMap<string, string>;

export interface Kconfig {
  /** LINUX_*: numbers */
  readonly virtual: ReadonlyMap<string, bigint>;
  /** CONFIG_*: as in the configuration file, which is read on first use */
  readonly setting: (name: string) => string | undefined;
}

/** Parses the lines `CONFIG_X=value` of a configuration file; ignores all others. */
export function parseConfig(text: string): Config {
  const config = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (line.startsWith('CONFIG_') && equals > 0) config.set(line.slice(0, equals), line.slice(equals + 1).trimEnd());
  }
  return config;
}

/** Settings common to all profiles' kernels, used when the configuration file is not loaded. */
const COMMON = parseConfig('CONFIG_HZ=250\nCONFIG_HZ_250=y\nCONFIG_BPF=y\nCONFIG_BPF_SYSCALL=y\nCONFIG_BPF_JIT=y\n');

/** bpf_get_attach_cookie: kernels with this helper support cookies */
const GET_ATTACH_COOKIE = 174;

/** `config` gives the kernel's own configuration, or null when it is not loaded. */
export function kconfigOf({ release, lastHelper }: Profile, config: () => Config | null = () => null): Kconfig {
  const [major, minor, patch] = release;
  const virtual = new Map([
    ['LINUX_KERNEL_VERSION', BigInt(major * 65536 + minor * 256 + Math.min(255, patch))],
    ['LINUX_HAS_BPF_COOKIE', lastHelper >= GET_ATTACH_COOKIE ? 1n : 0n],
    // x86-64 has had it since 4.17
    ['LINUX_HAS_SYSCALL_WRAPPER', 1n],
  ]);
  return { virtual, setting: (name) => (config() ?? COMMON).get(name) };
}

const BOOL_ENCODING = 1 << 26;

/** find_kcfg_type: null for a type that cannot hold a setting. */
export function settingType(btf: Btf, id: number): SettingType | null {
  const type = btf.type(btf.skipModifiers(id));
  const isTristate = type?.name === 'libbpf_tristate';
  switch (type?.kind) {
    case 'INT': {
      const signed = (type.extra & INT_SIGNED) !== 0;
      if ((type.extra & BOOL_ENCODING) !== 0) return type.size === 1 ? { kind: 'bool', signed } : null;
      if (type.size === 1) return { kind: 'char', signed };
      return [2, 4, 8].includes(type.size) ? { kind: 'int', signed } : null;
    }
    case 'ENUM':
      return type.size === 4 && isTristate ? { kind: 'tristate', signed: false } : null;
    case 'ENUM64':
      return isTristate ? { kind: 'tristate', signed: false } : null;
    case 'ARRAY':
      if (type.length === 0 || settingType(btf, type.type)?.kind !== 'char') return null;
      return { kind: 'text', signed: false };
    default:
      return null;
  }
}

/**
 * bpf_object__resolve_externs for settings: writes them into the map's value. 0, or a negative errno after logging the
 * reason.
 */
export function resolveKconfig(
  externs: readonly ObjectExtern[],
  value: Uint8Array,
  { virtual, setting }: Kconfig,
  log: Log,
): number {
  const missing: ObjectExtern[] = [];
  for (const extern of externs) {
    if (extern.kind !== 'kconfig') continue;
    const { name, weak } = extern;
    const known = virtual.get(name);
    const text = name.startsWith('CONFIG_') ? setting(name) : undefined;
    if (known === undefined && !name.startsWith('CONFIG_') && !(name.startsWith('LINUX_') && weak)) {
      return refuse(log, 'EINVAL', `${headOf(extern)}unrecognized virtual extern`);
    }
    if (known === undefined && text === undefined) {
      missing.push(extern);
      continue;
    }
    const errno = known === undefined ? setValue(extern, value, text ?? '', log) : setNumber(extern, value, known, log);
    if (errno !== 0) return errno;
  }
  for (const { name, weak } of missing) {
    if (!weak) return refuse(log, 'ESRCH', `extern '${name}' (strong): not resolved`);
    log('debug', `extern '${name}' (weak): not resolved, defaulting to zero`);
  }
  return 0;
}

const headOf = ({ name }: ObjectExtern): string => `extern (kcfg) '${name}': `;

/** bpf_object__process_kconfig_line, for one value. */
function setValue(extern: ObjectExtern, value: Uint8Array, text: string, log: Log): number {
  if (/^[ymn]/.test(text)) return setTristate(extern, value, text.charAt(0), log);
  if (text.startsWith('"')) return setText(extern, value, text, log);
  if (!/^-?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) {
    return refuse(log, 'EINVAL', `${headOf(extern)}value '${text}' isn't a valid integer`);
  }
  const number = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  if (extern.setting?.kind !== 'int' && extern.setting?.kind !== 'char') {
    return refuse(log, 'EINVAL', `${headOf(extern)}value '${text}' implies integer type`);
  }
  return setNumber(extern, value, number, log);
}

const TRISTATE: ReadonlyMap<string, number> = new Map([
  ['n', 0],
  ['y', 1],
  ['m', 2],
]);

function setTristate(extern: ObjectExtern, value: Uint8Array, letter: string, log: Log): number {
  const implies = (kinds: string): number =>
    refuse(log, 'EINVAL', `${headOf(extern)}value '${letter}' implies ${kinds} type`);
  switch (extern.setting?.kind) {
    case 'bool':
      if (letter === 'm') return implies('tristate or char');
      value[extern.offset] = letter === 'y' ? 1 : 0;
      return 0;
    case 'tristate':
      value[extern.offset] = TRISTATE.get(letter) ?? 0;
      return 0;
    case 'char':
      value[extern.offset] = letter.charCodeAt(0);
      return 0;
    default:
      return implies('bool, tristate, or char');
  }
}

function setText(extern: ObjectExtern, value: Uint8Array, text: string, log: Log): number {
  const head = headOf(extern);
  if (extern.setting?.kind !== 'text') return refuse(log, 'EINVAL', `${head}value '${text}' implies char array type`);
  if (text.length < 2 || !text.endsWith('"')) return refuse(log, 'EINVAL', `${head}invalid string config '${text}'`);
  const inside = text.slice(1, -1);
  const room = extern.size - 1;
  if (inside.length > room) {
    log('warn', `${head}long string '${inside}' of (${inside.length} bytes) truncated to ${room} bytes`);
  }
  for (let i = 0; i < Math.min(room, inside.length); i++) value[extern.offset + i] = inside.charCodeAt(i);
  return 0;
}

function setNumber(extern: ObjectExtern, value: Uint8Array, number: bigint, log: Log): number {
  const { setting, size, offset } = extern;
  const head = headOf(extern);
  const shown = BigInt.asUintN(64, number);
  if (setting?.kind !== 'int' && setting?.kind !== 'char' && setting?.kind !== 'bool') {
    return refuse(log, 'EINVAL', `${head}value '${shown}' implies integer, char, or boolean type`);
  }
  if (setting.kind === 'bool' && shown > 1n) {
    return refuse(log, 'EINVAL', `${head}value '${shown}' isn't boolean compatible`);
  }
  const bits = size * 8;
  const fits = setting.signed ? BigInt.asIntN(bits, number) === number : BigInt.asUintN(bits, number) === shown;
  if (!fits) return refuse(log, 'ERANGE', `${head}value '${shown}' doesn't fit in ${size} bytes`);
  for (let i = 0; i < size; i++) value[offset + i] = Number((shown >> BigInt(8 * i)) & 0xffn);
  return 0;
}
