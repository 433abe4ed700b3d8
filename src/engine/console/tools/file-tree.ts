/* The machine's files: of /proc, /sys, bpffs and the run. Contents are made on reading. */
import { ERRNO } from '../../base/errno.ts';
import { structOpsMaps } from '../../kernel/state.ts';
import { SYSCTL_NAMES } from '../../tcp/sysctl.ts';
import type { Host } from '../host.ts';
import { tcpTable } from './proc-net.ts';

const SYSCTL = '/proc/sys/';
export const BPFFS = '/sys/fs/bpf';

/** The file in sysfs with the kernel's own types. */
export const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

/** Most bytes read of a file. */
const MOST_BYTES = 4_000_000;

function text(bytes: Uint8Array): string {
  const read = new TextDecoder('latin1').decode(bytes.subarray(0, MOST_BYTES));
  const more = bytes.length - MOST_BYTES;
  return more > 0 ? `${read}\n[${more} bytes more are not read]\n` : read;
}

/** sysctl's name for a path such as `/proc/sys/net/ipv4/tcp_congestion_control`. */
export const sysctlOfPath = (path: string): string => path.slice(SYSCTL.length).replaceAll('/', '.');

interface VirtualFile {
  readonly pattern: RegExp;
  /** returns null when there is no such file */
  readonly read: (host: Host, match: RegExpExecArray) => string | null;
}

function fdinfo({ kernel }: Host, [, pid, fd]: RegExpExecArray): string | null {
  const file = kernel.state.processes[Number(pid)]?.fds[Number(fd)];
  const open = file === undefined ? undefined : kernel.state.files[file];
  if (!open) return null;
  const rows: [string, string | number][] = [
    ['pos', 0],
    ['flags', '02000002'],
  ];
  const map = open.kind === 'map' ? kernel.state.maps[open.object] : undefined;
  const prog = open.kind === 'prog' ? kernel.state.progs[open.object] : undefined;
  if (map) {
    rows.push(['map_type', map.type], ['key_size', map.keySize], ['value_size', map.valueSize]);
    rows.push(['max_entries', map.maxEntries], ['map_flags', `0x${map.flags.toString(16)}`], ['map_id', map.id]);
    rows.push(['frozen', map.frozen ? 1 : 0]);
  }
  if (prog) rows.push(['prog_type', prog.type], ['prog_jited', 1], ['prog_tag', prog.tag], ['prog_id', prog.id]);
  if (open.kind === 'link')
    rows.push(['link_type', 'struct_ops'], ['link_id', kernel.state.links[open.object]?.id ?? 0]);
  return rows.map(([name, value]) => `${name}:\t${value}\n`).join('');
}

function kallsyms({ kernel }: Host): string {
  const base = 0xffff_ffffn << 32n;
  const maps = structOpsMaps(kernel.state).flatMap(({ struct, progs }) =>
    progs.map(
      ({ member, address }) => `${(base | BigInt(address >>> 0)).toString(16)} t bpf__${struct}_${member}\t[bpf]\n`,
    ),
  );
  const progs = Object.values(kernel.state.progs).map(({ tag, name, address }) => {
    return `${(base | BigInt(address >>> 0)).toString(16)} t bpf_prog_${tag}_${name}\t[bpf]\n`;
  });
  return [...progs, ...maps].join('');
}

const FILES: readonly VirtualFile[] = [
  {
    pattern: /^\/proc\/sys\/(.+)$/,
    read: ({ tcp }, match) => {
      const value = tcp.readSysctl(sysctlOfPath(match[0]));
      return value === null ? null : `${value}\n`;
    },
  },
  { pattern: /^\/proc\/net\/tcp$/, read: (host) => tcpTable(host) },
  { pattern: /^\/proc\/(\d+)\/fdinfo\/(\d+)$/, read: fdinfo },
  {
    pattern: /^\/proc\/(\d+)\/comm$/,
    read: ({ kernel }, [, pid]) => {
      const process = kernel.state.processes[Number(pid)];
      return process ? `${process.name}\n` : null;
    },
  },
  { pattern: /^\/proc\/kallsyms$/, read: (host) => kallsyms(host) },
  {
    pattern: /^\/proc\/version$/,
    read: ({ profile }) => `Linux version ${profile.release.join('.')} (a small Linux that runs in this page)\n`,
  },
  { pattern: /^\/sys\/fs\/bpf\/.+$/, read: ({ kernel }, match) => kernel.readPin(match[0]) },
  {
    pattern: /^\/sys\/kernel\/tracing\/trace$/,
    read: ({ kernel }) => kernel.state.trace.map((line) => `${line.text}\n`).join(''),
  },
];

/** The text of a file, or a negative errno. */
export function readPath(host: Host, path: string): string | number {
  const entry = isFolder(host, path);
  if (entry) return -ERRNO.EISDIR;
  for (const { pattern, read } of FILES) {
    const match = pattern.exec(path);
    if (!match) continue;
    const found = read(host, match);
    if (found !== null) return found;
    return host.kernel.state.pins[path] ? -ERRNO.EINVAL : -ERRNO.ENOENT;
  }
  const bytes = host.readFile(path);
  return bytes ? text(bytes) : -ERRNO.ENOENT;
}

/** Files that always exist. */
export const filePaths = (): readonly string[] => [
  '/proc/kallsyms',
  '/proc/net/tcp',
  '/proc/version',
  KERNEL_BTF,
  '/sys/kernel/tracing/trace',
  ...SYSCTL_NAMES.map((name) => `${SYSCTL}${name.replaceAll('.', '/')}`),
];

/** The folders that contain these files. */
const FOLDERS: ReadonlySet<string> = new Set([
  '/',
  ...[...filePaths(), `${BPFFS}/`].flatMap((path) => {
    const parts = path.split('/').slice(1, -1);
    return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`);
  }),
]);

const OF_PROCESS = /^\/proc\/(\d+)(\/fdinfo)?$/;

const isFolder = ({ kernel }: Host, path: string): boolean =>
  FOLDERS.has(trimmed(path)) || kernel.state.folders.includes(trimmed(path)) || OF_PROCESS.test(trimmed(path));

export const trimmed = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') : path);

/** An entry of a folder. */
interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

/** Entries of a folder; null when there is no such folder. */
export function entries(host: Host, folder: string): Entry[] | null {
  const { kernel } = host;
  const prefix = folder === '/' ? '/' : `${folder}/`;
  const within = (paths: readonly string[]): string[] =>
    paths
      .filter((path) => path.length > prefix.length && path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
      .filter((name) => !name.includes('/'));
  if (folder === BPFFS || folder.startsWith(`${BPFFS}/`)) {
    if (folder !== BPFFS && !kernel.state.folders.includes(folder)) return null;
    const pins = within(Object.keys(kernel.state.pins)).map((name) => ({ name, folder: false }));
    return [...within(kernel.state.folders).map((name) => ({ name, folder: true })), ...pins];
  }
  const ofProcess = OF_PROCESS.exec(folder);
  if (ofProcess) {
    const process = kernel.state.processes[Number(ofProcess[1])];
    if (!process?.alive) return null;
    if (!ofProcess[2])
      return [
        { name: 'comm', folder: false },
        { name: 'fdinfo', folder: true },
      ];
    return Object.keys(process.fds).map((name) => ({ name, folder: false }));
  }
  if (folder === '.') return host.fileNames().map((name) => ({ name, folder: false }));
  if (!FOLDERS.has(folder)) return null;
  const living = Object.values(kernel.state.processes).filter(({ alive }) => alive);
  const pids = folder === '/proc' ? living.map(({ pid }) => ({ name: String(pid), folder: true })) : [];
  const folders = within([...FOLDERS]).map((name) => ({ name, folder: true }));
  return [...pids, ...folders, ...within(filePaths()).map((name) => ({ name, folder: false }))];
}
