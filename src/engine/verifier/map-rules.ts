/* Which programs and helpers may use a map, and direct access to its values (check_map_prog_compatibility). */
import { E2BIG, EINVAL, ENOTSUPP } from '../base/errnos.ts';
import type { MapField, VerifierMap } from './environment.ts';
import type { Session } from './session.ts';

export const MAP = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  CGROUP_ARRAY: 8,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  LPM_TRIE: 11,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  DEVMAP: 14,
  SOCKMAP: 15,
  CPUMAP: 16,
  XSKMAP: 17,
  SOCKHASH: 18,
  CGROUP_STORAGE: 19,
  REUSEPORT_SOCKARRAY: 20,
  PERCPU_CGROUP_STORAGE: 21,
  QUEUE: 22,
  STACK: 23,
  SK_STORAGE: 24,
  DEVMAP_HASH: 25,
  STRUCT_OPS: 26,
  RINGBUF: 27,
  INODE_STORAGE: 28,
  TASK_STORAGE: 29,
  BLOOM_FILTER: 30,
  USER_RINGBUF: 31,
  CGRP_STORAGE: 32,
  ARENA: 33,
} as const;

export const F_RDONLY_PROG = 1 << 7;
export const F_WRONLY_PROG = 1 << 8;

const MAX_MAPS = 64;
const TRACING = new Set(['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint', 'raw_tracepoint_writable']);
const SLEEPABLE_MAPS: ReadonlySet<number> = new Set([
  1, 2, 5, 6, 9, 10, 11, 12, 13, 22, 23, 24, 27, 28, 29, 31, 32, 33,
]);

const SLEEPABLE = 0x10;

export const fieldOf = (map: VerifierMap, kind: string): MapField | undefined =>
  map.fields?.find((f) => f.kind === kind);

/** Checks a map against the program and adds it to the program's maps, once. */
export function addMap(env: Session, map: VerifierMap): void {
  checkMap(env, map);
  if (env.maps.includes(map)) return;
  if (env.maps.length >= MAX_MAPS)
    env.refuse(E2BIG, `The total number of maps per program has reached the limit of ${MAX_MAPS}`);
  env.maps.push(map);
}

const GRAPH = ['bpf_list_head', 'bpf_rb_root'];

function checkMap(env: Session, map: VerifierMap): void {
  const { type } = env.program;
  const isTracing = TRACING.has(type);
  if (isTracing && GRAPH.some((kind) => fieldOf(map, kind)))
    env.refuse(EINVAL, 'tracing progs cannot use bpf_{list_head,rb_root} yet');
  if (fieldOf(map, 'bpf_spin_lock')) {
    if (type === 'socket_filter') env.refuse(EINVAL, 'socket filter progs cannot use bpf_spin_lock yet');
    if (isTracing) env.refuse(EINVAL, 'tracing progs cannot use bpf_spin_lock yet');
  }
  for (const kind of ['bpf_timer', 'bpf_wq'])
    if (isTracing && fieldOf(map, kind)) env.refuse(EINVAL, `tracing progs cannot use ${kind} yet`);
  if (map.type === MAP.STRUCT_OPS) env.refuse(EINVAL, 'bpf_struct_ops map cannot be used in prog');
  if ((env.program.flags & SLEEPABLE) !== 0 && !SLEEPABLE_MAPS.has(map.type))
    env.refuse(EINVAL, 'Sleepable programs can only use array, hash, ringbuf and local storage maps');
}

/** Offset into a map's only value that an immediate gives (map_direct_value_addr). */
export function directValue(env: Session, map: VerifierMap, offset: number): number {
  if (offset >= 1 << 29) env.refuse(EINVAL, `direct value offset of ${offset} is not allowed`);
  if (map.type !== MAP.ARRAY && map.type !== MAP.ARENA)
    env.refuse(EINVAL, 'no direct value access support for this map type');
  const text = `invalid access to map value pointer, value_size=${map.valueSize} off=${offset}`;
  if (map.type === MAP.ARRAY) {
    if (map.maxEntries !== 1) env.refuse(ENOTSUPP, text);
    if (offset >= map.valueSize) env.refuse(EINVAL, text);
  }
  return offset;
}

/** Helpers allowed for kinds of maps that restrict them (the first switch of check_map_func_compatibility). */
const BY_MAP: Readonly<Record<number, readonly number[]>> = {
  [MAP.PROG_ARRAY]: [12],
  [MAP.PERF_EVENT_ARRAY]: [22, 25, 55, 111, 121],
  [MAP.RINGBUF]: [130, 131, 134, 198, 199, 200],
  [MAP.USER_RINGBUF]: [209],
  [MAP.STACK_TRACE]: [27],
  [MAP.CGROUP_ARRAY]: [33, 37],
  [MAP.CGROUP_STORAGE]: [81],
  [MAP.PERCPU_CGROUP_STORAGE]: [81],
  [MAP.DEVMAP]: [51, 1],
  [MAP.DEVMAP_HASH]: [51, 1],
  [MAP.CPUMAP]: [51],
  [MAP.XSKMAP]: [51, 1],
  [MAP.ARRAY_OF_MAPS]: [1],
  [MAP.HASH_OF_MAPS]: [1],
  [MAP.SOCKMAP]: [52, 53, 60, 82, 1],
  [MAP.SOCKHASH]: [72, 70, 71, 82, 1],
  [MAP.REUSEPORT_SOCKARRAY]: [82],
  [MAP.QUEUE]: [89, 88, 87],
  [MAP.STACK]: [89, 88, 87],
  [MAP.SK_STORAGE]: [107, 108, 194],
  [MAP.INODE_STORAGE]: [145, 146, 194],
  [MAP.TASK_STORAGE]: [156, 157, 194],
  [MAP.CGRP_STORAGE]: [210, 211, 194],
  [MAP.BLOOM_FILTER]: [89, 87],
};

/** Kinds of maps that each restricted helper needs. */
const BY_HELPER: Readonly<Record<number, readonly number[]>> = {
  12: [3],
  22: [4],
  25: [4],
  55: [4],
  111: [4],
  121: [4],
  130: [27],
  131: [27],
  134: [27],
  198: [27],
  199: [27],
  200: [27],
  209: [31],
  27: [7],
  33: [8],
  37: [8],
  51: [14, 25, 16, 17],
  52: [15],
  60: [15],
  53: [15],
  70: [18],
  71: [18],
  72: [18],
  81: [19, 21],
  82: [20, 15, 18],
  87: [22, 23, 30],
  89: [22, 23, 30],
  88: [22, 23],
  195: [6, 5, 10],
  107: [24],
  108: [24],
  145: [28],
  146: [28],
  156: [29],
  157: [29],
  210: [32],
  211: [32],
};

export const isSocketMap = ({ type }: VerifierMap): boolean => type === MAP.SOCKMAP || type === MAP.SOCKHASH;

const MAP_UPDATE = 2;
const MAP_DELETE = 3;
/** Program types that may store sockets in maps with the ordinary helpers (may_update_sockmap). */
const SOCKMAP_WRITERS = new Set(['socket_filter', 'sched_cls', 'sched_act', 'xdp']);

/** check_map_func_compatibility */
export function checkMapHelper(env: Session, map: VerifierMap | null, id: number, name: string): void {
  if (!map) return;
  if (isSocketMap(map) && (id === MAP_UPDATE || id === MAP_DELETE)) {
    if (SOCKMAP_WRITERS.has(env.program.type)) return;
    env.say('cannot update sockmap in this context\n');
    env.refuse(EINVAL, `cannot pass map_type ${map.type} into func ${name}#${id}`);
  }
  const wrong =
    (BY_MAP[map.type] && !BY_MAP[map.type].includes(id)) || (BY_HELPER[id] && !BY_HELPER[id].includes(map.type));
  if (id === 12 && map.type === MAP.PROG_ARRAY && env.subprogs.length > 1) return;
  if (wrong) env.refuse(EINVAL, `cannot pass map_type ${map.type} into func ${name}#${id}`);
}
