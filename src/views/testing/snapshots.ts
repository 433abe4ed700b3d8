/*
 * A believable lab without an engine: "Replace while connected" at any time of its 900 ms. Map A (bpf_reno) is
 * registered, three connections take it, it is deleted; map B (bpf_aimd) serves the next three. A's connections end one
 * by one and its grace period passes.
 */
import type {
  CallRecord,
  ColdSnapshot,
  History,
  Holder,
  HotSnapshot,
  MapSnapshot,
  PacketNumbers,
  RefChange,
  Series,
  SocketSnapshot,
  Transition,
} from '../../engine/index.ts';
import { FACTS, type Fact, HOLDS, TRANSITIONS, UNTIL } from './replace-facts.ts';

const MS = 1e6;

const eventOf = (ms: number): number => Math.round(ms * 12);
const callAt = (ms: number): number => FACTS.findIndex((fact) => fact.at === ms) + 1;
const countsAs = (kind: Holder['kind']): boolean => kind !== 'file' && kind !== 'pin';

function holdersOf(letter: string, at: number): Holder[] {
  return HOLDS.filter(([from, to, map]) => map === letter && from <= at && at < to).map(([from, , , kind, id]) => ({
    kind,
    id,
    time: from * MS,
    event: eventOf(from),
    call: callAt(from),
  }));
}

const MEMBERS = ['ssthresh', 'cong_avoid', 'undo_cwnd'];
const MAPS = { A: { id: 11, ccName: 'bpf_reno' }, B: { id: 14, ccName: 'bpf_aimd' } };

function mapAt(letter: 'A' | 'B', at: number): MapSnapshot | null {
  const state = TRANSITIONS.filter(([ms, map]) => map === letter && ms <= at).at(-1)?.[3];
  if (!state) return null;
  const { id, ccName } = MAPS[letter];
  const holders = holdersOf(letter, at);
  const refcnt = holders.filter((holder) => countsAs(holder.kind)).length;
  const base = 0x10000 + id * 0x1000;
  return {
    letter,
    id,
    name: ccName,
    ccName: state === 'INIT' ? '' : ccName,
    state,
    struct: 'tcp_congestion_ops',
    images: state === 'INIT' ? 0 : 1,
    libraries: [],
    forLinks: false,
    grace: [],
    pins: [],
    inGrace: state === 'TOBEFREE' && refcnt === 0,
    holders,
    refcnt,
    kvalue: base,
    uvalue: base + 256,
    valueBytes: 256,
    progs: MEMBERS.map((member, index) => ({
      id: id * 3 + index,
      name: `${ccName}_${member}`.slice(0, 15),
      member,
      text: ccName,
      lines: [],
      source: [],
      insnCount: 9 + index,
      stopped: null,
    })),
    trampolines:
      state === 'INIT'
        ? []
        : MEMBERS.map((member, i) => ({ member, address: base + 1024 + i * 172, bytes: 107, code: [] })),
  };
}

function socketsAt(at: number): SocketSnapshot[] {
  return HOLDS.filter(([from, to, , kind]) => kind === 'socket' && from <= at && at < to).map(([, , letter, , id]) => {
    const closed = FACTS.some((fact) => fact.socket === id && fact.shape === 'close' && fact.at <= at);
    return {
      id,
      process: 'client',
      ccName: MAPS[letter as 'A' | 'B'].ccName,
      map: letter,
      sk: 0x40000 + id * 0x2000,
      peer: 0x41000 + id * 0x2000,
      state: closed ? 'FIN_WAIT1' : 'ESTABLISHED',
    };
  });
}

export function coldAt(at: number): ColdSnapshot {
  return {
    objects: [],
    scenario: {
      id: 'replace',
      title: 'Replace while connected',
      intro: 'struct_ops lets a BPF program be the kernel.',
    },
    profile: 'v6.12',
    path: { rateBps: 20e6, delayNs: 20e6, queuePackets: 64 },
    seed: 7,
    maps: (['A', 'B'] as const).flatMap((letter) => mapAt(letter, at) ?? []),
    sockets: socketsAt(at),
    links: [],
    heldClocks: [],
    unverified: false,
    panic: null,
    processes: [
      {
        pid: 1201,
        name: 'loader-a',
        alive: at < 330,
        fds: at < 330 && at >= 20 ? [{ fd: 4, text: 'bpf-map A', map: 'A' }] : [],
      },
      { pid: 1202, name: 'client', alive: true, fds: [] },
      { pid: 1203, name: 'loader-b', alive: at < 495, fds: [] },
    ],
    available: ['bpf_aimd', 'reno', 'cubic'],
    lastCall: FACTS.filter((fact) => fact.at <= at).length,
    lastCaption: FACTS.filter((fact) => fact.at <= at && fact.caption).length - 1,
    branch: 0,
  };
}

function callTrace(fact: Fact): CallRecord['trace'] {
  if (!fact.name.startsWith('BPF_MAP_UPDATE')) return [];
  return [
    { step: 'flags', member: null, outcome: 'next' },
    { step: 'key', member: null, outcome: 'next' },
    { step: 'value-holes', member: null, outcome: 'next' },
    { step: 'state-init', member: null, outcome: 'next' },
    ...MEMBERS.map((member) => ({ step: 'prog', member, outcome: 'next' as const })),
    { step: 'prog', member: 'set_state', outcome: 'skip' },
    { step: 'reg', member: null, outcome: fact.ret ? 'fail' : 'done' },
  ];
}

function series(socket: number, letter: string, from: number, to: number, phase: number): Series {
  const out = {
    time: [] as number[],
    cwnd: [] as number[],
    ssthresh: [] as number[],
    srttUs: [] as number[],
    caState: [] as number[],
  };
  let cwnd = 10;
  let ssthresh = 2147483647;
  for (let ms = from; ms < Math.min(to, UNTIL); ms += 10) {
    const loss = (ms - from + phase) % 190 === 180;
    if (loss) ssthresh = Math.max(2, Math.floor(cwnd / 2));
    cwnd = loss ? ssthresh : cwnd + (cwnd < ssthresh ? 3 : 1);
    out.time.push(ms * MS);
    out.cwnd.push(cwnd);
    out.ssthresh.push(ssthresh);
    out.srttUs.push(40_000 + cwnd * 350);
    out.caState.push(loss || (ms - from + phase) % 190 < 30 ? (ms - from > 100 ? 3 : 0) : 0);
  }
  return { socket, map: letter, ...out };
}

const sockets = HOLDS.filter(([, , , kind]) => kind === 'socket');

/** References taken and given back, in the order of time. */
function refsOfReplace(): RefChange[] {
  const changes = HOLDS.filter(([, , , kind]) => countsAs(kind)).flatMap(([from, to, map, kind, id]) => {
    const who = kind === 'socket' ? `socket ${id}` : kind;
    return [
      { at: from, map, who, kind, id, gained: true },
      { at: to, map, who, kind, id, gained: false },
    ];
  });
  return changes
    .filter(({ at }) => at <= UNTIL)
    .sort((a, b) => a.at - b.at)
    .map(
      ({ at, map, who, kind, id, gained }): RefChange => ({
        time: at * MS,
        event: eventOf(at),
        map,
        refcnt: holdersOf(map, at).filter((holder) => countsAs(holder.kind)).length,
        kind,
        id,
        who,
        gained,
        call: FACTS.findIndex((fact) => fact.at === at) + 1,
      }),
    );
}

function historyOfReplace(): History {
  const calls = FACTS.map(
    (fact, index): CallRecord => ({
      n: index + 1,
      time: fact.at * MS,
      event: eventOf(fact.at),
      process: fact.process,
      name: fact.name,
      text: fact.call,
      shape: fact.shape,
      ret: fact.ret ?? 0,
      trace: callTrace(fact),
      message: null,
      map: fact.map,
      socket: fact.socket ?? null,
    }),
  );
  const transitions = TRANSITIONS.map(
    ([ms, map, from, to]): Transition => ({ time: ms * MS, event: eventOf(ms), map, from, to }),
  );
  const captions = FACTS.filter((fact) => fact.caption).map((fact, n) => ({
    n,
    time: fact.at * MS,
    event: eventOf(fact.at),
    text: fact.caption,
  }));
  const queueTimes = Array.from({ length: 150 }, (_, i) => (150 + i * 5) * MS);
  return {
    until: UNTIL * MS,
    calls,
    transitions,
    refs: refsOfReplace(),
    captions,
    notes: [],
    messages: [],
    series: sockets.map(([from, to, letter, , id]) => series(id, letter, from, to, id * 30)),
    queue: { time: queueTimes, length: queueTimes.map((_, i) => 8 + ((i * 7) % 31)) },
    ghosts: [series(1, 'A', 150, 740, 60)],
  };
}

/** Packets spread over the path by a fixed rule, so that goldens are stable. */
function packetsOf(socket: number, cwnd: number): PacketNumbers[] {
  const packets: PacketNumbers[] = [];
  for (let i = 0; i < cwnd; i++) {
    const at = ((socket * 37 + i * 61) % 100) / 100;
    const stage = [0, 2, 3][i % 3];
    packets.push({ socket, stage, at, retransmission: i === 7 ? 1 : 0 });
  }
  return packets;
}

function hotAt(at: number): HotSnapshot {
  const history = historyOfReplace();
  const alive = socketsAt(at);
  const flows = alive.map((socket) => {
    const points = history.series.find((one) => one.socket === socket.id);
    const last = Math.max(0, Array.from(points?.time ?? [0]).filter((time) => time <= at * MS).length - 1);
    return {
      socket: socket.id,
      cwnd: points?.cwnd[last] ?? 10,
      ssthresh: points?.ssthresh[last] ?? 2147483647,
      srttUs: points?.srttUs[last] ?? 40_000,
      inflight: Math.max(0, (points?.cwnd[last] ?? 10) - 2),
      delivered: 100 + socket.id * 17,
      lost: socket.id % 3,
      caState: points?.caState[last] ?? 0,
      pacingRate: 0,
    };
  });
  const queue = Array.from({ length: alive.length * 3 }, (_, index) => ({
    socket: alive[(index * 5 + 2) % alive.length].id,
    stage: 1,
    at: index,
    retransmission: 0,
  }));
  return {
    time: at * MS,
    event: eventOf(at),
    nextEventTime: (at + 1) * MS,
    queueLength: queue.length,
    drops: 4,
    executedInsns: 18_250,
    packetsSent: 1_204,
    flows,
    packets: [...flows.flatMap((flow) => packetsOf(flow.socket, Math.min(flow.cwnd, 18))), ...queue],
  };
}

/** The whole lab at `at` ms. */
export const replaceWhileConnected = (at = 585): { cold: ColdSnapshot; hot: HotSnapshot; history: History } => ({
  cold: coldAt(at),
  hot: hotAt(at),
  history: historyOfReplace(),
});
