/* Parts of a struct for the struct views, and text of their values. */
import type { LayoutRow, LifecycleState, MapSnapshot } from '../../engine/index.ts';

/** The kernel's own copy, or the value that user space reads with BPF_MAP_LOOKUP_ELEM. */
export type ValueSide = 'kvalue' | 'lookup';

export interface StructInput {
  /** type name */
  readonly name: string;
  readonly rows: readonly LayoutRow[];
  readonly bytes: Uint8Array;
  /** the same bytes before the last step; null: nothing is marked as changed */
  readonly before: Uint8Array | null;
  /** path of the field highlighted in any of the views */
  readonly lit: string | null;
  /** text for a value that needs more than the bytes; null when there is none */
  readonly resolve: Resolve;
  /** state of the value's map; its `state` field has the colour of the state in the bytes */
  readonly state: LifecycleState | null;
  /** px of rows above the top edge */
  readonly scroll: number;
  /** absent: every struct is as opened initially */
  readonly flipped?: Flipped;
}

export type Resolve = (part: Part, low: number, high: number) => string | null;

/** A field that is not opened further, or a hole. */
export interface Part {
  readonly kind: LayoutRow['kind'];
  readonly path: string;
  readonly name: string;
  readonly type: string;
  /** bytes, fractions for bitfields */
  readonly offset: number;
  readonly size: number;
  readonly bit: number;
  readonly bitSize: number;
}

/** Structs that are closed initially. */
const CLOSED: ReadonlySet<string> = new Set([
  'struct list_head',
  'struct hlist_node',
  'struct rb_node',
  'refcount_t',
  'atomic_t',
  'atomic_long_t',
  'spinlock_t',
  'possible_net_t',
  'sockptr_t',
]);

/** Structs whose openness differs from the initial one, by `rowKey`. */
export type Flipped = ReadonlySet<string>;
const NONE: Flipped = new Set();

/** Key of a row in its layout. A path is not unique, because anonymous members add nothing to it. */
export const rowKey = ({ depth, offset, path, typeId }: LayoutRow): string => `${depth}.${offset}.${path}.${typeId}`;

/** Whether a struct is open; also `closed` when there are no members to show; null for other rows. */
export function openness(rows: readonly LayoutRow[], i: number, flipped: Flipped): 'open' | 'closed' | null {
  const row = rows[i];
  if (!row?.expandable || (rows[i + 1]?.depth ?? 0) <= row.depth) return null;
  return CLOSED.has(row.type.trim()) === flipped.has(rowKey(row)) ? 'open' : 'closed';
}

export function partOf({ kind, path, name, type, offset, size, bit, bitSize }: LayoutRow): Part {
  const bits = bitSize > 0;
  return {
    kind,
    path,
    name,
    type,
    offset: bits ? offset + bit / 8 : offset,
    size: bits ? bitSize / 8 : size,
    bit,
    bitSize,
  };
}

export function partsOf(rows: readonly LayoutRow[], flipped: Flipped = NONE): Part[] {
  const parts: Part[] = [];
  /** rows deeper than this belong to a closed one */
  let closedAt = Number.POSITIVE_INFINITY;
  /** a union's first member stands for all of them */
  let covered = -1;
  rows.forEach((row, i) => {
    if (row.depth > closedAt) return;
    closedAt = Number.POSITIVE_INFINITY;
    const opens = openness(rows, i, flipped);
    if (opens === 'open') return;
    if (opens === 'closed') closedAt = row.depth;
    const part = partOf(row);
    if (part.size === 0 || part.offset + part.size <= covered) return;
    covered = Math.max(covered, part.offset + part.size);
    parts.push(part);
  });
  return parts;
}

export const changed = ({ offset, size }: Part, bytes: Uint8Array, before: Uint8Array | null): boolean => {
  if (!before) return false;
  const end = Math.min(Math.ceil(offset + size), bytes.length);
  for (let i = Math.floor(offset); i < end; i++) if (bytes[i] !== before[i]) return true;
  return false;
};

/** Names by value, of enum bpf_struct_ops_state. */
const STATES: readonly LifecycleState[] = ['INIT', 'INUSE', 'TOBEFREE', 'READY'];

/** State in the bytes of a map's `state` field; null for other fields and structs. */
export function stateIn({ path, offset }: Part, { state, bytes }: StructInput): LifecycleState | null {
  return state !== null && /(^|\.)state$/.test(path) ? (STATES[bytes[offset] ?? -1] ?? null) : null;
}

const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Text up to the first NUL, if all bytes are printable. */
function asText(bytes: Uint8Array, from: number, size: number): string | null {
  let out = '';
  for (const byte of bytes.subarray(from, from + size)) {
    if (byte === 0) break;
    if (byte < 0x20 || byte > 0x7e) return null;
    out += String.fromCharCode(byte);
  }
  return `"${out}"`;
}

function bits({ offset, bit, bitSize }: Part, bytes: Uint8Array): string {
  const start = Math.floor(offset - bit / 8);
  let value = 0;
  for (let i = 0; i < Math.min(bitSize, 31); i++) {
    const at = bit + i;
    value |= (((bytes[start + (at >> 3)] ?? 0) >> (at & 7)) & 1) << i;
  }
  return String(value >>> 0);
}

const isPointer = (type: string): boolean => type.includes('*');
const isSigned = (type: string): boolean =>
  /^(int|s8|s16|s32|s64|long|short|signed)\b/.test(type) && !type.includes('unsigned');

/** Resolver for a struct without bytes in the machine, which has no values. */
export const NO_VALUES: Resolve = () => '';

/** Text of a value, as a C programmer writes it. */
export function valueText(part: Part, bytes: Uint8Array, resolve: Resolve): string {
  if (part.kind === 'field' && (part.size === 0 || resolve === NO_VALUES)) return '';
  if (part.kind !== 'field') return part.bitSize > 0 ? `${part.bitSize} bits` : `${part.size} B`;
  if (part.bitSize > 0) return bits(part, bytes);
  const at = part.offset;
  const low = word(bytes, at);
  const high = part.size >= 8 ? word(bytes, at + 4) : 0;
  const known = resolve(part, low, high);
  if (known !== null) return known;
  if (/^char\b/.test(part.type) && part.size > 1)
    return asText(bytes, at, part.size) ?? firstBytes(bytes, at, part.size);
  switch (part.size) {
    case 1:
      return String(bytes[at] ?? 0);
    case 2:
      return String(low & 0xffff);
    case 4:
      return String(isSigned(part.type) ? low | 0 : low);
    case 8:
      if (isPointer(part.type)) return low === 0 && high === 0 ? 'NULL' : `0x${hex(high, 8)}${hex(low, 8)}`;
      return high < 0x200000 ? String(high * 2 ** 32 + low) : `0x${hex(high, 8)}${hex(low, 8)}`;
    default:
      return firstBytes(bytes, at, part.size);
  }
}

const FEW = 6;

function firstBytes(bytes: Uint8Array, from: number, size: number): string {
  const end = Math.min(from + size, bytes.length);
  if (bytes.subarray(from, end).every((byte) => byte === 0)) return '0';
  const shown = Array.from(bytes.subarray(from, Math.min(from + FEW, end)), (byte) => hex(byte, 2));
  return `${shown.join(' ')}${end - from > FEW ? ' …' : ''}`;
}

/** Resolver for a map's value: states by name, trampolines and programs. */
export function mapResolver(map: MapSnapshot, side: ValueSide): Resolve {
  const image = map.trampolines[0]?.address ?? 0;
  return (part, low, high) => {
    if (/(^|\.)state$/.test(part.path)) return `${STATES[low] ?? 'unknown'} (${low})`;
    if (/(^|\.)refcnt(\.|$)/.test(part.path)) return String(low);
    const member = part.path.slice(part.path.lastIndexOf('.') + 1);
    if (side === 'lookup') {
      const prog = map.progs.find(({ id }) => low === id && high === 0);
      return prog && prog.member === member ? `prog ${prog.id}` : null;
    }
    const trampoline = map.trampolines.find((one) => one.member === member && one.address % 2 ** 32 === low);
    return trampoline ? `tramp +0x${hex(low - image, 3)}` : null;
  };
}

/** Explains how the kernel's copy and a lookup differ. */
export function sideNote(map: MapSnapshot, side: ValueSide): { readonly lead: string; readonly rest: string } {
  if (map.state === 'INIT')
    return { lead: 'Nothing has been stored yet.', rest: 'Both copies are zero until the first successful update.' };
  return side === 'kvalue'
    ? {
        lead: "The kernel's copy keeps refcnt at 0.",
        rest: `References are counted on the map object; a lookup would fill in ${map.refcnt}. Function pointers hold trampoline addresses.`,
      }
    : {
        lead: 'A lookup fills in the live count and state.',
        rest: 'Function pointers are replaced by the ids of the programs behind them.',
      };
}
