/* Finds instances of a type in the machine, and describes addresses. */
import {
  BPF_MODULE_OWNER,
  type Btf,
  type ColdSnapshot,
  KERNEL_BASE_HI,
  type MapSnapshot,
  POISON_HI,
  REGIONS,
} from '../../engine/index.ts';
import { embeddedFirst } from '../../views/inspect/accesses.ts';
import { type Part, valueText } from '../../views/struct/fields.ts';
import { subjects, type Subject } from '../panes/struct-subject.ts';
import { layoutOf } from '../../page/layouts.ts';

/** A named struct: the value of a map, or a socket. */
interface Known {
  readonly title: string;
  readonly address: number;
  readonly type: string;
  readonly map: MapSnapshot | null;
}

export interface Place extends Known {
  readonly read: Subject['read'];
  /** set for the bare ops of a map, without the value around them; used to name the slots' contents */
  readonly opsOf?: MapSnapshot;
}

const plain: Subject['read'] = (frame, window) => frame.bytes(window);

/** Byte offset of the struct in the kernel's value. */
const dataOffset = (btf: Btf, { struct }: MapSnapshot): number =>
  btf.field(`bpf_struct_ops_${struct}`, 'data')?.byteOffset ?? 0;

const knownOf = (cold: ColdSnapshot): Known[] => [
  ...subjects(cold).map(({ title, address, type, map }) => ({ title, address, type, map })),
  ...cold.sockets
    .filter(({ peer }) => peer !== 0)
    .map(({ id, peer }) => ({ title: `socket ${id}, its receiver`, address: peer, type: 'tcp_sock', map: null })),
];

/** All instances of a type in the machine now, the newest map first. */
export function placesOf(btf: Btf, id: number, cold: ColdSnapshot): Place[] {
  const name = btf.type(btf.skipModifiers(id))?.name ?? '';
  const family = embeddedFirst(btf, btf.find('STRUCT', 'tcp_sock'));
  const isSocket = family.includes(name);
  return [
    ...subjects(cold).flatMap((subject): Place[] => {
      const { map } = subject;
      if (subject.type === name || (isSocket && map === null)) return [subject];
      if (map?.struct !== name) return [];
      const address = map.kvalue + dataOffset(btf, map);
      return [{ title: subject.title, type: name, map: null, read: plain, address, opsOf: map }];
    }),
    ...(isSocket
      ? knownOf(cold)
          .filter(({ title }) => title.endsWith('receiver'))
          .map((one) => ({ ...one, read: plain }))
      : []),
  ];
}

export type Followed =
  | {
      readonly to: 'type';
      readonly type: string;
      readonly typeId: number;
      readonly address: number;
      readonly field: string | null;
    }
  | { readonly to: 'nowhere'; readonly words: string };

const nowhere = (words: string): Followed => ({ to: 'nowhere', words });

export interface FollowWorld {
  readonly btf: Btf;
  readonly cold: ColdSnapshot;
}

/** Follows the pointer in 8 bytes. `typeId`: the pointer's type. */
export function followPointer({ btf, cold }: FollowWorld, part: Part, typeId: number, bytes: Uint8Array): Followed {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const low = view.getUint32(part.offset, true);
  const high = view.getUint32(part.offset + 4, true);
  const shown = valueText(part, bytes, () => null);
  if (low === 0 && high === 0) return nowhere(`${part.path} is NULL.`);
  if (high === BPF_MODULE_OWNER.hi && low === BPF_MODULE_OWNER.lo)
    return nowhere(`${part.path} is BPF_MODULE_OWNER, which marks a struct of BPF programs; it is not an address.`);
  if (high === POISON_HI) return nowhere(`${part.path} is ${shown}, the poison value of an unlinked list entry.`);
  if (high !== KERNEL_BASE_HI || !isData(low))
    return nowhere(`${part.path} is ${shown}, which is not an address of this machine.`);
  const within = knownAt(btf, cold, low);
  if (within) return within;
  const target = btf.type(btf.skipModifiers(btf.type(btf.skipModifiers(typeId))?.type ?? 0));
  if (!target || target.kind === 'VOID' || target.name === '')
    return nowhere(`${part.path} is ${shown}: its type does not say what is there.`);
  return { to: 'type', type: target.name, typeId: target.id, address: low, field: null };
}

/** Whether an address is in memory that programs may read. */
const isData = (address: number): boolean =>
  address >= REGIONS.kernel.base && address < REGIONS.net.base + REGIONS.net.size;

/** A socket, a map's value, or a field inside one: a list's next, an ops struct. */
function knownAt(btf: Btf, cold: ColdSnapshot, address: number): Followed | null {
  for (const { address: base, type, map } of knownOf(cold)) {
    const id = btf.find('STRUCT', type);
    const size = btf.sizeOf(id);
    const into = address - base;
    if (base === 0 || id === 0 || into < 0 || into >= size) continue;
    if (map && into === dataOffset(btf, map)) {
      const ops = btf.find('STRUCT', map.struct);
      return { to: 'type', type: map.struct, typeId: ops, address, field: null };
    }
    return { to: 'type', type, typeId: id, address: base, field: into === 0 ? null : fieldAt(btf, id, into) };
  }
  return null;
}

/** The innermost member that begins at an offset. */
const fieldAt = (btf: Btf, id: number, offset: number): string | null =>
  layoutOf(btf, id)?.rows.findLast(
    (row) => row.kind === 'field' && row.name !== '' && row.offset === offset && row.bitSize === 0,
  )?.path ?? null;

/** Name of the object at an address, for breadcrumbs. */
export function titleAt(btf: Btf, cold: ColdSnapshot, address: number): string | null {
  for (const { title, address: base, map } of knownOf(cold)) {
    if (base !== 0 && (address === base || (map && address === base + dataOffset(btf, map)))) return title;
  }
  return null;
}
