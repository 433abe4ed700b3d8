/* bpftool: options, then an object and a verb, each of which may be abbreviated (main.c). */
import { own } from '../../base/own.ts';
import { must } from '../../base/assert.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { Bpftool, Failed, type Release, RELEASES } from './context.ts';
import { FEATURE_VERBS } from './feature.ts';
import { BTF_VERBS, LINK_VERBS } from './link-btf.ts';
import { MAP_VERBS } from './map.ts';
import { PROG_VERBS } from './prog.ts';
import { STRUCT_OPS_VERBS, UsageShown } from './struct-ops.ts';
import { USAGES } from './usage.ts';

type Verbs = Readonly<Record<string, (tool: Bpftool) => number>>;

/** Objects in the order in which abbreviations are matched. */
export const OBJECTS: Readonly<Record<string, Verbs>> = {
  prog: PROG_VERBS,
  map: MAP_VERBS,
  link: LINK_VERBS,
  struct_ops: STRUCT_OPS_VERBS,
  btf: BTF_VERBS,
  feature: FEATURE_VERBS,
};

/** Objects of the real tool that do not exist on this machine. */
const ABSENT = ['cgroup', 'net', 'perf', 'gen', 'iter', 'token'] as const;

interface Options {
  json: boolean;
  pretty: boolean;
  debug: boolean;
  version: boolean;
  help: boolean;
}

/** Short and long options. */
const FLAGS: Readonly<Record<string, readonly (keyof Options)[]>> = {
  '-j': ['json'],
  '--json': ['json'],
  '-p': ['pretty', 'json'],
  '--pretty': ['pretty', 'json'],
  '-d': ['debug'],
  '--debug': ['debug'],
  '-V': ['version'],
  '--version': ['version'],
  '-h': ['help'],
  '--help': ['help'],
  '-f': [],
  '--bpffs': [],
  '-n': [],
  '--nomount': [],
};

function parseOptions(args: readonly string[]): { options: Options; rest: string[]; unknown: string | null } {
  const options: Options = { json: false, pretty: false, debug: false, version: false, help: false };
  const rest: string[] = [];
  let unknown: string | null = null;
  const set = (flag: string): void => {
    const keys = own(FLAGS, flag);
    if (keys) for (const key of keys) options[key] = true;
    else unknown ??= flag;
  };
  for (const arg of args) {
    if (arg === '-' || !arg.startsWith('-')) rest.push(arg);
    else if (arg.startsWith('--')) set(arg);
    else for (const letter of arg.slice(1)) set(`-${letter}`);
  }
  return { options, rest, unknown };
}

function version(tool: Bpftool): number {
  const { release, json } = tool;
  if (json) {
    json.startObject();
    json.field('version', release.version);
    json.field('libbpf_version', release.libbpf);
    json.name('features');
    json.startObject();
    for (const [name, has] of Object.entries(release.featuresJson)) json.field(name, has);
    json.endObject();
    json.endObject();
  } else
    tool.out(`${release.called} v${release.version}\nusing libbpf v${release.libbpf}\nfeatures: ${release.features}\n`);
  return 0;
}

function help(tool: Bpftool, object: keyof typeof USAGES): void {
  if (tool.json) tool.json.null();
  else tool.process.err(USAGES[object](tool.release));
}

const isUsage = (name: string): name is keyof typeof USAGES => Object.hasOwn(USAGES, name);

/** cmd_select: the first command that begins with the word; without a word, the first of all. */
function select(tool: Bpftool, name: string, verbs: Verbs): number {
  const usage = isUsage(name) ? name : 'main';
  const rows = Object.entries(verbs);
  if (tool.left === 0) return must(rows[0], 'a first verb')[1](tool);
  if (tool.is('help')) {
    help(tool, usage);
    return 0;
  }
  const found = rows.find(([verb]) => tool.is(verb));
  if (!found) {
    help(tool, usage);
    return -1;
  }
  tool.next();
  return found[1](tool);
}

function runObject(tool: Bpftool): number {
  // without a word the first command of main.c's table runs, which is help
  if (tool.left === 0) {
    help(tool, 'main');
    return 0;
  }
  if (tool.is('version')) return version(tool);
  const found = Object.entries(OBJECTS).find(([object]) => tool.is(object));
  const absent = !found && ABSENT.find((object) => tool.is(object));
  if (absent) {
    const there = Object.keys(OBJECTS).join(', ');
    return tool.fail(`bpftool ${absent}: this machine has nothing of that kind. It has: ${there}`);
  }
  if (!found) {
    help(tool, 'main');
    return tool.is('help') ? 0 : -1;
  }
  tool.next();
  return select(tool, ...found);
}

function run(process: ConsoleProcess, release: Release): number {
  const { options, rest, unknown } = parseOptions(process.args);
  const tool = new Bpftool(process, release, options.pretty, options.json, options.debug, rest);
  const guarded = (): number => {
    try {
      if (unknown !== null) {
        tool.error(`unrecognized option '${unknown}'`);
        help(tool, 'main');
        return -1;
      }
      if (options.version) return version(tool);
      if (options.help) {
        help(tool, 'main');
        return 0;
      }
      return runObject(tool);
    } catch (error) {
      if (error instanceof UsageShown) return -1;
      if (error instanceof Failed) return error.status;
      throw error;
    }
  };
  const status = guarded();
  if (tool.json && !tool.json.isEmpty) process.out(tool.json.result);
  return status;
}

const manual = `bpftool shows and changes BPF objects of the running kernel, by system calls alone.

  bpftool [-j | -p | -d] struct_ops show | dump | register FILE [DIR] | unregister { id N | name TEXT }
  bpftool map show | dump | lookup | getnext | update | delete | pin | freeze | create
  bpftool prog show | dump xlated | dump jited { id N | name TEXT | tag HEX | pinned PATH } [opcodes] [linum] [visual]
  bpftool prog pin | tracelog;  bpftool link show | detach | pin;  bpftool btf show | dump;  bpftool feature probe
  bpftool version

Words may be abbreviated (\`bpftool st l\`). -j prints JSON, -p prints it indented, -d adds libbpf's log.
bpftool is release 7.5; bpftool71 prints what release 7.1 does.`;

const command = (name: string, release: Release): ConsoleCommand => ({
  name,
  usage: `${name} [OPTIONS] OBJECT COMMAND`,
  summary: `BPF objects: struct_ops, maps, programs, links, types (release ${release.version})`,
  manual,
  isProcess: true,
  run: (process) => run(process, release),
});

const [OLD, NEW] = RELEASES;

export const bpftoolCommands: readonly ConsoleCommand[] = [
  command('bpftool', NEW),
  command('bpftool75', NEW),
  command('bpftool71', OLD),
];
