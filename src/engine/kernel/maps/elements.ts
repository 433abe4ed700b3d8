/*
 * The element commands of bpf(2) on maps that are not struct_ops maps: the system call's own checks, then those of the
 * kind of map.
 */
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import type { BpfCommand } from '../attr.ts';
import type { Core } from '../core.ts';
import {
  type Call,
  command,
  type CommandEntry,
  type CommandTable,
  copyFromUser,
  findMap,
  type MapCall,
  mapOf,
  mayRead,
  mayWrite,
  must,
  onlyLockFlag,
  takeBytes,
} from '../calls.ts';
import { fileOf, objectOf } from '../fds.ts';
import { setMap } from '../objects.ts';
import type { MapObject } from '../state.ts';
import { done, fail, next, type Outcome, type Step } from '../steps.ts';
import { ELEM_FLAG } from '../uapi.ts';
import { removeHeld, updateHeld } from './held.ts';
import { hasLock, withoutLock } from './locks.ts';
import { MAP_TYPE, type MapType, type Sequence, stride } from './map-type.ts';
import { unread } from './ringbuf.ts';
import { heldBy, heldId } from './slots.ts';
import { MAP_TYPES } from './types.ts';

interface Element extends MapCall {
  /** null: asked for the first key */
  key: Uint8Array | null;
}

/** Joins two tables of a command: one for struct_ops maps, one for all others. */
export function byMap<C extends BpfCommand>(structOps: CommandEntry<C>, plain: CommandEntry<C>): CommandEntry<C> {
  return {
    ...structOps,
    run(k, pid, attr, extent) {
      const { map_fd } = attr as { readonly map_fd?: number };
      const file = fileOf(k, pid, map_fd ?? 0);
      const isPlain = file?.kind === 'map' && entryOf(k.state.maps, file.object).plain !== null;
      return (isPlain ? plain : structOps).run(k, pid, attr, extent);
    },
  };
}

function typeOf(x: MapCall): MapType {
  const type = MAP_TYPES.get(mapOf(x).type);
  if (!type) throw new Error('a map without a kind');
  return type;
}

/**
 * Bytes of a value as user space sees it: a per-CPU value is rounded up to 8 bytes for each processor, of which there
 * is one.
 */
const userBytes = (map: MapObject, type: MapType): number => (type.percpu ? stride(map.valueSize) : map.valueSize);

const setFlags = (flags: number): number => flags - (Math.floor(flags / ELEM_FLAG.LOCK) % 2) * ELEM_FLAG.LOCK;

function noSpinLock<X extends MapCall & { readonly attr: { readonly flags: number } }>(): Step<X> {
  return {
    id: 'spin-lock',
    scope: 'call',
    source: 'map_update_elem',
    text: 'BPF_F_LOCK needs a spin lock in the value',
    run: (x) => must(setFlags(x.attr.flags) === x.attr.flags || hasLock(x.k, mapOf(x)), ERRNO.EINVAL),
  };
}

function notFrozen<X extends MapCall>(): Step<X> {
  return {
    id: 'not-frozen',
    scope: 'call',
    source: 'map_get_sys_perms',
    text: 'user space does not write to a frozen map',
    run: (x) => must(!mapOf(x).frozen, ERRNO.EPERM),
  };
}

/** `optional`: NULL stands for the first key. */
function copyKey<X extends Element & { readonly attr: { readonly key: Uint8Array | 'unmapped' | null } }>(
  optional = false,
): Step<X> {
  return {
    id: 'copy-key',
    scope: 'call',
    source: '___bpf_copy_key',
    text: 'the bytes of the key can be read; a map without keys is given none',
    run(x) {
      const { attr } = x;
      if (optional && attr.key === null) return next;
      const { keySize } = mapOf(x);
      if (keySize === 0) return must(attr.key === null, ERRNO.EINVAL);
      x.key = copyFromUser(attr.key, keySize);
      return must(x.key !== null, ERRNO.EFAULT);
    },
  };
}

/** sk_storage: the fd of a socket becomes the socket's address. */
function findSocket<X extends Element>(): Step<X> {
  return {
    id: 'socket-fd',
    scope: 'call',
    source: 'sockfd_lookup',
    text: 'the key of an sk_storage map is an open fd, of a socket',
    run(x) {
      if (typeOf(x).keyed !== 'socket' || !x.key) return next;
      const fd = new DataView(x.key.buffer).getInt32(0, true);
      const socket = objectOf(x.k, x.pid, fd, 'socket');
      if (socket < 0) return fail(socket === -ERRNO.EINVAL ? ERRNO.ENOTSOCK : -socket);
      const address = x.k.sockets?.address(socket) ?? 0;
      new DataView(x.key.buffer).setUint32(0, address, true);
      return must(address !== 0, ERRNO.ENOENT);
    },
  };
}

/** User space reads the elements of maps of maps and of programs as ids. */
const idBytes = (k: Core, map: MapObject, at: number): Uint8Array =>
  new Uint8Array(Uint32Array.of(heldId(k, map, at)).buffer);

/**
 * Up to `most` elements, in the order of BPF_MAP_GET_NEXT_KEY; for a ring buffer its unread records, with empty keys.
 */
export function elementsOf(k: Core, map: MapObject, most: number): { key: Uint8Array; value: Uint8Array }[] {
  const type = MAP_TYPES.get(map.type);
  const found: { key: Uint8Array; value: Uint8Array }[] = [];
  if (!type || !map.plain) return found;
  if (type.number === MAP_TYPE.RINGBUF) {
    const { records } = unread(k, map);
    return records.slice(0, most).map((value) => ({ key: new Uint8Array(), value }));
  }
  if (type.sequence) {
    const places = type.sequence.all(k, map).slice(0, most);
    return places.map((at) => ({ key: new Uint8Array(), value: k.memory.u8.slice(at, at + map.valueSize) }));
  }
  const add = (key: Uint8Array, at: number): number =>
    found.push({ key, value: k.memory.u8.slice(at, at + map.valueSize) });
  for (const [sk, at] of Object.entries(map.plain.storage).slice(0, most)) {
    add(new Uint8Array(Uint32Array.of(Number(sk)).buffer), at);
  }
  let key = type.nextKey(k, map, null);
  while (typeof key !== 'number' && found.length < most) {
    const at = type.lookup(k, map, key, 0);
    if (at === 0) break;
    if (heldBy(map.type) === null) add(key, at);
    else if (heldId(k, map, at) !== 0) found.push({ key, value: idBytes(k, map, at) });
    key = type.nextKey(k, map, key);
  }
  return found;
}

interface Lookup extends Call<'BPF_MAP_LOOKUP_ELEM'>, Element {}

const lookup: CommandTable<'BPF_MAP_LOOKUP_ELEM', Lookup> = {
  command: 'BPF_MAP_LOOKUP_ELEM',
  number: 1,
  context: (call) => ({ ...call, file: null, map: null, key: null }),
  steps: [
    onlyLockFlag('map_lookup_elem'),
    findMap(),
    mayRead(),
    noSpinLock(),
    copyKey(),
    findSocket(),
    {
      id: 'lookup',
      scope: 'call',
      source: 'bpf_map_copy_value',
      text: 'there is a value under the key, and it is copied',
      run(x) {
        const map = mapOf(x);
        const type = typeOf(x);
        if (type.sequence) return peek(x, map, type.sequence);
        if (type.keyed === 'never') return fail(ERRNO.ENOTSUPP);
        const at = type.lookup(x.k, map, x.key ?? new Uint8Array(4), 0);
        if (at === 0) return fail(ERRNO.ENOENT);
        const holds = heldBy(map.type) !== null;
        if (holds && heldId(x.k, map, at) === 0) return fail(ERRNO.ENOENT);
        x.out.bytes = holds ? idBytes(x.k, map, at) : x.k.memory.u8.slice(at, at + userBytes(map, type));
        return done(0);
      },
    },
  ],
};

/** Reads the next element without removing it; for a bloom filter, tests the given value. */
function peek(x: Lookup, map: MapObject, sequence: Sequence): Outcome {
  const asked = copyFromUser(x.attr.value, map.valueSize) ?? new Uint8Array(map.valueSize);
  const at = sequence.peek(x.k, map, asked, 0);
  if (at < 0) return fail(-at);
  x.out.bytes = at === 0 ? asked : x.k.memory.u8.slice(at, at + map.valueSize);
  return done(0);
}

interface Update extends Call<'BPF_MAP_UPDATE_ELEM'>, Element {
  value: Uint8Array;
}

const update: CommandTable<'BPF_MAP_UPDATE_ELEM', Update> = {
  command: 'BPF_MAP_UPDATE_ELEM',
  number: 2,
  context: (call) => ({ ...call, file: null, map: null, key: null, value: new Uint8Array() }),
  steps: [
    findMap(),
    mayWrite(),
    notFrozen(),
    noSpinLock(),
    copyKey(),
    {
      id: 'copy-value',
      scope: 'call',
      source: 'map_update_elem',
      text: 'the bytes of the value can be read',
      run: (x) =>
        takeBytes(x.attr.value, userBytes(mapOf(x), typeOf(x)), (value) => {
          x.value = value;
        }),
    },
    findSocket(),
    {
      id: 'update',
      scope: 'call',
      source: 'bpf_map_update_value',
      text: 'the key exists, or is new, as the flags require, and there is room',
      run(x) {
        const ret = updated(x, mapOf(x), typeOf(x));
        return ret < 0 ? fail(-ret) : done(0);
      },
    },
  ],
};

function updated({ k, pid, key, value, attr: { flags } }: Update, map: MapObject, type: MapType): number {
  if (type.sequence) return type.sequence.push(k, map, value, 0, flags);
  const given = key ?? new Uint8Array(4);
  if (heldBy(map.type) !== null) return updateHeld(k, pid, map, type, given, value, flags);
  return type.update(k, map, given, 0, value, 0, withoutLock(k, map, flags));
}

interface Delete extends Call<'BPF_MAP_DELETE_ELEM'>, Element {}

const remove: CommandTable<'BPF_MAP_DELETE_ELEM', Delete> = {
  command: 'BPF_MAP_DELETE_ELEM',
  number: 3,
  context: (call) => ({ ...call, file: null, map: null, key: null }),
  steps: [
    findMap(),
    mayWrite(),
    notFrozen(),
    copyKey(),
    findSocket(),
    {
      id: 'delete',
      scope: 'call',
      source: 'map_delete_elem',
      text: 'there is such an element, and this kind of map can delete elements',
      run(x) {
        const type = typeOf(x);
        const key = x.key ?? new Uint8Array(4);
        const holds = heldBy(type.number) !== null;
        const ret = holds ? removeHeld(x.k, mapOf(x), type, key) : type.remove(x.k, mapOf(x), key, 0);
        return ret < 0 ? fail(-ret) : done(0);
      },
    },
  ],
};

interface NextKey extends Call<'BPF_MAP_GET_NEXT_KEY'>, Element {}

const nextKey: CommandTable<'BPF_MAP_GET_NEXT_KEY', NextKey> = {
  command: 'BPF_MAP_GET_NEXT_KEY',
  number: 4,
  context: (call) => ({ ...call, file: null, map: null, key: null }),
  steps: [
    findMap(),
    mayRead(),
    copyKey(true),
    {
      id: 'next',
      scope: 'call',
      source: 'map_get_next_key',
      text: 'there is a key after this one; after an unknown key comes the first',
      run(x) {
        const key = typeOf(x).nextKey(x.k, mapOf(x), x.key);
        if (typeof key === 'number') return fail(-key);
        x.out.bytes = key;
        return done(0);
      },
    },
  ],
};

interface Freeze extends Call<'BPF_MAP_FREEZE'>, MapCall {}

const freeze: CommandTable<'BPF_MAP_FREEZE', Freeze> = {
  command: 'BPF_MAP_FREEZE',
  number: 22,
  context: (call) => ({ ...call, file: null, map: null }),
  steps: [
    findMap(),
    mayWrite(),
    notFrozen(),
    {
      id: 'freeze',
      scope: 'call',
      source: 'map_freeze',
      text: 'from now on only programs write to it',
      run(x) {
        setMap(x.k, { ...mapOf(x), frozen: true });
        return done(0);
      },
    },
  ],
};

interface LookupDelete extends Call<'BPF_MAP_LOOKUP_AND_DELETE_ELEM'>, Element {}

const lookupDelete: CommandTable<'BPF_MAP_LOOKUP_AND_DELETE_ELEM', LookupDelete> = {
  command: 'BPF_MAP_LOOKUP_AND_DELETE_ELEM',
  number: 21,
  context: (call) => ({ ...call, file: null, map: null, key: null }),
  steps: [
    onlyLockFlag('map_lookup_and_delete_elem'),
    findMap(),
    mayRead(),
    mayWrite(),
    notFrozen(),
    noSpinLock(),
    copyKey(),
    {
      id: 'take',
      scope: 'call',
      source: 'map_lookup_and_delete_elem',
      text: 'a hash table returns the value and deletes the element; others have no such operation',
      run(x) {
        const type = typeOf(x);
        const map = mapOf(x);
        const { key } = x;
        if (type.sequence) return pop(x, map, type.sequence);
        if (!type.takes || !key) return fail(ERRNO.ENOTSUPP);
        const at = type.lookup(x.k, map, key, 0);
        if (at === 0) return fail(ERRNO.ENOENT);
        x.out.bytes = x.k.memory.u8.slice(at, at + userBytes(map, type));
        type.remove(x.k, map, key, 0);
        return done(0);
      },
    },
  ],
};

function pop(x: LookupDelete, map: MapObject, sequence: Sequence): Outcome {
  const at = sequence.pop(x.k, map);
  if (at < 0) return fail(-at);
  x.out.bytes = x.k.memory.u8.slice(at, at + map.valueSize);
  return done(0);
}

export const plainLookup = command(lookup);
export const plainUpdate = command(update);
export const plainDelete = command(remove);
export const plainNextKey = command(nextKey);
export const plainFreeze = command(freeze);
export const plainLookupDelete = command(lookupDelete);
