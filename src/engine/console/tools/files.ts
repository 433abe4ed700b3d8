/* cat, ls and rm: the few files that this machine has, of /proc, /sys/fs/bpf and the run. */
import { structOpsMaps } from '../../kernel/state.ts';
import { ERRNO } from '../../base/errno.ts';
import { strerror } from '../../libbpf/strerror.ts';
import type { Host } from '../host.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { tcpTable } from './proc-net.ts';

const SYSCTL = '/proc/sys/';
const BPFFS = '/sys/fs/bpf';

/** Bytes of a file that cat shows. */
const MOST_BYTES = 100_000;

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes.subarray(0, MOST_BYTES));

/** `/proc/sys/net/ipv4/tcp_congestion_control` as sysctl names it. */
export const sysctlOfPath = (path: string): string => path.slice(SYSCTL.length).replaceAll('/', '.');

interface VirtualFile {
  readonly pattern: RegExp;
  /** null: there is no such file */
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

const FIXED = ['/', '/proc', '/proc/net', '/proc/sys', '/proc/sys/net', '/proc/sys/net/ipv4', '/sys', '/sys/fs', BPFFS];

const isFolder = ({ kernel }: Host, path: string): boolean =>
  FIXED.includes(trimmed(path)) ||
  kernel.state.folders.includes(trimmed(path)) ||
  /^\/proc\/\d+(\/fdinfo)?$/.test(path);

const trimmed = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') : path);

function cat(p: ConsoleProcess): number {
  const paths = p.args.filter((arg) => !arg.startsWith('-'));
  if (paths.length === 0) {
    p.out(p.input);
    return 0;
  }
  let status = 0;
  for (const path of paths) {
    let found: string | number = -ERRNO.ENOENT;
    const ret = p.call('openat', `AT_FDCWD, "${path}", O_RDONLY`, () => {
      found = readPath(p.host, path);
      return typeof found === 'number' ? found : 3;
    });
    if (typeof found === 'string') p.out(found);
    else status = p.fail(`cat: ${path}: ${strerror(ret)}`);
  }
  return status;
}

interface Entry {
  readonly name: string;
  readonly folder: boolean;
}

function entries(host: Host, folder: string): Entry[] | null {
  const { kernel } = host;
  const within = (paths: readonly string[]): string[] =>
    paths
      .filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'))
      .map((path) => path.slice(folder.length + 1));
  if (folder.startsWith(BPFFS)) {
    if (folder !== BPFFS && !kernel.state.folders.includes(folder)) return null;
    const pins = within(Object.keys(kernel.state.pins)).map((name) => ({ name, folder: false }));
    return [...within(kernel.state.folders).map((name) => ({ name, folder: true })), ...pins];
  }
  const ofProcess = /^\/proc\/(\d+)(\/fdinfo)?$/.exec(folder);
  if (ofProcess) {
    const process = kernel.state.processes[Number(ofProcess[1])];
    if (!process) return null;
    if (!ofProcess[2])
      return [
        { name: 'comm', folder: false },
        { name: 'fdinfo', folder: true },
      ];
    return Object.keys(process.fds).map((name) => ({ name, folder: false }));
  }
  if (folder === '.') return host.fileNames().map((name) => ({ name, folder: false }));
  return FIXED.includes(folder) ? within(FIXED).map((name) => ({ name, folder: true })) : null;
}

function ls(p: ConsoleProcess): number {
  const flags = p.args.filter((arg) => arg.startsWith('-')).join('');
  const [path = '.'] = p.args.filter((arg) => !arg.startsWith('-'));
  const folder = trimmed(path);
  const found = entries(p.host, folder);
  if (!found) {
    if (typeof readPath(p.host, folder) === 'string' || p.host.kernel.state.pins[folder]) {
      p.out(`${folder}\n`);
      return 0;
    }
    return p.fail(`ls: cannot access '${path}': No such file or directory`, 2);
  }
  const sorted = found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (!flags.includes('l')) {
    p.out(sorted.map(({ name }) => `${name}\n`).join(''));
    return 0;
  }
  const row = (mode: string, name: string, links = 1): string =>
    `${mode}    ${links} root     root             0 Jan  1 00:00 ${name}\n`;
  const parent = folder === BPFFS ? 2 : 3 + p.host.kernel.state.folders.length - 1;
  p.out('total 0\n');
  if (flags.includes('a')) {
    p.out(row('drwxr-xr-x', '.', 2));
    p.out(row('drwxrwxrwt', '..', parent));
  }
  for (const entry of sorted) p.out(row(entry.folder ? 'drwxr-xr-x' : '-rw-------', entry.name, entry.folder ? 2 : 1));
  return 0;
}

/** unlink(2) of pins, and with -r of folders; `DIR/*` is what is in it. */
function rm(p: ConsoleProcess): number {
  const flags = p.args.filter((arg) => arg.startsWith('-')).join('');
  const paths = p.words.slice(1).filter(({ text: arg }) => !arg.startsWith('-'));
  if (paths.length === 0) return p.fail('rm: missing operand\nTry "man rm".');
  const { kernel } = p.host;
  let status = 0;
  for (const { text: path, quoted } of paths) {
    const isGlob = path.endsWith('/*') && !quoted;
    const folder = path.slice(0, -2);
    const names = isGlob ? (entries(p.host, folder) ?? []).map(({ name }) => `${folder}/${name}`) : [path];
    for (const one of names) {
      const isDir = kernel.state.folders.includes(one);
      if (isDir && !flags.includes('r')) {
        status = p.fail(`rm: cannot remove '${one}': Is a directory`);
        continue;
      }
      const ret = isDir
        ? p.call('rmdir', `"${one}"`, () => kernel.rmdir(one))
        : p.call('unlink', `"${one}"`, () => (one.startsWith(`${BPFFS}/`) ? kernel.unlink(one) : -ERRNO.ENOENT));
      if (ret < 0 && !flags.includes('f')) status = p.fail(`rm: cannot remove '${one}': ${strerror(ret)}`);
    }
  }
  return status;
}

function mkdir(p: ConsoleProcess): number {
  const paths = p.args.filter((arg) => !arg.startsWith('-'));
  if (paths.length === 0) return p.fail('mkdir: missing operand');
  let status = 0;
  for (const path of paths) {
    const ret = p.call('mkdir', `"${path}", 0777`, () => p.host.kernel.mkdir(trimmed(path)));
    if (ret < 0) status = p.fail(`mkdir: cannot create directory '${path}': ${strerror(ret)}`);
  }
  return status;
}

export const fileCommands: readonly ConsoleCommand[] = [
  {
    name: 'cat',
    usage: 'cat [FILE...]',
    summary: 'what is in a file: of /proc, of /sys/fs/bpf, or of the run',
    manual: `cat prints files, or what a pipe brings.

Files that there are: /proc/sys/net/ipv4/tcp_*congestion_control, /proc/net/tcp, /proc/PID/fdinfo/FD, /proc/PID/comm,
/proc/kallsyms (of BPF), /sys/kernel/tracing/trace, pinned struct_ops maps in /sys/fs/bpf, the texts and objects of the run (see ls).`,
    isProcess: true,
    run: cat,
  },
  {
    name: 'ls',
    usage: 'ls [-la] [FOLDER]',
    summary: 'files of the run, or what is pinned in /sys/fs/bpf',
    manual:
      'ls lists a folder; without one, the texts and object files that the run has. -l adds modes, -a the folder itself.',
    isProcess: true,
    run: ls,
  },
  {
    name: 'rm',
    usage: 'rm [-rf] PATH...',
    summary: 'takes pins away: what only they held is then freed',
    manual:
      'rm removes pins from /sys/fs/bpf (unlink). PATH/* is all that is in a folder; -r removes folders, -f is silent about what is not there.',
    isProcess: true,
    run: rm,
  },
  {
    name: 'mkdir',
    usage: 'mkdir PATH...',
    summary: 'a folder in /sys/fs/bpf',
    manual: 'mkdir makes a folder in /sys/fs/bpf, where objects can be pinned.',
    isProcess: true,
    run: mkdir,
  },
];
