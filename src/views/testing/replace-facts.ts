/* What happens in "Replace while connected", as tables: calls, transitions of the maps, and who holds them. */
import type { CallRecord, Holder, LifecycleState } from '../../engine/index.ts';

/** A system call of the story. */
export interface Fact {
  readonly at: number;
  readonly process: string;
  readonly name: string;
  readonly call: string;
  readonly shape: CallRecord['shape'];
  readonly map: string | null;
  readonly socket?: number;
  readonly ret?: number;
  readonly caption: string;
}

/** ms; the n-th call is at index n - 1 */
export const FACTS: readonly Fact[] = [
  {
    at: 20,
    process: 'loader-a',
    name: 'BPF_MAP_CREATE',
    call: 'bpf(BPF_MAP_CREATE, {map_type=STRUCT_OPS})',
    shape: 'syscall',
    map: 'A',
    ret: 4,
    caption: 'Map A is created: an empty bpf_struct_ops_tcp_congestion_ops.',
  },
  {
    at: 70,
    process: 'loader-a',
    name: 'BPF_MAP_UPDATE_ELEM',
    call: 'bpf(BPF_MAP_UPDATE_ELEM, {map_fd=4, key=0})',
    shape: 'syscall',
    map: 'A',
    caption: 'The update registers bpf_reno: the registration holds the first reference.',
  },
  {
    at: 150,
    process: 'client',
    name: 'connect',
    call: 'connect(sk 1)',
    shape: 'open',
    map: 'A',
    socket: 1,
    caption: 'Connection 1 chooses bpf_reno and takes a reference.',
  },
  {
    at: 210,
    process: 'client',
    name: 'connect',
    call: 'connect(sk 2)',
    shape: 'open',
    map: 'A',
    socket: 2,
    caption: 'Connection 2 takes another.',
  },
  {
    at: 300,
    process: 'client',
    name: 'connect',
    call: 'connect(sk 3)',
    shape: 'open',
    map: 'A',
    socket: 3,
    caption: 'Connection 3 takes a third.',
  },
  {
    at: 390,
    process: 'loader-b',
    name: 'BPF_MAP_CREATE',
    call: 'bpf(BPF_MAP_CREATE, {map_type=STRUCT_OPS})',
    shape: 'syscall',
    map: 'B',
    ret: 4,
    caption: 'Map B is created.',
  },
  {
    at: 470,
    process: 'loader-b',
    name: 'BPF_MAP_UPDATE_ELEM',
    call: 'bpf(BPF_MAP_UPDATE_ELEM, {map_fd=4, key=0})',
    shape: 'syscall',
    map: 'B',
    caption: 'bpf_aimd is registered beside bpf_reno.',
  },
  {
    at: 480,
    process: 'admin',
    name: 'BPF_MAP_DELETE_ELEM',
    call: 'bpf(BPF_MAP_DELETE_ELEM, {map_fd=3, key=0})',
    shape: 'delete',
    map: 'A',
    caption: 'Map A is deleted: nobody new can choose it, three connections still hold it.',
  },
  {
    at: 520,
    process: 'client',
    name: 'connect',
    call: 'connect(sk 4)',
    shape: 'open',
    map: 'B',
    socket: 4,
    caption: 'The next connections are served by map B.',
  },
  {
    at: 545,
    process: 'client',
    name: 'connect',
    call: 'connect(sk 5)',
    shape: 'open',
    map: 'B',
    socket: 5,
    caption: '',
  },
  {
    at: 570,
    process: 'client',
    name: 'connect',
    call: 'connect(sk 6)',
    shape: 'open',
    map: 'B',
    socket: 6,
    caption: '',
  },
  {
    at: 600,
    process: 'client',
    name: 'close',
    call: 'close(sk 3)',
    shape: 'close',
    map: 'A',
    socket: 3,
    caption: 'Connection 3 closes: its last data is still on the way, so map A keeps the reference.',
  },
  {
    at: 670,
    process: 'client',
    name: 'close',
    call: 'close(sk 2)',
    shape: 'close',
    map: 'A',
    socket: 2,
    caption: 'Connection 2 closes.',
  },
  {
    at: 700,
    process: 'client',
    name: 'close',
    call: 'close(sk 1)',
    shape: 'close',
    map: 'A',
    socket: 1,
    caption: 'Connection 1 closes, the last one of map A.',
  },
];

/** [ms, letter, from, to] */
export const TRANSITIONS: readonly (readonly [number, string, LifecycleState | null, LifecycleState])[] = [
  [20, 'A', null, 'INIT'],
  [70, 'A', 'INIT', 'INUSE'],
  [390, 'B', null, 'INIT'],
  [470, 'B', 'INIT', 'INUSE'],
  [480, 'A', 'INUSE', 'TOBEFREE'],
  [800, 'A', 'TOBEFREE', 'FREED'],
];

/** [ms taken, ms dropped, letter, holder kind, number] */
export const HOLDS: readonly (readonly [number, number, string, Holder['kind'], number])[] = [
  [20, 330, 'A', 'file', 4],
  [70, 480, 'A', 'registration', 0],
  [150, 740, 'A', 'socket', 1],
  [210, 710, 'A', 'socket', 2],
  [300, 640, 'A', 'socket', 3],
  [390, 495, 'B', 'file', 4],
  [470, 9999, 'B', 'registration', 0],
  [520, 9999, 'B', 'socket', 4],
  [545, 9999, 'B', 'socket', 5],
  [570, 9999, 'B', 'socket', 6],
];

/** ms */
export const UNTIL = 900;
