/*
 * The stack's interface for user space and the lab: sockets by number, system calls that return 0 or a negative errno,
 * sysctls, and data for drawing. Names and owners of sockets are cold state; everything that packets change is in the
 * memory.
 */
import { ERRNO } from '../base/errno.ts';
import type { Btf } from '../btf/btf.ts';
import type { StructOpsRefs, StructOpsSubsystem } from '../kernel/subsystem.ts';
import { Dumbbell, type PathConfig, type Stage } from '../net/dumbbell.ts';
import type { EventQueue } from '../net/event-queue.ts';
import { PACKET, type Packet } from '../net/packet.ts';
import { cursorClass } from '../net/record.ts';
import type { KernelFunctions } from '../vm/functions.ts';
import type { Memory } from '../vm/memory.ts';
import type { Text } from '../vm/text.ts';
import { CA_FLAG, CA_NAME_MAX, CongestionControls, type CongestionCold, type CongestionRules } from './cc/cong.ts';
import { type Profile, V6_12 } from '../kernel/profiles.ts';
import { makeKernelObjects } from './socket/identity.ts';
import { closeSock, connectSock } from './socket/connection.ts';
import { TCP_STATE } from './socket/constants.ts';
import { EndpointCursor, type Endpoint } from './socket/endpoint.ts';
import { compressedAckTimer, delayedAckTimer, pacingTimer, xmitTimer } from './socket/expire.ts';
import { segmentArrived, tellWindow } from './socket/input.ts';
import { registerKfuncs } from './cc/kfuncs.ts';
import { tcpOffsets, type TcpOffsets } from './socket/offsets.ts';
import { readAll } from './receiver/receive.ts';
import { ALGORITHMS } from './cc/algorithms.ts';
import { registerSocketHelpers } from './socket/sockopt.ts';
import { abandonCa, assignDefaultCa, changeCa, createSock } from './socket/sock.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';
import { enter, inFlight, makeStack, refreshClock, type Stack, type TcpObserver, type TcpSock } from './stack.ts';

/** A socket that a process opened. */
export interface SocketEntry {
  readonly id: number;
  readonly process: string;
  /** address of its endpoint; 0 after the connection is gone */
  readonly endpoint: number;
}

export interface TcpCold {
  readonly congestion: CongestionCold;
  readonly sockets: readonly SocketEntry[];
}

export interface TcpParts {
  readonly memory: Memory;
  readonly events: EventQueue;
  readonly text: Text;
  readonly functions: KernelFunctions;
  readonly btf: Btf;
  readonly refs: StructOpsRefs;
  readonly path: PathConfig;
  readonly seed: number;
  readonly observer?: TcpObserver;
  /** rules of the kernel; those of 6.12 when absent */
  readonly rules?: CongestionRules & Pick<Profile, 'kernelObjects' | 'synLinearTimeouts'>;
}

/** A connection as shown outside the stack. Addresses of the two tcp_socks are 0 when they do not exist. */
export interface SocketInfo {
  readonly id: number;
  readonly process: string;
  readonly ccName: string;
  /** address of its ops struct: kvalue.data of the map that serves it, or a built-in's; 0 without a tcp_sock */
  readonly ops: number;
  readonly sk: number;
  readonly peer: number;
  readonly state: string;
}

/** Numbers of one sender, straight from its tcp_sock. */
export interface FlowInfo {
  readonly id: number;
  readonly cwnd: number;
  readonly ssthresh: number;
  readonly srttUs: number;
  readonly inflight: number;
  readonly delivered: number;
  readonly lost: number;
  readonly caState: number;
  readonly pacingRate: number;
  /** bytes that the peer acknowledged */
  readonly bytesAcked: number;
  readonly retransmissions: number;
  readonly drops: number;
  readonly recoveries: number;
  readonly timeouts: number;
}

const RULES = V6_12;

const STATE_NAMES = new Map<number, string>(Object.entries(TCP_STATE).map(([name, n]) => [n, name]));

export class Tcp {
  readonly offsets: TcpOffsets;
  readonly net: Dumbbell;
  readonly congestion: CongestionControls;
  private readonly s: Stack;
  private readonly events: EventQueue;
  /** cursors for read-only questions, separate from those of the stack's work */
  private readonly tp: TcpSock;
  private readonly ep: Endpoint;
  private sockets: readonly SocketEntry[] = [];

  constructor(parts: TcpParts) {
    const { memory, events, text, functions, btf, refs, path, seed, observer = {} } = parts;
    this.events = events;
    this.offsets = tcpOffsets(btf);
    this.tp = new (cursorClass(this.offsets.sock.layout))(memory);
    this.ep = new EndpointCursor(memory);
    this.congestion = new CongestionControls(memory, text, this.offsets, refs, parts.rules ?? RULES);
    const reno = this.addAlgorithms(memory);
    registerKfuncs(functions, btf, memory, this.offsets);
    this.net = new Dumbbell(memory, events, path, seed, {
      arrived: (packet) => this.arrived(packet),
      dropped: (packet) => this.dropped(packet),
    });
    const timers = {
      xmit: events.define('tcp_write_timer', (ep) => xmitTimer(this.s, ep)),
      delack: events.define('tcp_delack_timer', (ep) => delayedAckTimer(this.s, ep)),
      pacing: events.define('tcp_pace_kick', (ep) => pacingTimer(this.s, ep)),
      compress: events.define('tcp_compressed_ack_kick', (ep) => compressedAckTimer(this.s, ep)),
      timeWait: events.define('tw_timer', (ep) => this.timeWaitOver(ep)),
      read: events.define('server reads', (ep) => this.beginReading(ep)),
    };
    const { offsets, net, congestion } = this;
    const objects = makeKernelObjects(memory, (parts.rules ?? RULES).kernelObjects);
    const { synLinearTimeouts } = parts.rules ?? RULES;
    this.s = makeStack({
      memory,
      events,
      text,
      net,
      offsets,
      timers,
      observer,
      congestion,
      reno,
      objects,
      synLinearTimeouts,
    });
    registerSocketHelpers(this.s, functions);
  }

  /** Registers the built-in algorithms; returns the address of the fallback. */
  private addAlgorithms(memory: Memory): number {
    const tp: TcpSock = new (cursorClass(this.offsets.sock.layout))(memory);
    const [fallback] = ALGORITHMS.map(({ name, flags, members }) =>
      this.congestion.addBuiltin(
        name,
        flags,
        Object.fromEntries(
          Object.entries(members).map(([member, run]) => [
            member,
            (sk: number, a: number, b: number) => {
              tp.at = sk;
              return run(tp, a, b);
            },
          ]),
        ),
      ),
    );
    return fallback;
  }

  get cold(): TcpCold {
    return { congestion: this.congestion.cold, sockets: this.sockets };
  }

  set cold(cold: TcpCold) {
    this.congestion.cold = cold.congestion;
    this.sockets = cold.sockets;
  }

  /** The callbacks that struct_ops maps of tcp_congestion_ops are registered with. */
  get subsystem(): StructOpsSubsystem {
    return this.congestion.subsystem;
  }

  /** socket(AF_INET, SOCK_STREAM): takes a reference on the namespace's default congestion control. */
  socket(id: number, process: string): number {
    if (this.sockets.some((socket) => socket.id === id)) return -ERRNO.EEXIST;
    const { s } = this;
    const client = s.endpoints.alloc();
    const server = s.endpoints.alloc();
    for (const [at, peer, passive] of [
      [client, server, 0],
      [server, client, 1],
    ]) {
      s.ep.at = at;
      s.ep.peer = peer;
      s.ep.id = id;
      s.ep.passive = passive;
      s.ep.state = passive === 1 ? TCP_STATE.LISTEN : TCP_STATE.CLOSE;
    }
    enter(s, client);
    createSock(s);
    assignDefaultCa(s);
    this.sockets = [...this.sockets, { id, process, endpoint: client }];
    return 0;
  }

  /** setsockopt(TCP_CONGESTION). `admin`: the caller has CAP_NET_ADMIN. */
  setCongestion(id: number, name: string, admin: boolean): number {
    if (name.length === 0) return -ERRNO.EINVAL;
    if (!this.enterSocket(id)) return -ERRNO.EBADF;
    const { s, congestion } = this;
    const ops = congestion.find(name.slice(0, CA_NAME_MAX - 1));
    if (ops !== 0 && ops === s.tp.icsk_ca_ops) {
      s.tp.icsk_ca_setsockopt = 1;
      return 0;
    }
    if (ops === 0) return -ERRNO.ENOENT;
    if ((congestion.flagsOf(ops) & CA_FLAG.NON_RESTRICTED) === 0 && !admin) return -ERRNO.EPERM;
    if (!congestion.get(ops, 'socket', id)) return -ERRNO.EBUSY;
    changeCa(s, ops);
    if (s.tp.skc_state !== TCP_STATE.CLOSE) tellWindow(s);
    return 0;
  }

  /** getsockopt(TCP_CONGESTION): also the name of ops that are no longer listed. */
  getCongestion(id: number): string | null {
    return this.enterSocket(id) ? this.congestion.nameOf(this.s.tp.icsk_ca_ops) : null;
  }

  /** connect(), then write() of `bytes`. */
  connect(id: number, bytes = Number.POSITIVE_INFINITY): number {
    if (!this.enterSocket(id)) return -ERRNO.EBADF;
    const { s } = this;
    if (s.tp.skc_state !== TCP_STATE.CLOSE) return -ERRNO.EISCONN;
    s.ep.to_write = bytes;
    connectSock(s);
    return 0;
  }

  /** close(): the tcp_sock outlives it until its FIN is acknowledged. */
  close(id: number): number {
    if (!this.enterSocket(id) || this.s.ep.orphan === 1) return -ERRNO.EBADF;
    closeSock(this.s);
    if (this.s.ep.sk !== 0) tellWindow(this.s);
    return 0;
  }

  /** /proc/sys/net/ipv4/tcp_*; null when there is no such file. */
  readSysctl(name: string): string | null {
    return readSysctl(this.congestion, name);
  }

  /** 0 or a negative errno. */
  writeSysctl(name: string, value: string): number {
    return writeSysctl(this.congestion, name, value);
  }

  /**
   * Switches the sockets of a stopped program to reno, which no kernel does. The stack is in the middle of a call, and
   * afterwards continues with the same socket.
   */
  moveToReno(kdata: number): void {
    const { ep, tp } = this.s;
    const [calling, socket] = [ep.at, tp.at];
    for (const { endpoint } of this.sockets) {
      if (endpoint === 0) continue;
      this.ep.at = endpoint;
      for (const end of [endpoint, this.ep.peer]) {
        enter(this.s, end);
        if (this.s.ep.sk !== 0 && this.s.tp.icsk_ca_ops === kdata) abandonCa(this.s);
      }
    }
    ep.at = calling;
    tp.at = socket;
  }

  /** Every socket that was ever opened, in order. */
  list(): SocketInfo[] {
    const { tp, ep, congestion } = this;
    return this.sockets.map(({ id, process, endpoint }) => {
      ep.at = endpoint;
      const peer = endpoint === 0 ? 0 : ep.peer;
      const sk = endpoint === 0 ? 0 : ep.sk;
      const ended = endpoint === 0 ? TCP_STATE.CLOSE : ep.state;
      ep.at = peer;
      tp.at = sk;
      const ops = sk === 0 ? 0 : tp.icsk_ca_ops;
      return {
        id,
        process,
        ccName: ops === 0 ? '' : congestion.nameOf(ops),
        ops,
        sk,
        peer: peer === 0 ? 0 : ep.sk,
        state: STATE_NAMES.get(sk === 0 ? ended : tp.skc_state) ?? 'CLOSE',
      };
    });
  }

  /** The senders whose tcp_sock exists. */
  flows(): FlowInfo[] {
    const { tp, ep } = this;
    const out: FlowInfo[] = [];
    for (const { id, endpoint } of this.sockets) {
      ep.at = endpoint;
      if (endpoint === 0 || ep.sk === 0) continue;
      tp.at = ep.sk;
      out.push({
        id,
        cwnd: tp.snd_cwnd,
        ssthresh: tp.snd_ssthresh,
        srttUs: tp.srtt_us >>> 3,
        inflight: inFlight(tp),
        delivered: tp.delivered,
        lost: tp.lost,
        caState: tp.icsk_ca_state,
        pacingRate: tp.sk_pacing_rate,
        bytesAcked: tp.bytes_acked,
        retransmissions: tp.total_retrans,
        drops: ep.drops,
        recoveries: ep.recoveries,
        timeouts: ep.timeouts,
      });
    }
    return out;
  }

  /**
   * Visits every packet in flight: number of its socket, stage, place (0 to 1, or index in the queue), retransmission.
   */
  eachPacket(visit: (socket: number, stage: Stage, at: number, retransmission: boolean) => void): void {
    const { ep } = this;
    this.net.each((packet, stage, at) => {
      ep.at = packet.to;
      visit(ep.id, stage, at, (packet.flags & PACKET.RETRANSMISSION) !== 0);
    });
  }

  /** Number of the socket that a tcp_sock belongs to, negative for the accepted end; 0 when it is none. */
  socketOf(sk: number): number {
    const { tp, ep } = this;
    tp.at = sk;
    ep.at = tp.sk_socket;
    if (ep.at === 0 || ep.sk !== sk) return 0;
    return ep.passive === 0 ? ep.id : -ep.id;
  }

  /** Address of the tcp_sock that a process opened; 0 when it is gone. */
  addressOf(id: number): number {
    const { ep } = this;
    ep.at = this.sockets.find((socket) => socket.id === id)?.endpoint ?? 0;
    return ep.at === 0 ? 0 : ep.sk;
  }

  private enterSocket(id: number): boolean {
    const entry = this.sockets.find((socket) => socket.id === id);
    if (!entry || entry.endpoint === 0) return false;
    enter(this.s, entry.endpoint);
    return this.s.ep.sk !== 0;
  }

  private beginReading(endpoint: number): void {
    const { s } = this;
    enter(s, endpoint);
    if (s.ep.sk === 0) return;
    refreshClock(s);
    readAll(s);
  }

  private arrived(packet: Packet): void {
    this.s.pkt.at = packet.at;
    segmentArrived(this.s);
  }

  private dropped(packet: Packet): void {
    const { ep } = this;
    ep.at = packet.from;
    ep.drops++;
    this.s.observer.onDrop?.(packet.from, packet.seq);
  }

  /** Frees the two endpoints when no packet of the connection can arrive any more. */
  private timeWaitOver(endpoint: number): void {
    const { s, ep } = this;
    ep.at = endpoint;
    if (ep.sk !== 0 || ep.tw_until !== this.events.now) return;
    const { peer, passive } = ep;
    ep.state = TCP_STATE.CLOSE;
    const client = passive === 0 ? endpoint : peer;
    ep.at = peer;
    if (ep.sk !== 0) return;
    this.sockets = this.sockets.map((entry) => (entry.endpoint === client ? { ...entry, endpoint: 0 } : entry));
    s.endpoints.free(endpoint);
    s.endpoints.free(peer);
  }
}
