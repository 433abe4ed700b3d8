/*
 * Resolves the maps that a program refers to (resolve_pseudo_ldimm64): each is found by its fd and held, and the
 * running program has an address in its place (convert_pseudo_ld_imm64): of struct bpf_map, or within the value.
 */
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import { decode, instructionSlots } from '../../isa/insn.ts';
import { isWide, SLOT_BYTES, WIDE_KIND } from '../../isa/opcodes.ts';
import { KERNEL_BASE_HI } from '../../vm/memory.ts';
import type { Core } from '../core.ts';
import { objectOf } from '../fds.ts';
import type { MapObject } from '../state.ts';
import { MAP_TYPES } from './types.ts';

/** MAX_USED_MAPS */
const MAX_MAPS = 64;
/** BPF_MAX_VAR_OFF */
const MAX_OFFSET = 1 << 29;

/** Targets of a program's immediates: the maps, in the order of their first use, and the addresses. */
export interface MapReferences {
  readonly maps: readonly number[];
  /** slot, address, and the object number of the map with the offset in its value */
  readonly places: readonly {
    readonly slot: number;
    readonly address: number;
    readonly map: number;
    readonly offset: number;
  }[];
}

export interface Refused {
  readonly errno: number;
  readonly text: string;
}

const refused = (errno: number, text: string): Refused => ({ errno, text });

const isByFd = (src: number): boolean => src === WIDE_KIND.MAP_FD || src === WIDE_KIND.MAP_VALUE;

/** Resolves references through the process's fds, without taking references to the objects. */
export function findReferences(k: Core, pid: number, insns: Uint8Array): MapReferences | Refused {
  const maps: number[] = [];
  const places: MapReferences['places'][number][] = [];
  for (const slot of instructionSlots(insns)) {
    const { opcode, src, imm } = decode(insns, slot);
    if (!isWide(opcode) || !isByFd(src) || (slot + 2) * SLOT_BYTES > insns.length) continue;
    const offset = new DataView(insns.buffer, insns.byteOffset).getUint32((slot + 1) * SLOT_BYTES + 4, true);
    if (src === WIDE_KIND.MAP_FD && offset !== 0) return refused(ERRNO.EINVAL, 'unrecognized bpf_ld_imm64 insn');
    const object = objectOf(k, pid, imm, 'map');
    if (object < 0) return refused(-object, `fd ${imm} is not pointing to valid bpf_map`);
    const map = entryOf(k.state.maps, object);
    const { plain } = map;
    if (!plain) return refused(ERRNO.EINVAL, 'bpf_struct_ops map cannot be used in prog');
    const within = src === WIDE_KIND.MAP_VALUE ? valueAddress(map, offset) : plain.address;
    if (typeof within !== 'number') return within;
    places.push({ slot, address: within, map: object, offset });
    if (!maps.includes(object)) maps.push(object);
    if (maps.length > MAX_MAPS) {
      return refused(ERRNO.E2BIG, `The total number of maps per program has reached the limit of ${MAX_MAPS}`);
    }
  }
  return { maps, places };
}

function valueAddress(map: MapObject, offset: number): number | Refused {
  if (offset >= MAX_OFFSET) return refused(ERRNO.EINVAL, `direct value offset of ${offset} is not allowed`);
  if (!MAP_TYPES.get(map.type)?.direct) {
    return refused(ERRNO.EINVAL, 'no direct value access support for this map type');
  }
  const said = `invalid access to map value pointer, value_size=${map.valueSize} off=${offset}`;
  if (map.maxEntries !== 1) return refused(ERRNO.ENOTSUPP, said);
  return offset >= map.valueSize ? refused(ERRNO.EINVAL, said) : (map.plain?.values ?? 0) + offset;
}

/** Base of kernel text: addresses of functions and variables that a program refers to by BTF id. */
const TEXT_BASE = { high: 0xffff_ffff, low: 0x8100_0000 } as const;
const SYMBOL_BYTES = 16;

function placeSymbols(insns: Uint8Array): Uint8Array {
  const slots = instructionSlots(insns).filter((slot) => {
    const { opcode, src } = decode(insns, slot);
    return isWide(opcode) && src === WIDE_KIND.BTF_ID && (slot + 2) * SLOT_BYTES <= insns.length;
  });
  if (slots.length === 0) return insns;
  const out = insns.slice();
  const view = new DataView(out.buffer);
  for (const slot of slots) {
    const number = view.getUint32(slot * SLOT_BYTES + 4, true);
    putAddress(view, slot, TEXT_BASE.low + number * SYMBOL_BYTES, TEXT_BASE.high);
  }
  return out;
}

/** Makes a wide instruction one that loads a plain constant, as the kernel does where an address is meant. */
function putAddress(view: DataView, slot: number, low: number, high: number): void {
  const at = slot * SLOT_BYTES;
  view.setUint8(at + 1, view.getUint8(at + 1) & 0x0f);
  view.setUint32(at + 4, low, true);
  view.setUint32(at + SLOT_BYTES + 4, high, true);
}

/** The instructions with addresses in place of fds. */
export function withAddresses(own: Uint8Array, { places }: MapReferences): Uint8Array {
  const insns = placeSymbols(own);
  if (places.length === 0) return insns;
  const out = insns.slice();
  const view = new DataView(out.buffer);
  for (const { slot, address } of places) putAddress(view, slot, address, KERNEL_BASE_HI);
  return out;
}
