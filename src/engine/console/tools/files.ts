/* cat, ls, rm and mkdir. */
import { ERRNO } from '../../base/errno.ts';
import { strerror } from '../../libbpf/strerror.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { BPFFS, entries, KERNEL_BTF, readPath, trimmed } from './file-tree.ts';

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
    else if (path === KERNEL_BTF) status = p.fail(`cat: ${path}: types in binary. See: bpftool btf dump file ${path}`);
    else status = p.fail(`cat: ${path}: ${strerror(ret)}`);
  }
  return status;
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
    if (isGlob && entries(p.host, folder) === null) {
      status = p.fail(`rm: cannot remove '${path}': No such file or directory`);
      continue;
    }
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
    summary: 'prints files: of /proc, of /sys/fs/bpf, or of the run',
    manual: `cat prints files, or what comes from a pipe.

The files are /proc/sys/net/ipv4/tcp_*, /proc/net/tcp, /proc/PID/fdinfo/FD, /proc/PID/comm, /proc/kallsyms (of
BPF), /sys/kernel/tracing/trace, pinned maps in /sys/fs/bpf, the texts and objects of the run. ls lists folders.`,
    isProcess: true,
    run: cat,
  },
  {
    name: 'ls',
    usage: 'ls [-la] [FOLDER]',
    summary: 'files of the run, of /proc and /sys, or what is pinned in /sys/fs/bpf',
    manual:
      'ls lists a folder; without one, the texts and object files that the run has. -l adds modes, -a the folder itself.',
    isProcess: true,
    run: ls,
  },
  {
    name: 'rm',
    usage: 'rm [-rf] PATH...',
    summary: 'removes pins; objects that only they held are freed',
    manual:
      'rm removes pins from /sys/fs/bpf (unlink). PATH/* is everything in a folder; -r removes folders, -f ignores missing files.',
    isProcess: true,
    run: rm,
  },
  {
    name: 'mkdir',
    usage: 'mkdir PATH...',
    summary: 'makes a folder in /sys/fs/bpf',
    manual: 'mkdir makes a folder in /sys/fs/bpf, where objects can be pinned.',
    isProcess: true,
    run: mkdir,
  },
];
