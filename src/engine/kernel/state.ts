/*
 * The kernel's cold state: one immutable tree of plain objects. A system call replaces the tree, a checkpoint keeps the
 * pointer. What Linux keeps in memory that programs can see (a map's state word, its value) is in the memory only, not
 * here.
 *
 * Objects have numbers that are never reused; the ids that user space sees are given up and reused. Reference counts
 * are not stored: each object has a list of its holders, and every count is the length of a part of that list.
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

/** An open file description: processes' fds refer to it, and it holds its object until the last of them is closed. */
export interface OpenFile {
  readonly id: number;
  readonly kind: FileKind;
  /** object number; a socket's own number */
  readonly object: number;
  readonly readable: boolean;
  readonly writable: boolean;
}

/** A holder of a program or a BTF. */
export interface ObjectHolder {
  readonly kind: 'file' | 'pin' | 'map' | 'prog';
  readonly id: number;
}

interface KernelObject {
  readonly object: number;
  /** id in user space; kept for display after the id has been given up */
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

/**
 * Source for showing a program's code: content keys of its instructions as given, of the verifier's findings, and of
 * its records.
 */
export interface ProgSource {
  readonly given: string;
  /** a byte for each slot: FLOW of xlated.ts */
  readonly flow: string;
  readonly funcs: string;
  readonly lines: string;
  /** bytes of stack by function */
  readonly stack: readonly number[];
  /** references to maps: slot, object number, offset in the value */
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
  /** struct fields that its loads and stores access, as the verifier found */
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
  /** object numbers of the maps that it refers to or was bound to (used_maps) */
  readonly maps: readonly number[];
  readonly holders: readonly ObjectHolder[];
  /** set after it faulted or ran out of fuel; it is not run any more */
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

/** Waits of a map that is being freed: when each ends, engine time in ns; 0: not started yet, or over. */
export type Freeing = Readonly<Record<GraceClock, number>>;

/** Memory of a map other than struct_ops. */
export interface PlainParts {
  /** linear address of its struct bpf_map, by which programs name it */
  readonly address: number;
  readonly heap: HeapName;
  /** linear address and bytes of its elements; both 0 when they are allocated one by one (sk_storage) */
  readonly values: number;
  readonly bytes: number;
  /** sk_storage: linear address of the value, by that of the socket */
  readonly storage: Table<number>;
}

/** Template of a map of maps: the shape that its elements must have. */
export interface InnerShape {
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** kernel objects in the value; null when its type was not given */
  readonly fields: readonly MapField[] | null;
}

/** Programs that may stand in a prog array: their type, and the prototype of their member in the kernel's BTF (0: any). */
export interface ProgOwner {
  readonly type: number;
  readonly prototype: number;
}

/** Fields of every map. */
interface AnyMap extends KernelObject {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly extra: number;
  /** types of key and value in the creator's BTF; 0 when not given */
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
  /** for a prog array: the kind of programs that it takes; null before the first one */
  readonly owner: ProgOwner | null;
}

/** A map whose value is a kernel struct of programs. */
export interface StructOpsMap extends AnyMap {
  readonly plain: null;
  /** the kernel struct: `tcp_congestion_ops` */
  readonly struct: string;
  readonly valueTypeId: number;
  /** linear addresses: kvalue is the copy given to the subsystem, uvalue the one that user space reads */
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
  /** programs are loaded without verification, which no kernel allows */
  readonly unverified: boolean;
  /** what the kernel logged, newest last, bounded */
  readonly dmesg: readonly LogLine[];
  /** what programs printed (trace_pipe), newest last, bounded */
  readonly trace: readonly LogLine[];
  /** memory of maps that is not in use */
  readonly heaps: Readonly<Record<HeapName, Heap>>;
  /** last message of a kernel that panicked; null while it runs */
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

/** The refcnt that a lookup shows: references other than user space's. */
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

/** The map as a struct_ops map, which the caller has checked. */
export function mustStructOps(map: MapObject | undefined | null): StructOpsMap {
  const found = structOps(map);
  assert(found, 'a struct_ops map');
  return found;
}

export const structOpsMaps = ({ maps }: KernelState): StructOpsMap[] =>
  Object.values(maps).filter((map): map is StructOpsMap => map.plain === null);
