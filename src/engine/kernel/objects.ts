/*
 * Objects, ids and references. Taking and giving back a reference are the only ways in which a holder list changes.
 */
import { assert, entryOf } from '../base/assert.ts';
import { contentKey } from '../base/hash.ts';
import type { Core } from './core.ts';
import { GRACE_NS } from './grace.ts';
import {
  type BtfObject,
  type Freeing,
  type IdKind,
  type LinkObject,
  type MapObject,
  type ObjectHolder,
  type ProgObject,
  shownRefcnt,
  withEntry,
  withoutEntry,
  mustStructOps,
} from './state.ts';
import { structOpsType } from './struct-ops/types.ts';
import type { HolderKind } from './subsystem.ts';

/** Largest id: idr_alloc_cyclic starts over at 1 after it. */
const INT_MAX = 0x7fff_ffff;

/** Objects that still have their id, of one kind. */
export function listed(k: Core, kind: IdKind): readonly { readonly id: number; readonly object: number }[] {
  switch (kind) {
    case 'map':
      return Object.values(k.state.maps).filter(({ holders }) => holders.length > 0);
    case 'prog':
      return Object.values(k.state.progs);
    case 'btf':
      return Object.values(k.state.btfs);
    case 'link':
      return Object.values(k.state.links);
  }
}

export function objectById(k: Core, kind: IdKind, id: number): number | null {
  return listed(k, kind).find((o) => o.id === id)?.object ?? null;
}

/** idr_alloc_cyclic */
export function allocId(k: Core, kind: IdKind): number {
  const taken = new Set(listed(k, kind).map(({ id }) => id));
  let id = k.state.lastId[kind];
  do id = id >= INT_MAX ? 1 : id + 1;
  while (taken.has(id));
  k.state = { ...k.state, lastId: { ...k.state.lastId, [kind]: id } };
  return id;
}

export function allocObject(k: Core): number {
  const object = k.state.nextObject;
  k.state = { ...k.state, nextObject: object + 1 };
  return object;
}

/** Keeps bytes outside the tree; returns their key. */
export function keepBlob(k: Core, bytes: Uint8Array): string {
  const key = contentKey(bytes);
  if (!k.blobs.has(key)) k.blobs.set(key, bytes.slice());
  return key;
}

export function blob(k: Core, key: string): Uint8Array {
  const bytes = k.blobs.get(key);
  assert(bytes, `no bytes are kept as ${key}`);
  return bytes;
}

function withoutHolder<H extends { readonly kind: string; readonly id: number }>(
  holders: readonly H[],
  kind: H['kind'],
  id: number,
): readonly H[] {
  const at = holders.findIndex((h) => h.kind === kind && h.id === id);
  assert(at >= 0, `${kind} ${id} gives back a reference that it does not hold`);
  return holders.toSpliced(at, 1);
}

export function setMap(k: Core, map: MapObject): void {
  k.state = { ...k.state, maps: withEntry(k.state.maps, map.object, map) };
}

export function setProg(k: Core, prog: ProgObject): void {
  k.state = { ...k.state, progs: withEntry(k.state.progs, prog.object, prog) };
}

function setBtf(k: Core, btf: BtfObject): void {
  k.state = { ...k.state, btfs: withEntry(k.state.btfs, btf.object, btf) };
}

/** bpf_map_inc, bpf_map_inc_with_uref */
export function holdMap(k: Core, object: number, kind: HolderKind, id: number): void {
  const map = entryOf(k.state.maps, object);
  const holder = { kind, id, time: k.timers.now, event: k.timers.count, call: k.state.calls };
  setHolders(k, map, [...map.holders, holder]);
}

/** Replaces a map's list of holders; in profiles with a count in the value, also updates the count. */
function setHolders(k: Core, map: MapObject, holders: MapObject['holders']): void {
  const next = { ...map, holders };
  setMap(k, next);
  if (!k.profile.countInValue || map.plain) return;
  const { refcntOffset } = structOpsType(k, map.struct);
  k.memory.u32[(map.kvalue + refcntOffset) >>> 2] = shownRefcnt(next);
}

/** bpf_map_put: after the last reference the id is removed at once, and freeing begins. */
export function putMap(k: Core, object: number, kind: HolderKind, id: number): void {
  const map = entryOf(k.state.maps, object);
  const holders = withoutHolder(map.holders, kind, id);
  setHolders(k, map, holders);
  if (holders.length === 0) startFreeing(k, object);
}

/** bpf_map_free_in_work: the map's waits are timers from here on (free.ts). */
function startFreeing(k: Core, object: number): void {
  waitToFree(k, object, { work: k.timers.now + GRACE_NS.work, rcu: 0, tasks: 0 });
}

/** Records until when a map waits, and sets a timer for it. */
export function waitToFree(k: Core, object: number, freeing: Freeing): void {
  setMap(k, { ...entryOf(k.state.maps, object), freeing });
  for (const at of Object.values(freeing)) if (at !== 0) k.timers.schedule(at, k.freeTimer, object);
}

export function holdProg(k: Core, object: number, kind: ObjectHolder['kind'], id: number): void {
  const prog = entryOf(k.state.progs, object);
  setProg(k, { ...prog, holders: [...prog.holders, { kind, id }] });
}

/** bpf_prog_put */
export function putProg(k: Core, object: number, kind: ObjectHolder['kind'], id: number): void {
  const prog = entryOf(k.state.progs, object);
  const holders = withoutHolder(prog.holders, kind, id);
  if (holders.length > 0) {
    setProg(k, { ...prog, holders });
    return;
  }
  k.state = { ...k.state, progs: withoutEntry(k.state.progs, object) };
  k.progSlab.free(prog.address);
  for (const map of prog.maps) putMap(k, map, 'prog', object);
  if (prog.btf !== 0) putBtf(k, prog.btf, 'prog', object);
}

export function markStopped(k: Core, object: number, message: string, pc: number): void {
  const prog = entryOf(k.state.progs, object);
  if (prog.stopped) return;
  setProg(k, { ...prog, stopped: { message, pc } });
  k.observer?.onStopped?.(prog, message, pc);
}

export function holdBtf(k: Core, object: number, kind: ObjectHolder['kind'], id: number): void {
  const btf = entryOf(k.state.btfs, object);
  setBtf(k, { ...btf, holders: [...btf.holders, { kind, id }] });
}

export function putBtf(k: Core, object: number, kind: ObjectHolder['kind'], id: number): void {
  const btf = entryOf(k.state.btfs, object);
  const holders = withoutHolder(btf.holders, kind, id);
  if (holders.length > 0 || btf.kernel) setBtf(k, { ...btf, holders });
  else k.state = { ...k.state, btfs: withoutEntry(k.state.btfs, object) };
}

export function setLink(k: Core, link: LinkObject): void {
  k.state = { ...k.state, links: withEntry(k.state.links, link.object, link) };
}

export function holdLink(k: Core, object: number, kind: ObjectHolder['kind'], id: number): void {
  const link = entryOf(k.state.links, object);
  setLink(k, { ...link, holders: [...link.holders, { kind, id }] });
}

/** bpf_link_put: after the last reference the link is freed and its struct unregistered. */
export function putLink(k: Core, object: number, kind: ObjectHolder['kind'], id: number): void {
  const link = entryOf(k.state.links, object);
  const holders = withoutHolder(link.holders, kind, id);
  setLink(k, { ...link, holders });
  if (holders.length > 0) return;
  detachLink(k, object);
  k.state = { ...k.state, links: withoutEntry(k.state.links, object) };
}

/** bpf_struct_ops_map_link_detach: does nothing to a link that no longer has a map. */
export function detachLink(k: Core, object: number): void {
  const link = entryOf(k.state.links, object);
  if (link.map === 0) return;
  const map = mustStructOps(entryOf(k.state.maps, link.map));
  structOpsType(k, map.struct).subsystem.unreg(map.kdata);
  setLink(k, { ...link, map: 0 });
  putMap(k, map.object, 'link', link.id);
}
