/*
 * Opens and loads an object file on its own machine and attaches each struct_ops map, like `bpftool struct_ops
 * register`.
 */
import type { Btf } from '../btf/btf.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Profile } from '../kernel/profiles.ts';
import { attachStructOps } from '../libbpf/attach.ts';
import { type Config, kconfigOf } from '../libbpf/kconfig.ts';
import { type LoadedElf, type LoadedMap, loadOpened } from '../libbpf/load-object.ts';
import type { Log, LogLevel } from '../libbpf/log.ts';
import { openObject } from '../libbpf/open.ts';
import { strerror } from '../libbpf/strerror.ts';
import { withPlace } from '../libbpf/where.ts';
import { Session } from './replay/session.ts';

export interface ObjectLine {
  /** `result`: outcome, not a line of libbpf; `dmesg`: the machine's own log */
  readonly level: LogLevel | 'result' | 'error' | 'dmesg';
  readonly text: string;
}

export interface RegisteredObject {
  readonly ok: boolean;
  readonly lines: readonly ObjectLine[];
  /** kernel into which it was loaded; null when it could not be opened */
  readonly kernel: Kernel | null;
}

/** Further data of a kernel besides the machine's BTF subset. */
export interface KernelExtras {
  readonly whole?: () => Btf | null;
  readonly config?: () => Config | null;
}

export function registerObject(
  bytes: Uint8Array,
  path: string,
  kernel: Btf,
  profile: Profile,
  extras: KernelExtras = {},
): RegisteredObject {
  return registerOn(() => new Session(kernel, profile, extras.whole), bytes, path, extras);
}

/** Registers an object through a process of an existing machine, or of one made after the object was opened. */
export function registerOn(
  machine: () => Session,
  bytes: Uint8Array,
  path: string,
  { whole, config }: KernelExtras = {},
): RegisteredObject {
  const lines: ObjectLine[] = [];
  const log: Log = (level, text) => lines.push({ level, text });
  const opened = openObject(bytes, path, log);
  if (!opened.ok) {
    const { errno } = opened.error;
    const answer = errno === undefined ? '' : `: ${strerror(-errno)} (${-errno})`;
    lines.push({ level: 'error', text: `failed to open ${path}: ${withPlace(bytes, opened.error)}${answer}` });
    return { ok: false, lines, kernel: null };
  }
  const session = machine();
  const loaded = loadOpened(opened.value, {
    bpf: (command, attr) => session.bpf(command, attr),
    close: (fd) => session.close(fd),
    kernel: session.btf,
    whole,
    kconfig: kconfigOf(session.profile, config),
    log,
  });
  for (const { text } of session.kernel.state.dmesg) lines.push({ level: 'dmesg', text });
  if (typeof loaded === 'number') {
    lines.push({ level: 'error', text: `failed to load ${path}: ${strerror(loaded)} (${loaded})` });
    return { ok: false, lines, kernel: session.kernel };
  }
  for (const line of describe(session, loaded)) lines.push({ level: 'result', text: line });
  const attached = loaded.maps.filter(({ map }) => map.structOps).map((map) => attach(session, map, log));
  const ok = attached.every(({ level }) => level === 'result');
  return { ok, lines: [...lines, ...attached], kernel: session.kernel };
}

/** Id of an fd's object, from BPF_OBJ_GET_INFO_BY_FD. */
function idOf(session: Session, fd: number, at: number): number {
  const info = new Uint8Array(256);
  const { out, ret } = session.bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: fd, info_len: info.length, info });
  const bytes = out.bytes ?? info;
  return ret < 0 || bytes.length < at + 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

/** Offsets of `id` in bpf_map_info, bpf_prog_info and bpf_link_info, and in bpf_btf_info. */
const ID = 4;
const BTF_ID = 12;

function describe(session: Session, { btfFd, maps, programs }: LoadedElf): string[] {
  return [
    `btf id ${idOf(session, btfFd, BTF_ID)}`,
    ...maps.map(({ map, fd }) => `map ${map.name} id ${idOf(session, fd, ID)}`),
    ...programs.map(({ program, fd, insns }) => {
      return `prog ${program.name} id ${idOf(session, fd, ID)} insns ${insns.length / 8}`;
    }),
  ];
}

function attach(session: Session, loaded: LoadedMap, log: Log): ObjectLine {
  const { map, fd } = loaded;
  const link = attachStructOps((command, attr) => session.bpf(command, attr), loaded, log);
  if (typeof link === 'number') {
    return { level: 'error', text: `can't register struct_ops ${map.name}: ${strerror(link)} (${link})` };
  }
  // as in bpftool: the struct's name in the kernel, not in the object
  const struct = session.btf.type(map.structOps?.kernel?.typeId ?? 0)?.name ?? '';
  const id = idOf(session, fd, ID);
  const ids = link.real ? `map id ${id} link id ${idOf(session, link.fd, ID)}` : `id ${id}`;
  return { level: 'result', text: `Registered ${struct} ${map.name} ${ids}` };
}
