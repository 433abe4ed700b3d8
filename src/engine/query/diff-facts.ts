/* Facts about a machine at one time, which can be compared with those of another time or branch. */
import { cursorClass } from '../net/record.ts';
import type { Lab } from '../lab/lab.ts';
import type { MapLetter } from '../lab/commands.ts';
import type { CpuSnapshot } from '../lab/snapshot.ts';

export type DiffSubject =
  | { readonly kind: 'map'; readonly map: MapLetter }
  | { readonly kind: 'socket'; readonly socket: number }
  | { readonly kind: 'process'; readonly pid: number; readonly name: string }
  | { readonly kind: 'program'; readonly id: number; readonly name: string }
  | { readonly kind: 'network' }
  | { readonly kind: 'kernel' };

export type DiffAspect = 'fact' | 'reference' | 'call' | 'field' | 'register' | 'bytes';

/** A range of bytes in a connection's tcp_sock. */
export interface SockPlace {
  readonly socket: number;
  readonly offset: number;
  readonly size: number;
}

export interface Fact {
  readonly subject: DiffSubject;
  readonly aspect: DiffAspect;
  readonly what: string;
  readonly value: string;
  readonly place: SockPlace | null;
}

/** Facts by subject; also each socket's bytes, for those that no field covers. */
export interface Facts {
  readonly all: ReadonlyMap<string, Fact>;
  readonly socks: ReadonlyMap<number, Uint8Array>;
}

export const keyOf = ({ subject, aspect, what }: Pick<Fact, 'subject' | 'aspect' | 'what'>): string =>
  JSON.stringify([subject, aspect, what]);

/** Fields listed first. */
const FIRST: readonly string[] = [
  'snd_cwnd',
  'snd_ssthresh',
  'srtt_us',
  'delivered',
  'lost',
  'packets_out',
  'icsk_ca_state',
];

const BITS_OF_KIND = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8, f64: 8, ptr: 8, bits: 1 } as const;

type Put = (subject: DiffSubject, aspect: DiffAspect, what: string, value: string | number, place?: SockPlace) => void;

function lifecycle(lab: Lab, put: Put): void {
  const { maps, processes, available, lastCall } = lab.cold();
  for (const { letter, state, refcnt, id, holders, pins } of maps) {
    const map = { kind: 'map', map: letter } as const;
    put(map, 'fact', 'state', state);
    put(map, 'fact', 'refcnt', refcnt);
    put(map, 'fact', 'id', id);
    for (const { kind, id: who } of holders) put(map, 'reference', who === 0 ? kind : `${kind} ${who}`, 'held');
    for (const path of pins) put(map, 'reference', `pin ${path}`, 'held');
  }
  for (const { pid, name, alive, fds } of processes) {
    const process = { kind: 'process', pid, name } as const;
    put(process, 'fact', 'alive', alive ? 'yes' : 'no');
    for (const { fd, text } of fds) put(process, 'fact', `fd ${fd}`, text);
  }
  put({ kind: 'kernel' }, 'fact', 'system calls', lastCall);
  put({ kind: 'kernel' }, 'fact', 'BPF instructions', lab.machine.executedInsns);
  put({ kind: 'kernel' }, 'fact', 'congestion controls', available.join(' '));
}

function sockets(lab: Lab, put: Put, socks: Map<number, Uint8Array>): void {
  const { tcp, memory } = lab.machine;
  const { layout } = tcp.offsets.sock;
  const tp = new (cursorClass(layout))(memory);
  const names = (Object.keys(layout) as (keyof typeof layout)[]).toSorted(
    (a, b) => Number(FIRST.includes(b)) - Number(FIRST.includes(a)),
  );
  const size = tcp.offsets.sock.size;
  for (const { id, sk, state, ccName } of tcp.list()) {
    const socket = { kind: 'socket', socket: id } as const;
    put(socket, 'fact', 'state', state);
    if (sk === 0) continue;
    put(socket, 'fact', 'congestion control', ccName);
    tp.at = sk;
    for (const name of names) {
      const { offset, kind } = layout[name];
      put(socket, 'field', name, tp[name], { socket: id, offset, size: BITS_OF_KIND[kind] });
    }
    socks.set(id, memory.u8.slice(sk, sk + size));
  }
}

/** Registers of the last program after its last instruction. The lab returns to its present place. */
export function lastProgram(lab: Lab): CpuSnapshot | null {
  const { position, time } = lab;
  const cpu = position.call === null && lab.stepInstruction(-1) ? lab.cpu() : lab.cpu();
  lab.goto(position);
  if (position.call === null) lab.advance(time);
  return cpu;
}

function registers(lab: Lab, put: Put): void {
  const cpu = lastProgram(lab);
  if (!cpu) return;
  const program = { kind: 'program', id: cpu.progId, name: cpu.progName } as const;
  for (const [n, [low, high]] of cpu.registers.entries()) {
    const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    put(program, 'register', `r${n}`, value > 0xffff_ffffn ? `0x${value.toString(16)}` : String(value));
  }
}

/** Collects all facts at the lab's present place. */
export function factsOf(lab: Lab): Facts {
  const all = new Map<string, Fact>();
  const socks = new Map<number, Uint8Array>();
  const put: Put = (subject, aspect, what, value, place) => {
    const fact: Fact = { subject, aspect, what, value: String(value), place: place ?? null };
    all.set(keyOf(fact), fact);
  };
  lifecycle(lab, put);
  const { net } = lab.machine.tcp;
  put({ kind: 'network' }, 'fact', 'queue', net.queueLength);
  put({ kind: 'network' }, 'fact', 'drops', net.drops);
  put({ kind: 'network' }, 'fact', 'packets sent', net.sent);
  sockets(lab, put, socks);
  registers(lab, put);
  return { all, socks };
}
