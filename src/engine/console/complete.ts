/*
 * Completes with Tab: commands, objects and verbs of bpftool, ids, names, files. A table of words by the words before.
 */
import { own } from '../base/own.ts';
import { OBJECTS } from './bpftool/bpftool.ts';
import { SYSCTL_NAMES } from '../tcp/sysctl.ts';
import { consoleCommands } from './commands.ts';
import { BPFFS, filePaths } from './tools/file-tree.ts';
import { TOPICS } from './tools/topics.ts';

/** Things on the machine that a line can refer to. */
export interface Completable {
  readonly files: readonly string[];
  readonly maps: readonly { readonly id: number; readonly name: string }[];
  readonly progs: readonly { readonly id: number; readonly name: string }[];
  readonly flows: readonly number[];
  readonly controls: readonly string[];
  readonly links: readonly number[];
  /** paths in bpffs */
  readonly pins: readonly string[];
  /** pids of living processes, with their fds */
  readonly processes: readonly { readonly pid: number; readonly fds: readonly number[] }[];
}

export interface Completion {
  /** start of the completed word */
  readonly from: number;
  readonly words: readonly string[];
}

type Words = (c: Completable, before: readonly string[]) => readonly string[];

const isBpftool = (name: string): boolean => name.startsWith('bpftool');

/** Words of bpftool by the words typed before, without options. */
function bpftoolWords(c: Completable, typed: readonly string[]): readonly string[] {
  const words = typed.filter((word) => !word.startsWith('-'));
  const [, object, verb, ...rest] = words;
  if (object === undefined) return [...Object.keys(OBJECTS), 'version'];
  const verbs = own(OBJECTS, object);
  if (!verbs) return [];
  if (verb === undefined) return [...Object.keys(verbs), 'help'];
  const things = object === 'prog' ? c.progs : c.maps;
  const last = words.at(-1) ?? '';
  if (last === 'pinned') return c.pins;
  if (object === 'link') return last === 'id' ? c.links.map(String) : ['id', 'pinned'];
  if (object === 'feature') return ['kernel'];
  if (object === 'btf' && verb === 'dump' && (rest.length === 0 || last === 'format'))
    return last === 'format' ? ['c', 'raw'] : ['id', 'map', 'prog', 'file'];
  if (verb === 'pin' && rest.length === 2) return [`${BPFFS}/`];
  if (last === 'id') return things.map(({ id }) => String(id));
  if (last === 'name') return things.map(({ name }) => name);
  if (verb === 'register' || last === 'file') return c.files;
  if (verb === 'dump' && object === 'prog' && rest.length === 0) return ['xlated', 'jited'];
  if (verb === 'dump' && object === 'prog' && rest.length >= 3) return ['opcodes', 'linum', 'visual'];
  return ['id', 'name', 'pinned'];
}

const ofProcesses = ({ processes }: Completable): string[] =>
  processes.flatMap(({ pid, fds }) => fds.map((fd) => `/proc/${pid}/fdinfo/${fd}`));

const files = (c: Completable): readonly string[] => [...c.files, ...filePaths(), ...c.pins, ...ofProcesses(c)];

const BY_COMMAND: Readonly<Record<string, Words>> = {
  cat: files,
  ls: (c) => [
    BPFFS,
    '/proc',
    '/proc/net',
    '/proc/sys/net/ipv4',
    ...c.processes.map(({ pid }) => `/proc/${pid}/fdinfo`),
  ],
  rm: ({ pins }) => pins,
  mkdir: () => [`${BPFFS}/`],
  flow: (c, before) => {
    const last = before.at(-1) ?? '';
    if (before.length === 1) return ['list', 'start', 'stop'];
    if (last === 'cc') return c.controls;
    if (last === 'stop') return c.flows.map(String);
    return before[1] === 'start' ? ['cc', 'bytes'] : [];
  },
  sysctl: () => ['-a', '-n', '-w', ...SYSCTL_NAMES],
  insmod: (c) => c.files.filter((file) => !file.endsWith('.o')),
  rmmod: ({ maps }) => maps.map(({ name }) => name),
  tc: (_, before) => (before.at(-1) === 'qdisc' ? ['show', 'dev'] : ['qdisc', '-s']),
  ip: (_, before) => (before.at(-1) === 'route' ? ['show', 'get'] : ['route', 'link', 'addr']),
  ss: () => ['-tin', '-s', '-a'],
  veristat: (c) => [...c.files, ...c.progs.map(({ name }) => name)],
  man: () => TOPICS.map(({ name }) => name),
  grep: files,
  head: files,
  wc: files,
};

const COMMANDS_AFTER = ['man', 'help', 'strace'];

/** Completes the word at the end of the text; nothing inside quotes. */
export function complete(text: string, c: Completable): Completion {
  const none: Completion = { from: text.length, words: [] };
  if ((text.match(/"/g) ?? []).length % 2 === 1 || (text.match(/'/g) ?? []).length % 2 === 1) return none;
  const start = Math.max(text.lastIndexOf('|'), text.lastIndexOf(';'), text.lastIndexOf('&')) + 1;
  const words = text.slice(start).trimStart().split(/\s+/);
  const last = words.pop() ?? '';
  // complete the command after strace like any other
  while (words.length > 1 && words[0] === 'strace') words.shift();
  const offered = offers(c, words).filter((word) => word.startsWith(last) && word !== '');
  return { from: text.length - last.length, words: [...new Set(offered)].toSorted() };
}

function offers(c: Completable, before: readonly string[]): readonly string[] {
  const [command] = before;
  const names = consoleCommands().map(({ name }) => name);
  if (command === undefined) return names;
  if (before.length === 1 && COMMANDS_AFTER.includes(command))
    return [...names, ...(own(BY_COMMAND, command)?.(c, before) ?? [])];
  if (isBpftool(command)) return bpftoolWords(c, before);
  return own(BY_COMMAND, command)?.(c, before) ?? [];
}

/** The longest common prefix. */
export function sharedPrefix(words: readonly string[]): string {
  const [first = ''] = words;
  let length = first.length;
  for (const word of words) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
