/* Implements the machine for console commands: every call is recorded for the command's process. */
import { own } from '../base/own.ts';
import { fromBase64 } from '../base/base64.ts';
import { formatReturn } from '../base/errno.ts';
import type { FlowRow, Host, LabCommand, TextMap } from '../console/host.ts';
import { bpfCallText } from '../console/bpf-call-text.ts';
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';
import { registerValue } from '../libbpf/load.ts';
import type { LoadedElf } from '../libbpf/load-object.ts';
import { strerror } from '../libbpf/strerror.ts';
import { freeLetter, nextLink } from './labels.ts';
import { rememberLoaded } from './objects.ts';
import { aboutMap, PLAIN, type UserSpace } from './user-space.ts';
import type { Told } from './user-state.ts';
import { runVerb } from './verb.ts';

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `= -1 EBUSY (Device or resource busy)` */
const answered = (text: string, ret: number): string =>
  `${text} = ${formatReturn(ret)}${ret < 0 ? ` (${strerror(ret)})` : ''}`;

class LabHost implements Host {
  private told: string[] = [];

  constructor(private readonly user: UserSpace) {}

  get memory() {
    return this.user.world.memory;
  }
  get kernel() {
    return this.user.world.kernel;
  }
  get tcp() {
    return this.user.world.tcp;
  }
  get btf() {
    return this.user.world.btf;
  }
  get whole() {
    return this.user.world.whole;
  }
  get config() {
    return this.user.world.config;
  }
  get profile() {
    return this.user.world.profile;
  }
  get path() {
    return this.user.world.path;
  }
  get now() {
    return this.user.world.events.now;
  }

  readonly modules: Host['modules'] = {
    insmod: (text) => this.insmod(text),
    rmmod: (map) => this.rmmod(map),
  };

  get typed(): readonly string[] {
    return this.user.state.lines;
  }

  fileNames(): readonly string[] {
    return this.user.world.fileNames();
  }

  readFile(path: string): Uint8Array | null {
    const { world } = this.user;
    const name = baseName(path);
    const object = world.objectFile(name);
    if (object !== null) return fromBase64(object) ?? null;
    const text = own(world.texts, name);
    return text === undefined ? null : new TextEncoder().encode(text);
  }

  loadText(process: string, path: string): TextMap | null {
    const { user } = this;
    const text = baseName(path);
    if (!Object.hasOwn(user.world.texts, text)) return null;
    const letter = freeLetter(user.state.maps.map((map) => map.letter));
    runVerb(user, { do: 'load', process, map: letter, text });
    const map = user.map(letter);
    if (!map) return null;
    return { fd: map.mapFd, value: registerValue(user.world.btf, map), isLink: map.forLinks };
  }

  checkText(path: string): string | null {
    const { world } = this.user;
    const name = baseName(path);
    const text = own(world.texts, name);
    const problem = text === undefined ? null : world.checkText(text);
    return problem && `${name}:${problem.line + 1}: ${problem.message}`;
  }

  spawn(name: string): number {
    return this.user.spawn(name, 0);
  }

  exit(name: string): void {
    runVerb(this.user, { do: 'exit', process: name });
  }

  bpf<C extends BpfCommand>(process: string, command: C, attr: BpfAttr[C]): SyscallResult {
    const result = this.user.bpf(process, command, attr, this.about(process, attr));
    this.told.push(answered(bpfCallText(command, attr, result, this.profile), result.ret));
    return result;
  }

  close(process: string, fd: number): number {
    const told = this.about(process, { map_fd: fd });
    const ret = this.user.close(process, fd, told);
    this.told.push(answered(`close(${fd})`, ret));
    return ret;
  }

  call(process: string, name: string, args: string, run: () => number): number {
    const text = `${name}(${args})`;
    const ret = this.user.simple(process, name, text, run);
    this.told.push(answered(text, ret));
    return ret;
  }

  loaded(process: string, path: string, loaded: LoadedElf): void {
    const { user } = this;
    const taken = user.state.maps.map(({ letter }) => letter);
    const name = baseName(path);
    const all = rememberLoaded(name, loaded, {
      kernel: this.kernel,
      btf: this.btf,
      pid: user.pid(process),
      process,
      letter: () => {
        const letter = freeLetter(taken);
        taken.push(letter);
        return letter;
      },
    });
    for (const map of all.maps) user.addMap(map);
    const others = user.state.objects.filter((file) => file.name !== name || file.process !== process);
    user.state = { ...user.state, objects: [...others, all.file] };
  }

  linked(process: string, _map: string, fd: number): void {
    const { user } = this;
    const object = this.kernel.objectOf(user.pid(process), fd, 'link');
    const found = this.kernel.state.links[object];
    if (!found) return;
    const link = nextLink(user.state.links.keys());
    const entry = { link, process, object, id: found.id, fd };
    user.state = { ...user.state, links: new Map(user.state.links).set(link, entry) };
  }

  lab(command: LabCommand): void {
    // use a separate process, which stays after the command has ended
    if (command.do === 'connect') runVerb(this.user, { ...command, process: `sender-${command.socket}` });
    else runVerb(this.user, command);
  }

  calls(): readonly string[] {
    const { told } = this;
    this.told = [];
    return told;
  }

  flows(): readonly FlowRow[] {
    const numbers = new Map(this.tcp.flows().map((flow) => [flow.id, flow]));
    // leave out sockets closed before connecting, and connections that are gone
    const there = this.tcp.list().filter(({ sk, state }) => sk !== 0 || state !== 'CLOSE');
    return there.map(({ id, ccName, state }) => {
      const flow = numbers.get(id);
      return {
        socket: id,
        cc: ccName,
        state,
        bytesAcked: flow?.bytesAcked ?? 0,
        retransmissions: flow?.retransmissions ?? 0,
        cwnd: flow?.cwnd ?? 0,
        ssthresh: flow?.ssthresh ?? 0,
        srttUs: flow?.srttUs ?? 0,
      };
    });
  }

  private insmod(text: string): string | null {
    const { user } = this;
    if (!Object.hasOwn(user.world.texts, text)) {
      return `cannot open ${text}: there is no such text. There are: ${Object.keys(user.world.texts).join(', ') || 'none'}`;
    }
    const letter = freeLetter(user.state.maps.map((map) => map.letter));
    runVerb(user, { do: 'insmod', map: letter, text });
    const map = user.map(letter);
    const registered =
      map && this.kernel.state.maps[map.object]?.holders.some(({ kind }) => kind === 'registration' || kind === 'link');
    return registered ? null : `${text} was not registered: the last call in Sequence says why`;
  }

  private rmmod(name: string): string | null {
    const { user } = this;
    const map =
      this.living.find((one) => one.letter === name) ??
      this.living.findLast((one) => one.name === name || one.ccName === name);
    if (!map) return `there is no map ${name}. lsmod lists those that there are`;
    runVerb(user, { do: 'rmmod', map: map.letter });
    return null;
  }

  /** Maps that still exist; earlier maps may have had the same name. */
  private get living() {
    return this.user.state.maps.filter(({ object }) => this.kernel.state.maps[object] !== undefined);
  }

  /** The map concerned by a call, for the other views. */
  private about(process: string, attr: object): Told {
    const { user } = this;
    const fields = attr as Readonly<Record<string, unknown>>;
    const fd = fields.map_fd ?? fields.bpf_fd ?? fields.prog_fd;
    const object = typeof fd === 'number' ? this.kernel.objectOf(user.pid(process), fd, 'map') : -1;
    const id = fields.map_id;
    const found = user.state.maps.find((map) => map.object === object || (typeof id === 'number' && map.mapId === id));
    const told = aboutMap(found?.letter ?? null);
    return 'key' in fields && !('value' in fields) && found ? { ...told, shape: 'syscall' } : { ...PLAIN, ...told };
  }
}

export const consoleHost = (user: UserSpace): Host => new LabHost(user);
