/* Reads a machine without changing it: pure functions from its state to plain rows. */
import { entryOf } from '../base/assert.ts';
import { formatReturn } from '../base/errno.ts';
import { decode, instructionSlots } from '../isa/insn.ts';
import { accessBytes, CLASS, classOf, FRAME_POINTER } from '../isa/opcodes.ts';
import { GRACE_CLOCKS, GRACE_NS } from '../kernel/grace.ts';
import { type MapObject, type Pin, type Process, shownRefcnt, structOps, type StructOpsMap } from '../kernel/state.ts';
import { KERNEL_BASE_HI } from '../vm/memory.ts';
import type { LifecycleState, MapLetter } from './commands.ts';
import type { LifecycleFacts } from './recorder.ts';
import type {
  CallRecord,
  CpuSnapshot,
  GraceWait,
  HotSnapshot,
  LinkSnapshot,
  MapSnapshot,
  PacketNumbers,
  Position,
  ProcessSnapshot,
  ProgSnapshot,
  SocketSnapshot,
  StackSlot,
} from './snapshot.ts';
import type { UserSpace } from './user-space.ts';
import type { World } from './world.ts';
import type { Halted } from './microscope.ts';
import type { LoadedMap, LoadedProg } from './user-state.ts';

/** The machine as seen here. */
export interface Looked extends World {
  readonly user: UserSpace;
  /** BPF instructions so far */
  readonly executedInsns: number;
}

/** The map behind a letter; null once the kernel has freed it. */
const mapOf = (machine: Looked, loaded: LoadedMap): StructOpsMap | null =>
  structOps(machine.kernel.state.maps[loaded.object]);

function stateOf(machine: Looked, map: StructOpsMap | null): LifecycleState {
  return map ? machine.kernel.stateName(map) : 'FREED';
}

/** Facts that the recorder compares; the same object while nothing about the map changed. */
export function lifecycleFacts(machine: Looked, loaded: LoadedMap, before: LifecycleFacts | undefined): LifecycleFacts {
  const map = mapOf(machine, loaded);
  const state = stateOf(machine, map);
  const holders = map?.holders ?? NO_HOLDERS;
  if (before && before.state === state && before.holders === holders) return before;
  return { letter: loaded.letter, state, refcnt: map ? shownRefcnt(map) : 0, holders };
}

const NO_HOLDERS = [] as const;

export function mapSnapshot(machine: Looked, loaded: LoadedMap): MapSnapshot {
  const map = mapOf(machine, loaded);
  return {
    letter: loaded.letter,
    id: loaded.mapId,
    name: loaded.name,
    struct: loaded.struct,
    images: map?.images.length ?? 0,
    libraries: loaded.libraries,
    ccName: loaded.ccName,
    state: stateOf(machine, map),
    forLinks: loaded.forLinks,
    inGrace: map?.freeing != null,
    grace: map ? graceWaits(map) : [],
    pins: map ? pinsOf(machine, 'map', map.object) : [],
    holders: map?.holders ?? [],
    refcnt: map ? shownRefcnt(map) : 0,
    kvalue: map?.kvalue ?? 0,
    uvalue: map?.uvalue ?? 0,
    valueBytes: map?.valueSize ?? 0,
    progs: loaded.progs.map(({ object, id, name, member, lines, source }): ProgSnapshot => {
      const stopped = machine.kernel.state.progs[object]?.stopped?.message ?? null;
      return { id, name, member, text: loaded.text, lines, source, insnCount: lines.length, stopped };
    }),
    trampolines: (map?.progs ?? []).map(({ member, address, bytes }) => {
      const code = machine.kernel.trampolineCode(address) ?? [];
      return { member, address, bytes, code: code.map(({ offset, text }) => ({ offset, text })) };
    }),
  };
}

const graceWaits = ({ freeing }: MapObject): GraceWait[] =>
  freeing === null ? [] : GRACE_CLOCKS.map((clock) => ({ clock, endsAt: freeing[clock], span: GRACE_NS[clock] }));

const pinsOf = (machine: Looked, kind: Pin['kind'], object: number): string[] =>
  Object.entries(machine.kernel.state.pins)
    .filter(([, pin]) => pin.kind === kind && pin.object === object)
    .map(([path]) => path);

export function linkSnapshots(machine: Looked): LinkSnapshot[] {
  const { kernel, user } = machine;
  return [...user.state.links.values()].map((loaded) => ({
    link: loaded.link,
    id: loaded.id,
    process: loaded.process,
    map: user.mapOfLink(loaded),
    fds: (kernel.state.links[loaded.object]?.holders ?? []).filter(({ kind }) => kind === 'file').length,
    pins: pinsOf(machine, 'link', loaded.object),
  }));
}

export function socketSnapshots(machine: Looked): SocketSnapshot[] {
  return machine.tcp.list().map(({ id, process, ccName, ops, sk, peer, state }) => ({
    id,
    process,
    ccName,
    map: letterOf(machine, ops),
    sk,
    peer,
    state,
  }));
}

export function processSnapshots(machine: Looked): ProcessSnapshot[] {
  const { state } = machine.kernel;
  return Object.values<Process>(state.processes).map(({ pid, name, alive, fds }) => ({
    pid,
    name,
    alive,
    fds: Object.entries(fds).map(([fd, file]) => ({
      fd: Number(fd),
      text: fileText(machine, file),
      map: fileMap(machine, file),
    })),
  }));
}

function fileMap(machine: Looked, id: number): MapLetter | null {
  const { kind, object } = entryOf(machine.kernel.state.files, id);
  return (kind === 'map' && machine.user.state.maps.find((map) => map.object === object)?.letter) || null;
}

const called = (kind: string, { id, name }: { readonly id: number; readonly name: string }): string =>
  `${kind} ${id} ${name}`;

function fileText(machine: Looked, id: number): string {
  const { files, maps, progs, btfs, links } = machine.kernel.state;
  const { kind, object } = entryOf(files, id);
  switch (kind) {
    case 'map':
      return called('map', entryOf(maps, object));
    case 'prog':
      return called('prog', entryOf(progs, object));
    case 'btf':
      return `btf ${entryOf(btfs, object).id}`;
    case 'link':
      return `link ${entryOf(links, object).id}`;
    case 'socket':
      return `socket ${object}`;
    default:
      return kind;
  }
}

export function hotSnapshot(machine: Looked, nextEventTime: number): HotSnapshot {
  const { tcp, events } = machine;
  const packets: PacketNumbers[] = [];
  tcp.eachPacket((socket, stage, at, retransmission) => {
    packets.push({ socket, stage, at, retransmission: retransmission ? 1 : 0 });
  });
  return {
    time: events.now,
    event: events.count,
    nextEventTime,
    queueLength: tcp.net.queueLength,
    drops: tcp.net.drops,
    executedInsns: machine.executedInsns,
    packetsSent: tcp.net.sent,
    flows: tcp.flows().map(({ id, cwnd, ssthresh, srttUs, inflight, delivered, lost, caState, pacingRate }) => ({
      socket: id,
      cwnd,
      ssthresh,
      srttUs,
      inflight,
      delivered,
      lost,
      caState,
      pacingRate,
    })),
    packets,
  };
}

export function cpuSnapshot(machine: Looked, at: Halted, position: Position): CpuSnapshot | null {
  const found = progOf(machine.user, at.progId);
  if (!found) return null;
  const { loaded, prog } = found;
  const frame = entryOf(at.low, FRAME_POINTER);
  return {
    position,
    progId: prog.id,
    progName: prog.name,
    member: prog.member,
    map: loaded.letter,
    pc: at.pc,
    line: prog.lines[at.pc] ?? 0,
    text: loaded.text,
    registers: Array.from(at.low, (low, i) => [low, entryOf(at.high, i)] as const),
    stack: stackSlots(machine, prog.insns, frame),
    frame,
    context: at.context,
    args: argumentsAt(machine, at.context),
    depth: at.depth,
    callers: at.callers.map((pc) => ({ pc, line: prog.lines[pc] ?? 0 })),
    cause: at.cause,
    changed: at.changed,
    socket: Math.abs(machine.tcp.socketOf(machine.memory.word(at.context))),
    note: loadNote(machine, prog.insns, at),
  };
}

/** MAX_BPF_FUNC_ARGS */
const MOST_ARGS = 12;

function argumentsAt({ memory }: Looked, context: number): CpuSnapshot['args'] {
  return Array.from({ length: MOST_ARGS }, (_, i) => {
    const address = context + i * 8;
    return [memory.word(address), memory.word(address + 4)] as const;
  });
}

/** Stack slots that the program accesses through r10; slots never written contain old data. */
function stackSlots(machine: Looked, insns: Uint8Array, frame: number): StackSlot[] {
  const offsets = new Set<number>();
  for (const at of instructionSlots(insns)) {
    const { opcode, dst, src, off } = decode(insns, at);
    const base = classOf(opcode) === CLASS.LDX ? src : dst;
    const isMemory = [CLASS.LDX, CLASS.STX, CLASS.ST].some((one) => one === classOf(opcode));
    if (isMemory && base === FRAME_POINTER && off < 0) offsets.add(Math.floor(off / 8) * 8);
  }
  const { memory } = machine;
  return [...offsets]
    .sort((a, b) => b - a)
    .map((offset) => ({ offset, low: memory.word(frame + offset), high: memory.word(frame + offset + 4) }));
}

/** Note about a load outside the readable memory, which gives 0 like a probe load of Linux; null otherwise. */
function loadNote(machine: Looked, insns: Uint8Array, at: Halted): string | null {
  const insn = decode(insns, at.pc);
  if (classOf(insn.opcode) !== CLASS.LDX) return null;
  const address = (entryOf(at.low, insn.src) + insn.off) >>> 0;
  const inside = at.high[insn.src] === KERNEL_BASE_HI && machine.memory.isReadable(address, accessBytes(insn.opcode));
  return inside ? null : 'Linux reads 0 here if the pointer is a BTF pointer';
}

/** Line of the first store of a program at this offset from a register; null when it has none. */
export function storeLine({ insns, lines }: LoadedProg, offset: number): number | null {
  const slot = instructionSlots(insns).find((at) => {
    const { opcode, off } = decode(insns, at);
    return (classOf(opcode) === CLASS.STX || classOf(opcode) === CLASS.ST) && off === offset;
  });
  return slot === undefined ? null : (lines[slot] ?? null);
}

/** A return value as strace prints it: `0`, `EEXIST`. */
export const answer = (ret: number): string => formatReturn(ret).replace('-1 ', '');

/** Letter of the map whose struct is at this address; null for a built-in. */
export function letterOf({ kernel, user }: Looked, kdata: number): MapLetter | null {
  const map = kdata === 0 ? null : kernel.mapOf(kdata);
  return map ? (user.state.maps.find(({ object }) => object === map.object)?.letter ?? null) : null;
}

/** A loaded program and its map. */
export interface FoundProg {
  readonly loaded: LoadedMap;
  readonly prog: LoadedProg;
}

/** The loaded program with this id. */
export function progOf(user: UserSpace, id: number): FoundProg | null {
  for (const loaded of user.state.maps) {
    const prog = loaded.progs.find((p) => p.id === id);
    if (prog) return { loaded, prog };
  }
  return null;
}

/** Describes the step that refused a call. */
export function explain({ ret, trace }: CallRecord): string {
  const last = trace.at(-1);
  const where = last?.member ? ` at member ${last.member}` : '';
  return last ? `${answer(ret)}: refused by the check "${last.step}"${where}` : answer(ret);
}
