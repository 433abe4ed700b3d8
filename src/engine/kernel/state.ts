/*
 * The kernel's cold state: one immutable tree of plain objects. A system call replaces the tree, a checkpoint keeps the
 * pointer. Everything that user space cannot tell apart from memory (a map's state word, its value) is in memory
 * instead, and nowhere here.
 *
 * Objects have numbers that are never used again; the ids that user space sees come and go. A reference count is never
 * stored: each object has the list of those who hold it, and every count is the length of a part of that list.
 */
import { assert } from '../base/assert.ts';
import type { MapField, StructAccess } from '../verifier/index.ts';
import { type Capability } from './capabilities.ts';
import type { GraceClock } from './grace.ts';
import type { Heap, HeapName } from './maps/pieces.ts';
import type { Holder } from './subsystem.ts';

export interface Process {
  readonly pid: number;
  readonly name: string;
  readonly uid: number;
  readonly caps: readonly Capability[];
  readonly alive: boolean;
  /** fd to open file */
  readonly fds: Readonly<Record<number, number>>;
}

export type FileKind = 'tty' | 'socket' | 'btf' | 'prog' | 'map' | 'link';

/** An open file description: processes' fds point at it, and it holds its object until the last of them is closed. */
export interface OpenFile {
  readonly id: number;
  readonly kind: FileKind;
  /** object number; a socket's own number */
  readonly object: number;
  readonly readable: boolean;
  readonly writable: boolean;
}

/** Who holds a program or a BTF. */
export interface ObjectHolder {
  readonly kind: 'file' | 'pin' | 'map' | 'prog';
  readonly id: number;
}

interface KernelObject {
  readonly object: number;
  /** what user space calls it; stays here for the record after the id has been given up */
  readonly id: number;
}

export interface BtfObject extends KernelObject {
  /** content key of the blob */
  readonly blob: string;
  readonly size: number;
  readonly kernel: boolean;
  readonly name: string;
  readonly holders: readonly ObjectHolder[];
}

/** What a program's code is shown from: content keys of its instructions as given, of the verifier's findings and records. */
export interface ProgSource {
  readonly given: string;
  /** a byte for each slot: FLOW of xlated.ts */
  readonly flow: string;
  readonly funcs: string;
  readonly lines: string;
  /** bytes of stack by function */
  readonly stack: readonly number[];
  /** where maps are named: slot, object number, offset in the value */
  readonly places: readonly { readonly slot: number; readonly map: number; readonly offset: number }[];
}

export interface ProgObject extends KernelObject {
  readonly name: string;
  readonly type: number;
  readonly gpl: boolean;
  /** content key of the instructions */
  readonly blob: string;
  readonly insnCount: number;
  readonly source: ProgSource;
  /** what its loads and stores touch, as the verifier found */
  readonly touches: readonly StructAccess[];
  readonly attachBtfId: number;
  readonly expectedAttachType: number;
  readonly flags: number;
  /** BTF object number, 0: none */
  readonly btf: number;
  readonly uid: number;
  /** engine time, ns */
  readonly loaded: number;
  /** linear address of its struct bpf_prog */
  readonly address: number;
  /** first 8 bytes of the SHA-1 of its instructions as they were given, as hex */
  readonly tag: string;
  /** object numbers of the maps that it names, or was bound to (used_maps) */
  readonly maps: readonly number[];
  readonly holders: readonly ObjectHolder[];
  /** it faulted or ran out of fuel, and is not run any more */
  readonly stopped: { readonly message: string; readonly pc: number } | null;
}

/** A program in a slot of a map, and the code that calls it. */
export interface MapProg {
  readonly member: string;
  /** index of the member in the struct */
  readonly index: number;
  readonly prog: number;
  /** linear address of the trampoline, bytes of its code */
  readonly address: number;
  readonly bytes: number;
}

/** A map without references on its way out: when each wait ends, engine time in ns; 0: not asked for yet, or over. */
export type Freeing = Readonly<Record<GraceClock, number>>;

/** Where the elements of a map lie that is not a struct_ops map. */
export interface PlainParts {
  /** linear address of its struct bpf_map, by which programs name it */
  readonly address: number;
  readonly heap: HeapName;
  /** linear address and bytes of its elements; both 0 where they come one by one (sk_storage) */
  readonly values: number;
  readonly bytes: number;
  /** sk_storage: linear address of the value, by that of the socket */
  readonly storage: Table<number>;
}

/** Of a map of maps: what its elements are like. */
export interface InnerShape {
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** kernel objects in the value; null: its type is not told */
  readonly fields: readonly MapField[] | null;
}

/** Programs that may stand in a prog array: their type, and the prototype of their member in the kernel's BTF (0: any). */
export interface ProgOwner {
  readonly type: number;
  readonly prototype: number;
}

/** What every map has. */
interface AnyMap extends KernelObject {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly extra: number;
  /** types of key and value in the creator's BTF; 0: not told */
  readonly keyTypeId: number;
  readonly ownValueTypeId: number;
  /** BTF object number of its creator's; 0: none */
  readonly btf: number;
  /** user space writes no more (BPF_MAP_FREEZE) */
  readonly frozen: boolean;
  readonly holders: readonly Holder[];
  readonly freeing: Freeing | null;
}

/** A map of elements. */
export interface PlainMap extends AnyMap {
  readonly plain: PlainParts;
  readonly inner: InnerShape | null;
  /** of a prog array: null until it meets the first program */
  readonly owner: ProgOwner | null;
}

/** A map whose value is a kernel struct of programs. */
export interface StructOpsMap extends AnyMap {
  readonly plain: null;
  /** the kernel struct: `tcp_congestion_ops` */
  readonly struct: string;
  readonly valueTypeId: number;
  /** linear addresses: what the subsystem was given lies in kvalue, what user space reads in uvalue */
  readonly kvalue: number;
  readonly uvalue: number;
  /** linear address of the struct itself in kvalue */
  readonly kdata: number;
  readonly progs: readonly MapProg[];
  /** linear addresses of the image's pages, and bytes used of the last */
  readonly images: readonly number[];
  readonly imageUsed: number;
}

export type MapObject = PlainMap | StructOpsMap;

export interface LinkObject extends KernelObject {
  /** object number of the map that it registered; 0: detached */
  readonly map: number;
  readonly holders: readonly ObjectHolder[];
}

export type IdKind = 'map' | 'prog' | 'btf' | 'link';

export type Table<T> = Readonly<Record<number, T>>;

/** A file of bpffs. */
export interface Pin {
  readonly id: number;
  readonly kind: 'map' | 'prog' | 'link';
  readonly object: number;
}

export interface LogLine {
  /** engine time, ns */
  readonly time: number;
  readonly text: string;
}

export interface KernelState {
  readonly processes: Table<Process>;
  readonly files: Table<OpenFile>;
  readonly maps: Table<MapObject>;
  readonly progs: Table<ProgObject>;
  readonly btfs: Table<BtfObject>;
  readonly links: Table<LinkObject>;
  /** by path */
  readonly pins: Readonly<Record<string, Pin>>;
  /** folders of bpffs, by path */
  readonly folders: readonly string[];
  /** the last id given out, for each kind: allocation goes on from there (idr_alloc_cyclic) */
  readonly lastId: Readonly<Record<IdKind, number>>;
  readonly nextPid: number;
  readonly nextFile: number;
  readonly nextObject: number;
  /** system calls so far; number of the one that runs */
  readonly calls: number;
  /** waits that do not end by themselves */
  readonly heldClocks: readonly GraceClock[];
  /** programs are loaded without being followed; no kernel does that */
  readonly unverified: boolean;
  /** what the kernel logged, newest last, bounded */
  readonly dmesg: readonly LogLine[];
  /** what programs printed (trace_pipe), newest last, bounded */
  readonly trace: readonly LogLine[];
  /** memory of maps that is not in use */
  readonly heaps: Readonly<Record<HeapName, Heap>>;
  /** the kernel is dead, and this is its last message */
  readonly panic: string | null;
}

export const emptyState: KernelState = {
  processes: {},
  files: {},
  maps: {},
  progs: {},
  btfs: {},
  links: {},
  pins: {},
  folders: [],
  lastId: { map: 0, prog: 0, btf: 0, link: 0 },
  nextPid: 100,
  nextFile: 1,
  nextObject: 1,
  calls: 0,
  heldClocks: [],
  unverified: false,
  dmesg: [],
  trace: [],
  heaps: { arena: { free: [], taken: 0 }, kernel: { free: [], taken: 0 } },
  panic: null,
};

/** map->refcnt */
export const refcnt = (map: MapObject): number => map.holders.length;

/** map->usercnt: fds and pins */
const usercnt = (map: MapObject): number => map.holders.filter(({ kind }) => kind === 'file' || kind === 'pin').length;

/** What a lookup puts into the value's refcnt: references that are not user space's. */
export const shownRefcnt = (map: MapObject): number => Math.max(refcnt(map) - usercnt(map), 0);

export function withEntry<T>(table: Table<T>, key: number, value: T): Table<T> {
  return { ...table, [key]: value };
}

export function withoutEntry<T>(table: Table<T>, key: number): Table<T> {
  const { [key]: _, ...rest } = table;
  return rest;
}

/** The map as a struct_ops map; null for others and for none. */
export const structOps = (map: MapObject | undefined | null): StructOpsMap | null =>
  map && map.plain === null ? map : null;

/** The map as a struct_ops map, which whoever asks has made sure of. */
export function mustStructOps(map: MapObject | undefined | null): StructOpsMap {
  const found = structOps(map);
  assert(found, 'a struct_ops map');
  return found;
}

export const structOpsMaps = ({ maps }: KernelState): StructOpsMap[] =>
  Object.values(maps).filter((map): map is StructOpsMap => map.plain === null);
