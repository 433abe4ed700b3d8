/*
 * Replays recordings of bpftool: every line is typed into the console of a machine with the same kernel, connections
 * are made and closed where the recorder did so, and a command's stdout and stderr must equal the recorded text except
 * for parts that depend on the boot (masks.ts).
 */
import { Lab } from '../../lab/lab.ts';
import type { MachineParts } from '../../lab/kernels.ts';
import { toBase64 } from '../../base/base64.ts';
import type { Mismatch, RecordedStep, Recording } from '../replay/recording.ts';
import { KNOWN, type KnownDifference, NOT_COMPARED } from './known.ts';
import { mask, Renaming, socketRows } from './masks.ts';

export interface ConsoleStep extends RecordedStep {
  readonly stderr?: string;
  readonly note?: string;
  readonly text?: string;
}

export interface ConsoleReplayed {
  readonly steps: number;
  readonly mismatches: readonly (Mismatch & { readonly known: KnownDifference | null })[];
  readonly skipped: readonly { readonly n: number; readonly reason: string }[];
}

/** A file of the recorder, by its name; null when there is none. */
export type ReadObject = (name: string) => Uint8Array | null;

const SECOND = 1e9;
const SETTLE_SECONDS = 0.5;

/** Files to which a recording refers. */
function filesOf(steps: readonly ConsoleStep[], read: ReadObject): Record<string, string> {
  const names = new Set<string>();
  for (const { args } of steps) {
    if (typeof args !== 'string') continue;
    for (const [, name] of args.matchAll(/\/out\/[\w.-]+\/([\w.-]+)/g)) names.add(name);
  }
  const files: Record<string, string> = {};
  for (const name of names) {
    const bytes = name.endsWith('.py') ? new TextEncoder().encode('import os\n') : read(name);
    if (bytes) files[name] = toBase64(bytes);
  }
  return files;
}

class Replay {
  private readonly lab: Lab;
  private readonly ids = new Renaming();
  private sockets: number[] = [];
  private lastSocket = 0;
  private cc = '';

  constructor(recording: Recording, parts: MachineParts, objects: Record<string, string>) {
    this.lab = new Lab(parts, {
      id: recording.id,
      title: recording.id,
      intro: '',
      path: { rateBps: 1e9, delayNs: 1e5, queuePackets: 1000 },
      seed: 1,
      texts: {},
      objects,
      steps: [],
      openAt: 0,
      until: 0,
      expect: [],
    });
    const { tcp, kernel } = this.lab.machine;
    // the recorded machines had cubic as their namespace's default
    tcp.congestion.addBuiltin('cubic', 1, { ssthresh: () => 2, undo_cwnd: () => 2, cong_avoid: () => 0 });
    tcp.writeSysctl('net.ipv4.tcp_congestion_control', 'cubic');
    const folder = /^a2-object-(.*)$/.exec(recording.id)?.[1];
    if (folder !== undefined) kernel.mkdir(`/sys/fs/bpf/ln_${folder}`);
  }

  settle(seconds: number): void {
    this.lab.advance(this.lab.time + seconds * SECOND);
  }

  type(line: string): { out: string; err: string; status: number } {
    const { messages } = this.lab.history;
    const from = messages.length;
    this.lab.command({ do: 'console', line });
    const written = { out: '', err: '', status: 0 };
    for (const { source, text } of this.lab.history.messages.slice(from)) {
      if (source === 'stdout') written.out = text;
      else if (source === 'stderr') written.err = text;
      else if (source === 'status') written.status = Number(text);
    }
    return written;
  }

  open(cc: string): void {
    const socket = ++this.lastSocket;
    this.cc = cc;
    this.lab.command({ do: 'connect', process: `client ${socket}`, socket, cc, bytes: 300_000 });
    this.sockets.push(socket);
    this.settle(1);
  }

  closeOne(): void {
    const socket = this.sockets.pop();
    if (socket !== undefined) this.lab.command({ do: 'close', socket });
    this.settle(3);
  }

  closeAll(): void {
    while (this.sockets.length > 0) this.closeOne();
  }

  /** Does what the recorder did before a step, according to its notes. */
  before({ op, args, text, note }: ConsoleStep, id: string): void {
    if (op === 'note') {
      const opened = /^registered, \d+ client socket\(s\) using (\S+)/.exec(text ?? '');
      if (opened) this.open(opened[1]);
      else if (/^\d+ sockets? left/.test(text ?? '')) this.closeOne();
      else if (text?.startsWith('all sockets closed')) this.closeAll();
    }
    const line = typeof args === 'string' ? args : '';
    const idle = /^(\S+), idle/.exec(note ?? '');
    if (idle) {
      this.closeAll();
      this.open(idle[1]);
    }
    const isObject = id.startsWith('a2');
    if (op === 'connect') {
      this.closeAll();
      this.open((args as { readonly cc: string }).cc);
    } else if (isObject && (/after use/.test(note ?? '') || /struct_ops unregister/.test(line))) this.closeAll();
    if (line.startsWith('rm -rf') || /pinreno/.test(line)) this.settle(1);
  }

  /** Runs a step other than a command; returns the difference, or null. */
  other({ op, args, outputs, ret, errno }: ConsoleStep): string | null {
    const { tcp } = this.lab.machine;
    const [socket = 0] = this.sockets;
    if (op === 'connect') return tcp.getCongestion(socket) === this.cc ? null : String(tcp.getCongestion(socket));
    if (op === 'xfer') {
      const received = this.lab.machine.flowCounters(socket).bytesAcked;
      return received >= 300_000 ? null : `${received} bytes`;
    }
    if (op === 'getsockopt(TCP_CONGESTION)') {
      const cc = tcp.getCongestion(socket);
      return cc === (outputs as { readonly cc: string }).cc ? null : String(cc);
    }
    if (op === 'setsockopt(TCP_CONGESTION)') {
      const fresh = ++this.lastSocket;
      tcp.socket(fresh, 'recorder');
      const answered = tcp.setCongestion(fresh, (args as { readonly name: string }).name, true);
      tcp.close(fresh);
      return answered < 0 === (ret === -1) ? null : `${answered}, recorded ${errno}`;
    }
    return `no step ${op} is known`;
  }

  shell({ args, rc = 0 }: ConsoleStep): { out: string; err: string; status: number } {
    const { kernel } = this.lab.machine;
    const newest = (kind: string): number | null => {
      const maps = Object.values(kernel.state.maps).filter(({ plain, holders }) => !plain && holders.length > 0);
      return kind === 'map' && rc === 0 ? Math.max(...maps.map(({ id }) => id)) : null;
    };
    const written = this.type(this.ids.command(String(args), newest));
    // on the recorded machine commands took time, so everything being freed was gone before the next
    this.settle(SETTLE_SECONDS);
    return written;
  }

  /** Compares output with the recorded one; null when they are equal. */
  compare(
    step: ConsoleStep,
    here: { out: string; err: string; status: number },
  ): { recorded: string; answered: string } | null {
    const command = String(step.args);
    const { stdout = '', stderr = '', rc = 0, note = '' } = step;
    if (rc !== here.status) return { recorded: `rc ${rc}: ${stderr}`, answered: `rc ${here.status}: ${here.err}` };
    if (command === 'ss -tin') {
      const [recorded, answered] = [stdout, here.out].map(socketRows);
      const detailed = /^\t /m.test(stdout);
      const plain = (text: string): string => (detailed ? text : text.replace(/(client|server) \S+/g, '$1'));
      return recorded === plain(answered) ? null : { recorded, answered: plain(answered) };
    }
    for (const [theirs, ours] of [
      [stdout, here.out],
      [stderr, here.err],
    ]) {
      const [recorded, answered] = [theirs, ours].map((text) => mask(command, counted(note, text)));
      if (recorded.text !== answered.text) return { recorded: recorded.text, answered: answered.text };
      if (!this.ids.learn(recorded, answered)) return { recorded: theirs, answered: `an id stands for two: ${ours}` };
    }
    return null;
  }
}

/** Masks elements in which programs counted during a transfer: the values depend on the loopback. */
function counted(note: string, text: string): string {
  if (!/after use/.test(note)) return text;
  const bytes = text.replace(/"0x\w\w"/g, 'B').replace(/([:[{,])\d+(?=[,}\]])/g, '$1N');
  // the number of elements in a hash depends on it too
  return bytes.replace(/(\{"key":\[B,B,B,B\].*?\}\})(,\{"key":.*\}\})*\]/, '$1]');
}

export function replayConsole(recording: Recording, parts: MachineParts, read: ReadObject): ConsoleReplayed {
  const steps = recording.steps as readonly ConsoleStep[];
  const replay = new Replay(recording, parts, filesOf(steps, read));
  const mismatches: ConsoleReplayed['mismatches'][number][] = [];
  const skipped: { n: number; reason: string }[] = [];
  let compared = 0;
  for (const step of steps) {
    replay.before(step, recording.id);
    const { n, op, args } = step;
    if (op === 'note') continue;
    const command = String(args);
    const left = NOT_COMPARED.find((row) => row.command.test(op === 'shell' ? `${command} ${step.stdout ?? ''}` : op));
    if (left) {
      skipped.push({ n, reason: left.reason });
      continue;
    }
    compared++;
    const known =
      KNOWN.find(
        (row) => row.command.test(command) && (row.wrote?.test(`${step.stdout ?? ''}${step.stderr ?? ''}`) ?? true),
      ) ?? null;
    if (op !== 'shell') {
      const answered = replay.other(step);
      if (answered !== null) mismatches.push({ n, op, args, recorded: JSON.stringify(step.outputs), answered, known });
      continue;
    }
    const found = replay.compare(step, replay.shell(step));
    if (found) mismatches.push({ n, op, args, ...found, known });
  }
  return { steps: compared, mismatches, skipped };
}

export const isConsoleRecording = ({ id }: Recording): boolean => /^a\d/.test(id);
