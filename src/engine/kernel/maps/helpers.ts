/*
 * Helpers of maps, memory and text (kernel/bpf/helpers.c, ringbuf.c, bpf_sk_storage.c, bpf_trace.c). A verified program
 * passes valid arguments; an unverified one may pass anything, and gets an error or NULL for invalid ones.
 */
import { ERRNO } from '../../base/errno.ts';
import { GO_ON, type KernelFunctions, type Word } from '../../vm/functions.ts';
import { registerCommonKfuncs } from '../common-kfuncs.ts';
import type { Core } from '../core.ts';
import { blob } from '../objects.ts';
import { commit, output, query, reserve } from './ringbuf.ts';
import { withoutLock } from './locks.ts';
import { registerForEach } from './for-each.ts';
import { heldBy } from './slots.ts';
import { removeStorage, storageOf } from './sk-storage.ts';
import { MAP_TYPE } from './map-type.ts';
import { Helpers, MAX_TEXT } from './helper-memory.ts';

interface Helper {
  readonly id: number;
  readonly name: string;
  readonly args: readonly Word[];
  /** `int`: a long, negative for errors */
  readonly ret: 'int' | 'u64' | 'ptr' | 'void';
  readonly goesOn?: true;
  /** takes the arguments' words, two for a u64; returns an integer of magnitude below 2^53 */
  readonly run: (h: Helpers, ...words: number[]) => number;
}

/** BPF_SK_STORAGE_GET_F_CREATE */
const CREATE = 1;
/** low 32 bits of u64 flags; all ones when the upper half is set, which no helper accepts */
const flagsOf = (low: number, high: number): number => (high === 0 ? low >>> 0 : 0xffff_ffff);

function lookup(h: Helpers, address: number, key: number): number {
  const found = h.keyed(address);
  if (!found || !h.readable(key, found.map.keySize)) return 0;
  const at = found.type.lookup(h.k, found.map, h.k.memory.u8, key >>> 0);
  if (heldBy(found.map.type) !== 'map' || at === 0) return at;
  // a look-up in a map of maps gives the address of struct bpf_map
  return h.k.state.maps[h.k.memory.word(at)]?.plain?.address ?? 0;
}

/** bpf_map_pop_elem and bpf_map_peek_elem: an empty queue or stack leaves zeros, as in Linux. */
function take(h: Helpers, address: number, value: number, goes: boolean): number {
  const found = h.sequence(address, value);
  if (typeof found === 'number') return found;
  const { map, sequence } = found;
  const { u8 } = h.k.memory;
  const isFilter = map.type === MAP_TYPE.BLOOM_FILTER;
  if (!isFilter && !h.writable(value, map.valueSize)) return -ERRNO.EFAULT;
  const at = goes ? sequence.pop(h.k, map) : sequence.peek(h.k, map, u8, value >>> 0);
  if (isFilter) return at;
  if (at < 0) u8.fill(0, value, value + map.valueSize);
  else u8.copyWithin(value, at, at + map.valueSize);
  return Math.min(0, at);
}

function storageGet(h: Helpers, address: number, sk: number, value: number, low: number, high: number): number {
  const map = h.map(address);
  const flags = flagsOf(low, high);
  if (map?.type !== MAP_TYPE.SK_STORAGE || !h.isSocket(sk) || flags > CREATE) return 0;
  const known = map.plain?.storage[sk] ?? 0;
  if (known !== 0 || flags !== CREATE) return known;
  const at = storageOf(h.k, map.object, sk, true);
  if (at !== 0 && value !== 0 && h.readable(value, map.valueSize)) {
    h.k.memory.u8.copyWithin(at, value, value + map.valueSize);
  }
  return at;
}

/** bpf_tail_call: GO_ON with the program in the registry's `tailTarget`; 0 when the slot is empty. */
function tailCall(h: Helpers, address: number, index: number): number {
  const map = h.map(address);
  h.functions.tailTarget = null;
  if (map?.type !== MAP_TYPE.PROG_ARRAY || index >>> 0 >= map.maxEntries) return 0;
  const object = h.k.memory.word((map.plain?.values ?? 0) + (index >>> 0) * 8);
  const prog = h.k.state.progs[object];
  if (!prog || prog.stopped) return 0;
  h.functions.tailTarget = blob(h.k, prog.blob);
  return GO_ON;
}

function compare(h: Helpers, text: number, size: number, other: number): number {
  const a = h.text(text, size);
  const b = h.text(other, MAX_TEXT).slice(0, size);
  const i = [...a].findIndex((c, at) => c !== b[at]);
  const at = i < 0 ? a.length : i;
  return (at < a.length ? a.charCodeAt(at) : 0) - (at < b.length ? b.charCodeAt(at) : 0);
}

const HELPERS: readonly Helper[] = [
  {
    id: 12,
    name: 'tail_call',
    args: ['ptr', 'ptr', 'u32'],
    ret: 'void',
    goesOn: true,
    run: (h, _ctx, map, index) => tailCall(h, map, index),
  },
  { id: 1, name: 'map_lookup_elem', args: ['ptr', 'ptr'], ret: 'ptr', run: lookup },
  {
    id: 2,
    name: 'map_update_elem',
    args: ['ptr', 'ptr', 'ptr', 'u64'],
    ret: 'int',
    run(h, address, key, value, low, high) {
      const found = h.keyed(address);
      if (!found || heldBy(found.map.type) !== null) return -ERRNO.EINVAL;
      const { map, type } = found;
      if (!h.readable(key, map.keySize) || !h.readable(value, map.valueSize)) return -ERRNO.EFAULT;
      const { u8 } = h.k.memory;
      return type.update(h.k, map, u8, key >>> 0, u8, value >>> 0, withoutLock(h.k, map, flagsOf(low, high)));
    },
  },
  {
    id: 3,
    name: 'map_delete_elem',
    args: ['ptr', 'ptr'],
    ret: 'int',
    run(h, address, key) {
      const found = h.keyed(address);
      if (!found || heldBy(found.map.type) !== null) return -ERRNO.EINVAL;
      return h.readable(key, found.map.keySize)
        ? found.type.remove(h.k, found.map, h.k.memory.u8, key >>> 0)
        : -ERRNO.EFAULT;
    },
  },
  {
    id: 87,
    name: 'map_push_elem',
    args: ['ptr', 'ptr', 'u64'],
    ret: 'int',
    run(h, address, value, low, high) {
      const found = h.sequence(address, value);
      if (typeof found === 'number') return found;
      return found.sequence.push(h.k, found.map, h.k.memory.u8, value >>> 0, flagsOf(low, high));
    },
  },
  { id: 88, name: 'map_pop_elem', args: ['ptr', 'ptr'], ret: 'int', run: (h, map, value) => take(h, map, value, true) },
  {
    id: 89,
    name: 'map_peek_elem',
    args: ['ptr', 'ptr'],
    ret: 'int',
    run: (h, map, value) => take(h, map, value, false),
  },
  {
    id: 25,
    name: 'perf_event_output',
    args: ['ptr', 'ptr', 'u64', 'ptr', 'u64'],
    ret: 'int',
    // all slots are empty, since user space has no perf event to store
    run: (h, _ctx, address) => (h.map(address)?.type === MAP_TYPE.PERF_EVENT_ARRAY ? -ERRNO.ENOENT : -ERRNO.EINVAL),
  },
  {
    id: 195,
    name: 'map_lookup_percpu_elem',
    args: ['ptr', 'ptr', 'u32'],
    ret: 'ptr',
    // one processor
    run: (h, address, key, cpu) => (cpu === 0 ? lookup(h, address, key) : 0),
  },
  {
    id: 6,
    name: 'trace_printk',
    args: ['ptr', 'u32', 'u64', 'u64', 'u64'],
    ret: 'int',
    run: (h, fmt, size, a = 0, aHigh = 0, b = 0, bHigh = 0, c = 0, cHigh = 0) =>
      h.print(fmt, size, [
        [a, aHigh],
        [b, bHigh],
        [c, cHigh],
      ]),
  },
  {
    id: 177,
    name: 'trace_vprintk',
    args: ['ptr', 'u32', 'ptr', 'u32'],
    ret: 'int',
    run: (h, fmt, size, data, bytes) => h.print(fmt, size, h.words(data, bytes)),
  },
  {
    id: 165,
    name: 'snprintf',
    args: ['ptr', 'u32', 'ptr', 'ptr', 'u32'],
    ret: 'int',
    run(h, to, size, fmt, data, bytes) {
      const words = h.words(data, bytes);
      const text = words && h.format(fmt, MAX_TEXT, words);
      if (text === null || (size > 0 && !h.writable(to, size))) return -ERRNO.EINVAL;
      for (let i = 0; i < Math.min(size, text.length + 1); i++) {
        h.k.memory.u8[to + i] = i < size - 1 && i < text.length ? text.charCodeAt(i) : 0;
      }
      return text.length + 1;
    },
  },
  // in softirq the interrupted task is the idle one, whose ids are 0
  { id: 14, name: 'get_current_pid_tgid', args: [], ret: 'u64', run: () => 0 },
  { id: 42, name: 'get_numa_node_id', args: [], ret: 'int', run: () => 0 },
  {
    id: 112,
    name: 'probe_read_user',
    args: ['ptr', 'u32', 'u64'],
    ret: 'int',
    // user memory is not in this machine
    run: (h, to, size) => h.probe(to, size, 0, 0),
  },
  {
    id: 113,
    name: 'probe_read_kernel',
    args: ['ptr', 'u32', 'u64'],
    ret: 'int',
    run: (h, to, size, from, high) => h.probe(to, size, from >>> 0, high),
  },
  {
    id: 114,
    name: 'probe_read_user_str',
    args: ['ptr', 'u32', 'u64'],
    ret: 'int',
    run: (h, to, size) => h.probeText(to, size, 0, 0),
  },
  {
    id: 115,
    name: 'probe_read_kernel_str',
    args: ['ptr', 'u32', 'u64'],
    ret: 'int',
    run: (h, to, size, from, high) => h.probeText(to, size, from >>> 0, high),
  },
  {
    id: 130,
    name: 'ringbuf_output',
    args: ['ptr', 'ptr', 'u64', 'u64'],
    ret: 'int',
    run(h, address, data, size, sizeHigh, low, high) {
      const ring = h.ring(address);
      const length = flagsOf(size, sizeHigh);
      if (!ring) return -ERRNO.EINVAL;
      return h.readable(data, length) ? output(h.k, ring, data >>> 0, length, flagsOf(low, high)) : -ERRNO.EFAULT;
    },
  },
  {
    id: 131,
    name: 'ringbuf_reserve',
    args: ['ptr', 'u64', 'u64'],
    ret: 'ptr',
    run(h, address, size, sizeHigh, low, high) {
      const ring = h.ring(address);
      return ring && flagsOf(low, high) === 0 ? reserve(h.k, ring, flagsOf(size, sizeHigh)) : 0;
    },
  },
  {
    id: 132,
    name: 'ringbuf_submit',
    args: ['ptr', 'u64'],
    ret: 'void',
    run(h, data) {
      commit(h.k, data >>> 0, false);
      return 0;
    },
  },
  {
    id: 133,
    name: 'ringbuf_discard',
    args: ['ptr', 'u64'],
    ret: 'void',
    run(h, data) {
      commit(h.k, data >>> 0, true);
      return 0;
    },
  },
  {
    id: 134,
    name: 'ringbuf_query',
    args: ['ptr', 'u64'],
    ret: 'u64',
    run(h, address, what, high) {
      const ring = h.ring(address);
      return ring ? query(h.k, ring, flagsOf(what, high)) : 0;
    },
  },
  { id: 107, name: 'sk_storage_get', args: ['ptr', 'ptr', 'ptr', 'u64'], ret: 'ptr', run: storageGet },
  {
    id: 108,
    name: 'sk_storage_delete',
    args: ['ptr', 'ptr'],
    ret: 'int',
    run(h, address, sk) {
      const map = h.map(address);
      if (map?.type !== MAP_TYPE.SK_STORAGE || !h.isSocket(sk)) return -ERRNO.EINVAL;
      return removeStorage(h.k, map.object, sk);
    },
  },
  // with one processor and no concurrent programs, a lock is always free
  { id: 93, name: 'spin_lock', args: ['ptr'], ret: 'void', run: () => 0 },
  { id: 94, name: 'spin_unlock', args: ['ptr'], ret: 'void', run: () => 0 },
  { id: 182, name: 'strncmp', args: ['ptr', 'u32', 'ptr'], ret: 'int', run: compare },
];

export function registerKernelHelpers(k: Core, functions: KernelFunctions): void {
  registerCommonKfuncs(k, functions);
  const helpers = new Helpers(k, functions);
  registerForEach(k, functions, (address) => helpers.map(address));
  for (const { id, name, args, ret, run, goesOn } of HELPERS) {
    const call = (...words: number[]): number => {
      const result = run(helpers, ...words);
      functions.highWord = Math.floor(result / 0x1_0000_0000);
      return result >>> 0;
    };
    functions.register({
      name: `bpf_${name}`,
      kind: 'helper',
      id,
      args,
      ...(goesOn ? { goesOn } : {}),
      ret: ret === 'int' ? 'u64' : ret,
      call,
    });
  }
}
