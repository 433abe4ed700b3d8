/*
 * Prints bpf(2) calls as strace does: every field of union bpf_attr that the command has in this kernel, constants by
 * name, and the size of the union. For a buffer it prints the first bytes instead of the address, because user-space
 * addresses do not exist here and the bytes say more.
 */
import { upToNul } from '../base/bytes.ts';
import { own } from '../base/own.ts';
import { type BpfAttr, type BpfCommand, fieldsOfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';
import { MAP_TYPE_NAMES } from '../kernel/maps/type-names.ts';
import type { Profile } from '../kernel/profiles.ts';
import { ATTACH_STRUCT_OPS, LINK_REPLACE, MAP_FLAG, PROG_FLAG } from '../kernel/uapi.ts';
import { PROG_TYPE_NAMES } from './prog-types.ts';

/** Most bytes of a buffer that are printed, like strace's -s. */
const MOST_BYTES = 32;

const ELEM_FLAGS: Readonly<Record<number, string>> = {
  0: 'BPF_ANY',
  1: 'BPF_NOEXIST',
  2: 'BPF_EXIST',
  4: 'BPF_F_LOCK',
};

type Show = (value: number) => string;

/** `BPF_F_LINK|0x100`: bits by name, the others in hex. */
const bits =
  (names: Readonly<Record<string, number>>): Show =>
  (value) => {
    const known = Object.entries(names).filter(([, bit]) => (value & bit) !== 0);
    const rest = known.reduce((left, [, bit]) => left & ~bit, value) >>> 0;
    const words = known.map(([name]) => `BPF_F_${name}`);
    return [...words, ...(rest !== 0 || words.length === 0 ? [rest === 0 ? '0' : `0x${rest.toString(16)}`] : [])].join(
      '|',
    );
  };

const upper = (prefix: string, name: string | undefined, value: number): string =>
  name === undefined ? `${value} /* ${prefix}??? */` : `${prefix}${name.toUpperCase()}`;

const kernelVersion: Show = (value) => `KERNEL_VERSION(${value >>> 16}, ${(value >>> 8) & 0xff}, ${value & 0xff})`;
const elemFlags: Show = (value) => ELEM_FLAGS[value] ?? `0x${value.toString(16)}`;

/** Named constants by field, or by command and field where a field has several meanings. */
const NAMED: Readonly<Record<string, Show>> = {
  map_type: (value) => upper('BPF_MAP_TYPE_', MAP_TYPE_NAMES.get(value), value),
  prog_type: (value) => upper('BPF_PROG_TYPE_', PROG_TYPE_NAMES[value], value),
  attach_type: (value) => (value === ATTACH_STRUCT_OPS ? 'BPF_STRUCT_OPS' : `${value}`),
  map_flags: bits(MAP_FLAG),
  prog_flags: bits(PROG_FLAG),
  kern_version: kernelVersion,
  elem_flags: elemFlags,
  'BPF_MAP_LOOKUP_ELEM.flags': elemFlags,
  'BPF_MAP_UPDATE_ELEM.flags': elemFlags,
  'BPF_MAP_LOOKUP_AND_DELETE_ELEM.flags': elemFlags,
  'BPF_LINK_UPDATE.flags': bits({ REPLACE: LINK_REPLACE }),
};

const ESCAPES: Readonly<Record<number, string>> = {
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** Bytes as strace quotes them: printable ones unchanged, others in octal; `...` when there are more. */
function quotedBytes(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, MOST_BYTES);
  let text = '';
  for (const [i, byte] of shown.entries()) {
    const next = shown[i + 1] ?? 0;
    const isBeforeDigit = next >= 0x30 && next <= 0x37;
    const octal = isBeforeDigit ? byte.toString(8).padStart(3, '0') : byte.toString(8);
    text += ESCAPES[byte] ?? (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${octal}`);
  }
  return `"${text}"${bytes.length > MOST_BYTES ? '...' : ''}`;
}

/** Fields that are C strings, printed without the NUL. */
const STRINGS: ReadonlySet<string> = new Set(['license', 'pathname', 'name']);

function pointer(field: string, value: unknown): string {
  if (value === 'unmapped') return '0x1 /* not mapped */';
  if (!(value instanceof Uint8Array)) return 'NULL';
  const isString = STRINGS.has(field) && value.at(-1) === 0;
  return quotedBytes(isString ? value.subarray(0, -1) : value);
}

/** `bpf(BPF_MAP_GET_NEXT_ID, {start_id=0, next_id=0 => 524}, 8)`; without the return value. */
export function bpfCallText<C extends BpfCommand>(
  command: C,
  attr: BpfAttr[C],
  { out }: Pick<SyscallResult, 'out'>,
  profile: Profile,
): string {
  const given: Readonly<Record<string, unknown>> = { ...attr };
  const answers: Readonly<Record<string, number>> = { ...out.fields };
  const { fields, bytes } = fieldsOfCommand(command, profile);
  const shown = fields.map(({ name, kind }) => {
    const value = own(given, name);
    if (kind === 'pointer') return `${name}=${pointer(name, value)}`;
    if (kind === 'name') return `${name}="${typeof value === 'string' ? upToNul(value) : ''}"`;
    const number = typeof value === 'number' ? value : 0;
    const show = own(NAMED, `${command}.${name}`) ?? own(NAMED, name) ?? String;
    const answer = Object.hasOwn(answers, name) && answers[name] !== number ? ` => ${answers[name]}` : '';
    return `${name}=${show(number)}${answer}`;
  });
  const all = shown.join(', ');
  return `bpf(${command}, {${command === 'BPF_OBJ_GET_INFO_BY_FD' ? `info={${all}}` : all}}, ${bytes})`;
}
