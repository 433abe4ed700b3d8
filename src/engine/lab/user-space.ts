/*
 * The people of the machine: processes with names, maps with letters, sockets with numbers. Each verb of a command is
 * a short program that reaches the kernel through system calls only; every call is told with its trace.
 */
import { assertUnreachable } from '../base/assert.ts';
import { ERRNO } from '../base/errno.ts';
import type { AssembledObject } from '../isa/object.ts';
import type { BpfAttr, BpfCommand, SyscallResult } from '../kernel/kernel.ts';
import type { TraceEntry } from '../kernel/steps.ts';
import { lateTools } from './late-tools.ts';
import { type LoadedObject, loadObject, registerValue } from '../libbpf/load.ts';
import type { Syscall } from '../libbpf/process.ts';
import type { Command, MapLetter } from './commands.ts';
import type { CallRecord } from './snapshot.ts';
import { type Library, linkLibraries } from './libraries.ts';
import * as links from './links.ts';
import { straceBpf } from './strace.ts';
import type { Machine } from './machine.ts';
import { type LoadedMap, type LoadedProg, type LoadedLink, nobody, type Told, type UserState } from './user-state.ts';

/** characters of a map's name that a kernel keeps */
const MAP_NAME = 15;
/** Key 0, as bytes. */
const KEY = new Uint8Array(4);

export class UserSpace {
  state: UserState = nobody;

  constructor(
    readonly machine: Machine,
    private readonly tell: (record: CallRecord) => void,
  ) {}

  run(command: Command): void {
    switch (command.do) {
      case 'spawn':
        this.spawn(command.process, command.uid ?? 0);
        return;
      case 'exit':
        this.exit(command.process, command.killed ?? false);
        return;
      case 'load':
        this.load(command);
        return;
      case 'load-object':
        this.loadFile(command);
        return;
      case 'call-member':
        lateTools().callByHand(this.machine, this.map(command.map), command, {
          simple: (text, run) => this.simple(command.process, text, run, { ...PLAIN, map: command.map }),
          impossible: (text, why) => this.impossible(command.process, text, ERRNO.EINVAL, why),
          bpf: (name, attr) => this.bpf(command.process, name, attr, { ...PLAIN, map: command.map }),
        });
        return;
      case 'read-ring':
        this.readRing(command.process, command.object, command.map);
        return;
      case 'register':
        this.register(command.process, command.map);
        return;
      case 'unregister':
        this.unregister(command.process, command.map);
        return;
      case 'link':
        links.create(this, command);
        return;
      case 'update-link':
        links.update(this, command);
        return;
      case 'detach':
        links.detach(this, command);
        return;
      case 'close-link':
        links.close(this, command);
        return;
      case 'pin':
        links.pin(this, command);
        return;
      case 'unpin':
        links.unpin(this, command);
        return;
      case 'insmod':
      case 'rmmod':
      case 'replace':
        lateTools().runModuleVerb(this, command);
        return;
      case 'grace':
        this.machine.kernel.setGrace(command.clock, command.to);
        return;
      case 'close-map':
        this.closeMap(command.process, command.map);
        return;
      case 'connect':
        this.connect(command);
        return;
      case 'close':
        this.closeSocket(command.socket);
        return;
      case 'setsockopt':
        this.choose(command.socket, command.cc);
        return;
      case 'sysctl':
        this.sysctl(command.process, command.name, command.value);
        return;
      case 'poke':
        this.poke(command.address, command.bytes);
        return;
      default:
        assertUnreachable(command);
    }
  }

  /** Whether the process has its fd of a map that it loaded. */
  holdsMap(process: string, map: LoadedMap): boolean {
    return this.machine.kernel.objectOf(this.pid(process), map.mapFd, 'map') === map.object;
  }

  /** Paths of the link in bpffs. */
  pinsOfLink({ object }: LoadedLink): string[] {
    const { pins } = this.machine.kernel.state;
    return Object.keys(pins).filter((path) => pins[path].kind === 'link' && pins[path].object === object);
  }

  map(letter: MapLetter): LoadedMap | undefined {
    return this.state.maps.find((map) => map.letter === letter);
  }

  /** What lies outside the memory is not written. */
  private poke(address: number, bytes: readonly number[]): void {
    const { u8 } = this.machine.memory;
    for (const [i, byte] of bytes.entries()) u8[address + i] = byte;
  }

  /** Whoever is named without having been started, or after its end, is started now. */
  pid(process: string): number {
    return this.isAlive(process) ? this.state.pids[process] : this.spawn(process, 0);
  }

  isAlive(process: string): boolean {
    const pid = this.state.pids[process];
    return pid !== undefined && this.machine.kernel.state.processes[pid].alive;
  }

  private spawn(process: string, uid: number): number {
    const pid = this.machine.kernel.spawn(process, uid);
    this.state = { ...this.state, pids: { ...this.state.pids, [process]: pid } };
    return pid;
  }

  private exit(process: string, killed: boolean): void {
    this.simple(process, killed ? '+++ killed by SIGKILL +++' : 'exit_group(0)', () => {
      this.machine.kernel.exit(this.pid(process));
      return 0;
    });
  }

  private load({ process, map: letter, text: name, source, libraries }: Extract<Command, { do: 'load' }>): void {
    const text = source ?? this.machine.texts[name] ?? '';
    const object = this.machine.assemble(text);
    if (!object) {
      const problem = this.machine.checkText(text);
      const where = problem ? `line ${problem.line + 1}: ${problem.message}` : 'the text is empty';
      this.impossible(process, `load ${name}`, ERRNO.EINVAL, `the text does not assemble on this kernel: ${where}`);
      return;
    }
    const { object: linked, missing, found } = linkLibraries(object, libraries ? this.libraries() : []);
    if (missing.length > 0) {
      const why = libraries ? 'nothing that is loaded has it' : 'only insmod looks for it in what is loaded';
      this.impossible(process, `load ${name}`, ERRNO.ENOENT, `extern ${missing.join(', ')}: ${why}`);
      return;
    }
    const told = { map: letter, shape: 'syscall', socket: null } as const;
    const close = (fd: number): void =>
      void this.simple(process, `close(${fd})`, () => this.machine.kernel.close(this.pid(process), fd), told);
    const bpf: Syscall = (command, attr) => this.bpf(process, command, attr, told);
    const loaded = loadObject(bpf, linked, this.machine.btf, close);
    if (loaded) this.remember({ process, letter, text: name, source: text, object, found }, loaded);
  }

  /** What is loaded and has not gone, as objects, oldest first. */
  private libraries(): Library[] {
    return this.state.maps.flatMap(({ letter, object, source }) => {
      const assembled = this.machine.kernel.state.maps[object] && this.machine.assemble(source);
      return assembled ? [{ letter, object: assembled }] : [];
    });
  }

  private remember({ process, letter, text, source, object, found }: Loading, loaded: LoadedObject): void {
    const { kernel } = this.machine;
    const pid = this.pid(process);
    const map = kernel.state.maps[kernel.objectOf(pid, loaded.mapFd, 'map')];
    const progs = loaded.progs.map(({ fd, name, member, insns, lines }): LoadedProg => {
      const number = kernel.objectOf(pid, fd, 'prog');
      const { id } = kernel.state.progs[number];
      return { object: number, id, fd, name, member, insns, lines, source: [] };
    });
    const entry: LoadedMap = {
      letter,
      process,
      object: map.object,
      mapId: map.id,
      mapFd: loaded.mapFd,
      name: map.name,
      struct: loaded.struct,
      ccName: object.structOps?.name ?? '',
      flags: object.structOps?.flags ?? 0,
      forLinks: object.structOps?.link ?? false,
      text,
      source,
      libraries: found,
      progs,
      value: null,
    };
    this.addMap(entry);
  }

  private addMap(entry: LoadedMap): void {
    const others = this.state.maps.filter(({ letter }) => letter !== entry.letter);
    this.state = { ...this.state, maps: [...others, entry] };
  }

  private loadFile(command: Extract<Command, { do: 'load-object' }>): void {
    const { process, object: name, map, attach } = command;
    const { machine } = this;
    const taken = this.state.maps.map(({ letter }) => letter);
    const loaded = lateTools().loadFile(name, command.bytes ?? machine.objectFile(name) ?? '', {
      kernel: machine.kernel,
      btf: machine.btf,
      profile: machine.profile,
      whole: machine.whole,
      config: machine.config,
      pid: this.pid(process),
      process,
      bpf: (call, attr) => this.bpf(process, call, attr, { ...PLAIN, map }),
      close: (fd) => this.simple(process, `close(${fd})`, () => machine.kernel.close(this.pid(process), fd)),
      log: (level, text) => machine.message({ process, source: 'libbpf', level, text }),
      letter: (n) => (n === 0 ? map : freeLetter([...taken, map], n)),
    });
    if (!loaded) return;
    for (const entry of loaded.maps) this.addMap(entry);
    const others = this.state.objects.filter((file) => file.name !== name || file.process !== process);
    this.state = { ...this.state, objects: [...others, loaded.file] };
    if (!attach) return;
    for (const { letter, forLinks, name: own } of loaded.maps) {
      // a map by name: the others are loaded and left alone
      if (typeof attach === 'string' && own !== attach.slice(0, MAP_NAME)) continue;
      this.register(process, letter);
      if (forLinks) links.create(this, { do: 'link', process, map: letter, link: links.nextLink(this) });
    }
  }

  private readRing(process: string, object: string, name: string): void {
    const { machine } = this;
    const file = this.state.objects.find((o) => o.name === object && o.process === process);
    const map = file?.maps.find((m) => m.name === name);
    const records = map ? machine.kernel.readRing(this.pid(process), map.fd) : null;
    if (!records) {
      this.impossible(process, `read ring buffer ${name}`, ERRNO.EBADF, `${process} has no ring buffer ${name}`);
      return;
    }
    for (const record of records) machine.message({ process, source: 'ringbuf', level: 'info', text: hex(record) });
  }

  private register(process: string, letter: MapLetter): void {
    const map = this.map(letter);
    if (!map) return this.missing(process, 'BPF_MAP_UPDATE_ELEM', letter);
    const value = map.value ?? registerValue(this.machine.btf, map);
    const told = { shape: 'syscall', map: letter, socket: null } as const;
    const update = (fd: number): void => {
      this.bpf(process, 'BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: KEY, value }, told);
    };
    links.withMapFd(this, process, map, update);
  }

  /** As bpftool does: finds the map by id, deletes its element, closes the fd. */
  private unregister(process: string, letter: MapLetter): void {
    const map = this.map(letter);
    if (!map) return this.missing(process, 'BPF_MAP_DELETE_ELEM', letter);
    this.byId(process, map, (fd) => {
      const told = { shape: 'delete', map: letter, socket: null } as const;
      this.bpf(process, 'BPF_MAP_DELETE_ELEM', { map_fd: fd, key: KEY }, told);
    });
  }

  /** Opens a map by its id, for as long as `use` takes. */
  byId(process: string, map: LoadedMap, use: (fd: number) => void): void {
    const told = { shape: 'syscall', map: map.letter, socket: null } as const;
    const fd = this.bpf(process, 'BPF_MAP_GET_FD_BY_ID', { map_id: map.mapId }, told).ret;
    if (fd < 0) return;
    use(fd);
    this.simple(process, `close(${fd})`, () => this.machine.kernel.close(this.pid(process), fd), told);
  }

  private closeMap(process: string, letter: MapLetter): void {
    const map = this.map(letter);
    if (!map) return;
    for (const fd of [map.mapFd, ...map.progs.map((prog) => prog.fd)]) this.closeFd(process, fd, letter);
  }

  private closeFd(process: string, fd: number, map: MapLetter): void {
    const told = { shape: 'syscall', map, socket: null } as const;
    this.simple(process, `close(${fd})`, () => this.machine.kernel.close(this.pid(process), fd), told);
  }

  private connect({ process, socket, cc, bytes }: Extract<Command, { do: 'connect' }>): void {
    const { kernel, tcp } = this.machine;
    const told = { shape: 'syscall', map: null, socket } as const;
    const fd = this.simple(
      process,
      'socket(AF_INET, SOCK_STREAM, 0)',
      () => {
        const ret = tcp.socket(socket, process);
        return ret < 0 ? ret : kernel.socketFd(this.pid(process), socket);
      },
      { ...told, shape: 'open' },
    );
    if (fd < 0) return;
    this.state = { ...this.state, sockets: { ...this.state.sockets, [socket]: { process, fd } } };
    if (cc !== undefined && this.choose(socket, cc) < 0) return;
    this.simple(process, `connect(${fd}, …)`, () => tcp.connect(socket, bytes), told);
  }

  private choose(socket: number, cc: string): number {
    const { kernel, tcp } = this.machine;
    const owner = this.state.sockets[socket];
    if (!owner)
      return this.impossible('?', `setsockopt(socket ${socket})`, ERRNO.EBADF, `there is no socket ${socket}`);
    const admin = kernel.capable(this.pid(owner.process), 'CAP_NET_ADMIN');
    const text = `setsockopt(${owner.fd}, SOL_TCP, TCP_CONGESTION, "${cc}")`;
    return this.simple(owner.process, text, () => tcp.setCongestion(socket, cc, admin), {
      shape: 'syscall',
      map: null,
      socket,
    });
  }

  private closeSocket(socket: number): void {
    const owner = this.state.sockets[socket];
    if (!owner) {
      this.impossible('?', `close(socket ${socket})`, ERRNO.EBADF, `there is no socket ${socket}`);
      return;
    }
    const { process, fd } = owner;
    this.simple(process, `close(${fd})`, () => this.machine.kernel.close(this.pid(process), fd), {
      shape: 'close',
      map: null,
      socket,
    });
  }

  private sysctl(process: string, name: string, value: string): void {
    this.simple(process, `write(/proc/sys/${name.replaceAll('.', '/')}, "${value}")`, () =>
      this.machine.tcp.writeSysctl(name, value),
    );
  }

  missing(process: string, command: BpfCommand, letter: MapLetter): void {
    this.impossible(process, `bpf(${command}, map ${letter})`, ERRNO.EBADF, `there is no map ${letter}`);
  }

  bpf<C extends BpfCommand>(process: string, command: C, attr: BpfAttr[C], told: Told): SyscallResult {
    const { kernel } = this.machine;
    const result = kernel.bpf(this.pid(process), command, attr);
    this.record(kernel.state.calls, process, straceBpf(command, attr), result, told);
    return result;
  }

  /** A call that is no table of steps. */
  simple(process: string, text: string, run: () => number, told: Told = PLAIN): number {
    const n = this.machine.kernel.countCall();
    const ret = run();
    this.record(n, process, text, { ret, trace: [], message: null }, told);
    return ret;
  }

  /** What could not even be tried, because nobody has such a thing. */
  impossible(process: string, text: string, errno: number, message: string): number {
    this.record(this.machine.kernel.countCall(), process, text, { ret: -errno, trace: [], message });
    return -errno;
  }

  private record(n: number, process: string, text: string, answer: Answer, told: Told = PLAIN): void {
    const { now, count } = this.machine.events;
    const { ret, trace, message } = answer;
    this.tell({ n, time: now, event: count, process, text, ret, trace, message, ...told });
  }
}

/** What is being loaded, from what. */
interface Loading extends Pick<LoadedMap, 'process' | 'letter' | 'text' | 'source'> {
  readonly object: AssembledObject;
  readonly found: LoadedMap['libraries'];
}

interface Answer {
  readonly ret: number;
  readonly trace: readonly TraceEntry[];
  readonly message: string | null;
}

/** The nth letter that nobody has. */
function freeLetter(taken: readonly MapLetter[], n: number): MapLetter {
  let left = n;
  for (let code = 65; ; code++) {
    const letter = String.fromCharCode(code);
    if (!taken.includes(letter) && --left === 0) return letter;
  }
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

const PLAIN: Told = { shape: 'syscall', map: null, socket: null };
