/*
 * The kernel's public interface: bpf(2), processes, fds, and what the subsystem above needs of struct_ops. All its
 * state is in `state` and in the memory; everything else is a cache.
 */
import { assert, entryOf } from '../base/assert.ts';
import type { KernelFunctions } from '../vm/functions.ts';
import { Slab } from '../vm/memory.ts';
import { ERRNO } from '../base/errno.ts';
import type { AttrExtent, BpfAttr, BpfCommand } from './attr.ts';
import { addBtf } from './btf-load.ts';
import type { SyscallResult } from './calls.ts';
import { COMMAND_NUMBERS, COMMANDS } from './commands.ts';
import type { Core, KernelParts } from './core.ts';
import * as fds from './fds.ts';
import { endClock, freeTimer, holdClock } from './free.ts';
import type { GraceClock } from './grace.ts';
import { elementsOf } from './maps/elements.ts';
import { blob, holdMap, listed, putMap } from './objects.ts';
import { provenOf } from './prog-source.ts';
import { makeFolder, removeFolder, unpin } from './pins.ts';
import { registerKernelHelpers } from './maps/helpers.ts';
import { MAP_TYPE } from './maps/map-type.ts';
import { consume } from './maps/ringbuf.ts';
import { expectSockets, socketGone } from './maps/sk-storage.ts';
import { inProfile } from './profiles.ts';
import {
  emptyState,
  type FileKind,
  type KernelState,
  type MapObject,
  refcnt,
  shownRefcnt,
  type StructOpsMap,
  structOpsMaps,
} from './state.ts';
import { type Capability } from './capabilities.ts';
import { type CallArgument, callMember, type MemberCall } from './struct-ops/call.ts';
import { absentOps } from './struct-ops/absent-ops.ts';
import { dummyOps } from './struct-ops/dummy-ops.ts';
import { IMAGE_BYTES, rebuildText, trampolineLines } from './struct-ops/trampolines.ts';
import { seqShow } from './struct-ops/show.ts';
import { genericOps } from './struct-ops/generic.ts';
import { registerType, structOpsType } from './struct-ops/types.ts';
import { type StructOpsType } from './struct-ops/shape.ts';
import { lookupValue, mapState } from './struct-ops/value.ts';
import type { X86Line } from './struct-ops/x86.ts';
import type { HolderKind, StructOpsRefs, StructOpsSubsystem } from './subsystem.ts';
import { MAP_FLAG, STATE_NAMES } from './uapi.ts';

export type { BpfAttr, BpfCommand } from './attr.ts';
export type { SyscallResult } from './calls.ts';
export type { KernelParts, ProgramCode, SocketSource, TrampolineCode } from './core.ts';
export type { FuncModel } from './struct-ops/func-model.ts';
export type * from './state.ts';

/** Bytes reserved for struct bpf_prog and the start of its code, to which trampolines refer. */
const PROG_BYTES = 64;
/** Bytes of struct bpf_map that programs can see. */
const MAP_BYTES = 64;
/** Bytes between two functions of the kernel's text. */
const TEXT_ALIGN = 16;

export class Kernel {
  readonly refs: StructOpsRefs;
  private readonly core: Core;

  /** Boots: allocates memory and timers, always in the same order. */
  constructor(parts: KernelParts) {
    const { memory, timers } = parts;
    const core: Core = {
      ...parts,
      state: emptyState,
      blobs: new Map(),
      types: [],
      trampolines: new Set(),
      progSlab: new Slab(memory, 'kernel', PROG_BYTES, PROG_BYTES),
      mapSlab: new Slab(memory, 'kernel', MAP_BYTES, MAP_BYTES),
      imageSlab: new Slab(memory, 'kernel', IMAGE_BYTES, 64),
      freeTimer: timers.define('map_free', (object) => freeTimer(core, object)),
      enter: memory.alloc('kernel', TEXT_ALIGN, TEXT_ALIGN),
      exit: memory.alloc('kernel', TEXT_ALIGN, TEXT_ALIGN),
    };
    this.core = core;
    addBtf(core, parts.btf.bytes, 'vmlinux', true);
    for (const ops of [dummyOps, ...parts.profile.otherTypes.map(absentOps)]) {
      if (parts.btf.find('STRUCT', `bpf_struct_ops_${ops.name}`) !== 0) registerType(core, ops);
    }
    this.refs = {
      get: (kdata, kind, id) => this.get(kdata, kind, id),
      put: (kdata, kind, id) => this.put(kdata, kind, id),
    };
  }

  get state(): KernelState {
    return this.core.state;
  }

  /** Puts a checkpoint's tree back; the memory must be of the same checkpoint. */
  set state(state: KernelState) {
    this.core.state = state;
    this.rebuildText();
  }

  /** Bytes kept outside the tree, by content key. */
  get blobs(): ReadonlyMap<string, Uint8Array> {
    return this.core.blobs;
  }

  /** Adds the bytes that another machine's tree refers to. */
  takeBlobs(blobs: ReadonlyMap<string, Uint8Array>): void {
    for (const [key, bytes] of blobs) this.core.blobs.set(key, bytes);
  }

  /** Makes the trampolines of the state callable, and removes all others. */
  rebuildText(): void {
    rebuildText(this.core);
  }

  registerSubsystem(subsystem: StructOpsSubsystem): StructOpsType {
    return registerType(this.core, subsystem);
  }

  /**
   * Registers a struct_ops type that the BTF has but no subsystem of this machine uses; its members are called by hand.
   */
  registerGeneric(name: string): StructOpsType {
    const find = (): StructOpsType => structOpsType(this.core, name);
    return registerType(this.core, genericOps(name, this.core.memory, find));
  }

  /** Calls a member through its slot; returns a text when it cannot be called. */
  callMember(map: StructOpsMap, member: string, args: readonly CallArgument[]): MemberCall | string {
    return callMember(this.core, map, member, args);
  }

  get types(): readonly StructOpsType[] {
    return this.core.types;
  }

  /** bpf(2) */
  bpf<C extends BpfCommand>(pid: number, command: C, attr: BpfAttr[C], extent: AttrExtent = {}): SyscallResult {
    assert(this.state.processes[pid]?.alive, `a system call of process ${pid}, which is not running`);
    this.countCall();
    if (this.state.panic !== null) return { ...noCommand, message: this.state.panic };
    if (!inProfile(COMMANDS[command], this.core.profile)) return noCommand;
    const result = COMMANDS[command].run(this.core, pid, attr, extent);
    if (command === 'BPF_MAP_CREATE' && result.ret >= 0) expectSockets(this.core);
    return result;
  }

  /** bpf(2) by command number, with an attr of zeros. */
  bpfNumber(pid: number, number: number, extent: AttrExtent = {}): SyscallResult {
    const command = COMMAND_NUMBERS.get(number);
    return command ? this.bpf(pid, command, {}, extent) : noCommand;
  }

  /** Numbers a system call, so that references can say which one took them; bpf() does it itself. */
  countCall(): number {
    const calls = this.state.calls + 1;
    this.core.state = { ...this.state, calls };
    return calls;
  }

  /** A new process; without `caps`, uid 0 has all capabilities and others none. Returns its pid. */
  spawn(name: string, uid = 0, caps?: readonly Capability[]): number {
    return fds.spawn(this.core, name, uid, caps);
  }

  /** A child that shares the parent's open files. */
  fork(parent: number, name: string): number {
    return fds.fork(this.core, parent, name);
  }

  /** setuid and capset: who the process is from now on. */
  setCredentials(pid: number, uid: number, caps: readonly Capability[]): void {
    fds.setProcess(this.core, { ...entryOf(this.state.processes, pid), uid, caps });
  }

  /** The process ends, and with it its fds. */
  exit(pid: number): void {
    fds.exit(this.core, pid);
  }

  /** close(2): 0 or -EBADF. */
  close(pid: number, fd: number): number {
    return fds.close(this.core, pid, fd);
  }

  /** Makes an fd for a socket; the observer's `onSocketClosed` is called when the last fd of the socket is closed. */
  socketFd(pid: number, socket: number): number {
    expectSockets(this.core);
    return fds.newFd(this.core, pid, 'socket', socket);
  }

  /**
   * mmap(2) of a map's fd: 0 for ring buffers and for arrays made with BPF_F_MMAPABLE, else a negative errno;
   * struct_ops maps cannot be mapped.
   */
  mmap(pid: number, fd: number): number {
    const map = fds.objectOf(this.core, pid, fd, 'map');
    if (map < 0) return map;
    const { type, flags } = entryOf(this.state.maps, map);
    return type === MAP_TYPE.RINGBUF || (flags & MAP_FLAG.MMAPABLE) !== 0 ? 0 : -ERRNO.ENOTSUPP;
  }

  /** Records that a process reads from a mapped ring buffer; null when the fd is not of a ring buffer. */
  readRing(pid: number, fd: number): readonly Uint8Array[] | null {
    const map = fds.objectOf(this.core, pid, fd, 'map');
    const ring = this.state.maps[map];
    return ring?.type === MAP_TYPE.RINGBUF ? consume(this.core, ring) : null;
  }

  /** Helpers of maps, memory and text, for programs. */
  registerHelpers(functions: KernelFunctions): void {
    registerKernelHelpers(this.core, functions);
  }

  /** Removes what maps store for a socket that is gone. */
  socketGone(sk: number): void {
    socketGone(this.core, sk);
  }

  /** Text of a pinned map, as cat shows it; null when there is nothing readable at the path. */
  readPin(path: string): string | null {
    const pin = this.state.pins[path];
    const map = pin?.kind === 'map' ? entryOf(this.state.maps, pin.object) : null;
    return map && !map.plain ? seqShow(this.core, map) : null;
  }

  /** unlink(2) in bpffs: 0 or -ENOENT. */
  unlink(path: string): number {
    return unpin(this.core, path);
  }

  /** mkdir(2) and rmdir(2) in bpffs. */
  mkdir(path: string): number {
    return makeFolder(this.core, path);
  }
  rmdir(path: string): number {
    return removeFolder(this.core, path);
  }

  /** Holds a kind of wait before maps are freed, releases it, or ends those in progress. No kernel offers this. */
  setGrace(clock: GraceClock, to: 'hold' | 'go' | 'end'): void {
    if (to === 'end') endClock(this.core, clock);
    else holdClock(this.core, clock, to === 'hold');
  }

  /** Sets whether programs are verified before they are loaded. No kernel can turn that off. */
  setVerified(verified: boolean): void {
    const { core } = this;
    core.state = { ...core.state, unverified: !verified };
  }

  capable(pid: number, cap: Capability): boolean {
    return fds.capable(this.core, pid, cap);
  }

  /** Object number behind an fd of that kind, or -EBADF, or -EINVAL. */
  objectOf(pid: number, fd: number, kind: FileKind): number {
    return fds.objectOf(this.core, pid, fd, kind);
  }

  /** The map whose kvalue has this struct; null when the address belongs to none. */
  mapOf(kdata: number): StructOpsMap | null {
    return structOpsMaps(this.state).find((map) => map.kdata === kdata) ?? null;
  }

  /** The map that still has this id. */
  mapById(id: number): MapObject | null {
    const object = listed(this.core, 'map').find((map) => map.id === id)?.object;
    return object === undefined ? null : entryOf(this.state.maps, object);
  }

  /** Name of the map's state. */
  stateName(map: StructOpsMap): (typeof STATE_NAMES)[number] {
    return entryOf(STATE_NAMES, mapState(this.core, map));
  }

  shownRefcnt(map: MapObject): number {
    return shownRefcnt(map);
  }

  /** The value that a lookup would return, without a system call. */
  peekValue(map: StructOpsMap): Uint8Array {
    return lookupValue(this.core, map);
  }

  /** The map and member whose trampoline is at an address. */
  trampolineAt(address: number): { readonly map: StructOpsMap; readonly member: string; readonly prog: number } | null {
    for (const map of structOpsMaps(this.state)) {
      const found = map.progs.find((p) => p.address === address);
      if (found) return { map, member: found.member, prog: found.prog };
    }
    return null;
  }

  /** The x86-64 instructions of a trampoline, whose bytes lie in the image; null where none is. */
  trampolineCode(address: number): readonly X86Line[] | null {
    const found = this.trampolineAt(address);
    return found && trampolineLines(this.core, found.map, address);
  }

  isTrampoline(address: number): boolean {
    return this.core.trampolines.has(address);
  }

  /** Bytes of a BTF. */
  btfBytes(object: number): Uint8Array {
    return blob(this.core, entryOf(this.state.btfs, object).blob);
  }

  /** Elements that lookups would return, without system calls; keys of socket storage are addresses. */
  elements(map: MapObject, most: number): { readonly key: Uint8Array; readonly value: Uint8Array }[] {
    return elementsOf(this.core, map, most);
  }

  /** Instructions of a program. */
  insns(prog: number): Uint8Array {
    const bytes = this.core.blobs.get(entryOf(this.state.progs, prog).blob);
    assert(bytes, `program ${prog} has no instructions`);
    return bytes;
  }

  /** By slot of a loaded program: not 0 if the verifier proved the instruction's access. */
  proven(prog: number): Uint8Array {
    return provenOf(this.core, entryOf(this.state.progs, prog));
  }

  /**
   * bpf_struct_ops_get: takes a reference while at least one is held, also during TOBEFREE; false once there are none.
   */
  private get(kdata: number, kind: HolderKind, id: number): boolean {
    const map = this.mapOf(kdata);
    const { countInValue } = this.core.profile;
    if (!map || (countInValue ? shownRefcnt(map) : refcnt(map)) === 0) return false;
    holdMap(this.core, map.object, kind, id);
    return true;
  }

  private put(kdata: number, kind: HolderKind, id: number): void {
    const map = this.mapOf(kdata);
    assert(map, `put of ${kdata.toString(16)}, where no map is`);
    putMap(this.core, map.object, kind, id);
  }
}

/** A command that this kernel does not have. */
const noCommand: SyscallResult = {
  ret: -ERRNO.EINVAL,
  trace: [{ step: 'command', member: null, outcome: 'fail' }],
  message: null,
  out: {},
};
