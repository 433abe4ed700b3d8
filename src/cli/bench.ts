/** Speeds, printed beside how they grow; nothing is asserted. Each figure is the median of several rounds. */
import { own } from '../engine/index.ts';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  assemble,
  assembleMnemonic,
  type Btf,
  dumpC,
  dumpRaw,
  Lab,
  openBtf,
  openSearch,
  type PathConfig,
} from '../engine/index.ts';
import { diffTimes, parseWatch, watchRun } from '../engine/late.ts';
import { benchCompiler, benchPrograms } from '../engine/vm/vm.bench.ts';
import { ALL_SCENARIOS as SCENARIOS } from '../scenarios/all.ts';
import { readBytes, shippedParts, table, Usage, type Verb, withSamples } from './cli.ts';
import { parseLink, simScenario } from './sim.ts';

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

function rounds(count: number, measure: () => number): number {
  return median(Array.from({ length: count }, measure));
}

/** ms that `work` takes */
function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

const thousands = (n: number): string => Math.round(n).toLocaleString('en');

/** A: 10 Mbit/s, 20 ms, 50 packets; B: 100 Mbit/s, 40 ms, 333; C: 1 Gbit/s, 10 ms, 833. */
const LINKS: readonly (readonly [string, PathConfig, number])[] = [
  ['A 10 Mbit/s', parseLink('10mbit,20ms,50'), 20],
  ['B 100 Mbit/s', parseLink('100mbit,40ms,333'), 4],
  ['C 1 Gbit/s', parseLink('1gbit,10ms,833'), 1],
];
const FLOWS = [1, 10, 100] as const;

/** Packets and BPF instructions a second of wall clock, for one congestion control. */
function simulation(cc: string, link: PathConfig, flows: number, seconds: number): { packets: number; insns: number } {
  const scenario = simScenario({ cc, link, flows, seconds, seed: 1 });
  const lab = new Lab(shippedParts(), scenario);
  const ms = timed(() => lab.seek(scenario.until));
  const { packetsSent, executedInsns } = lab.hot();
  return { packets: packetsSent / (ms / 1000), insns: executedInsns / (ms / 1000) };
}

/** Time as a tool, over 60 s with ten flows: going back, another branch, a difference, a watch over all of it. */
function benchTime(): void {
  const scenario = simScenario({ cc: 'bpf_reno', link: parseLink('10mbit,20ms,50'), flows: 10, seconds: 60, seed: 1 });
  const fresh = (): Lab => new Lab(shippedParts(), scenario);
  const lab = fresh();
  // the first run compiles
  fresh().seek(60e9);
  const once = timed(() => lab.seek(60e9));
  const stepped = fresh();
  const byEvents = timed(() => {
    while (stepped.nextTime <= 60e9 && stepped.stepEvent(1));
  });
  const seeks = [31e9, 7e9, 52e9, 18e9, 44e9].map((time) => timed(() => lab.seek(time)));
  const seek = Math.max(...seeks);
  const diff = timed(() => diffTimes(lab, 20e9, 40e9));
  const branch = timed(() => {
    lab.seek(30e9);
    lab.command({ do: 'close', socket: 1 });
    lab.seek(31e9);
  });
  const other = fresh();
  const plan = parseWatch('tp->snd_cwnd * tp->srtt_us', other);
  const watch = timed(() => {
    const run = watchRun(plan, other, 60e9);
    while (run.next().done !== true);
  });
  console.log('time as a tool, 60 s with 10 flows, ms');
  const ms = (n: number): string => n.toFixed(0);
  const rows = [
    ['running once', ms(once), ''],
    ['the same, event by event', ms(byEvents), ''],
    ['the longest of five seeks', ms(seek), ''],
    ['a branch in its middle, one second of it', ms(branch), ''],
    ['the difference of two times', ms(diff), ''],
    ['a watch over all of it', ms(watch), `${(watch / once).toFixed(2)} x running once`],
    ['checkpoints held', `${(lab.checkpoints.bytes / 2 ** 20).toFixed(0)} MB`, `${lab.checkpoints.count}`],
  ];
  console.log(`${table(['', 'ms', ''], rows)}\n`);
}

function benchTcp(): void {
  console.log('packets/s of the simulation (wall clock), by number of flows');
  const rows = ['reno', 'bpf_reno'].flatMap((cc) =>
    LINKS.map(([name, link, seconds]) => [
      `${name}, ${cc}`,
      ...FLOWS.map((flows) => thousands(rounds(3, () => simulation(cc, link, flows, seconds).packets))),
    ]),
  );
  console.log(table(['link', ...FLOWS.map((n) => `N=${n}`)], rows));
  const { insns } = simulation('bpf_reno', LINKS[0][1], 1, 20);
  console.log(`BPF instructions/s inside that simulation, N=1: ${thousands(insns)}`);
}

function benchLab(): void {
  console.log('time travel, by length of the run');
  const rows = SCENARIOS.map(withSamples).flatMap((scenario) =>
    [1, 4, 16].map((times) => {
      const until = scenario.until * times;
      const lab = new Lab(shippedParts(), scenario);
      const forward = timed(() => lab.seek(until));
      const { count, bytes } = lab.checkpoints;
      let k = 0;
      const seek = rounds(31, () => timed(() => lab.seek(Math.floor((until * ((k++ * 37) % 97)) / 97))));
      const hash = rounds(7, () => timed(() => lab.hash()));
      return [
        `${scenario.id} x${times}`,
        (until / 1e9).toFixed(1),
        forward.toFixed(1),
        count,
        (bytes / 1024 / 1024).toFixed(1),
        seek.toFixed(2),
        hash.toFixed(2),
      ];
    }),
  );
  console.log(table(['scenario', 'seconds', 'run ms', 'checkpoints', 'MiB', 'seek ms', 'hash ms'], rows));
  const lab = new Lab(shippedParts(), SCENARIOS[0]);
  lab.seek(SCENARIOS[0].until);
  let image = lab.machine.memory.save();
  const save = rounds(101, () =>
    timed(() => {
      image = lab.machine.memory.save(image);
    }),
  );
  const restore = rounds(101, () => timed(() => lab.machine.memory.restore(image)));
  console.log(
    `one checkpoint, ${(image.used / 1024).toFixed(0)} KiB: save ${save.toFixed(3)} ms, restore ${restore.toFixed(3)} ms`,
  );
}

/** ns of a call of each member of a registered struct, as the stack calls it, beside the instructions that it executes. */
function benchCalls(): string[] {
  const scenario = simScenario({ cc: 'bpf_reno', link: LINKS[0][1], flows: 1, seconds: 5, seed: 1 });
  const lab = new Lab(shippedParts(), scenario);
  lab.seek(scenario.until);
  const { machine } = lab;
  const [{ progs }] = Object.values(machine.kernel.state.maps).filter((map) => map.progs.length > 0);
  const [{ sk }] = machine.tcp.list();
  const CALLS = 200_000;
  const rows = progs.map(({ member, address }) => {
    const before = lab.hot().executedInsns;
    const call = (): void => {
      for (let i = 0; i < CALLS; i++) machine.text.call(address, sk, i, 1);
    };
    call();
    const insns = (lab.hot().executedInsns - before) / CALLS;
    return [member, ((rounds(21, () => timed(call)) * 1e6) / CALLS).toFixed(1), insns.toFixed(1)];
  });
  return table(['call by the stack', 'ns', 'instructions'], rows).split('\n');
}

/** Runs before the first counts, when code is not yet compiled; then the median of what follows. */
function coldAndWarm(work: () => void): [cold: string, warm: string] {
  const cold = timed(work);
  return [cold.toFixed(1), rounds(9, () => timed(work)).toFixed(1)];
}

/** MiB that the result of `make` keeps alive; needs `--expose-gc`. */
function kept(make: () => unknown): string {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) return '-';
  const used = (): number => {
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const value = make();
  const bytes = used() - before;
  return value === null ? '-' : (bytes / 1024 / 1024).toFixed(1);
}

function open(bytes: Uint8Array): Btf {
  const btf = openBtf(bytes);
  if (!btf.ok) throw new Usage(btf.error.message);
  return btf.value;
}

/** Every type as an object. */
function parse(bytes: Uint8Array): Btf {
  const btf = open(bytes);
  for (let i = 0; i < btf.count; i++) btf.type(btf.idAt(i));
  return btf;
}

/** The BTF of a whole kernel lies beside the repository, not in it. */
const VMLINUX = join(process.cwd(), '..', 'shared', 'btf', 'vmlinux-6.12.btf');

function benchBtf(): void {
  if (!existsSync(VMLINUX)) {
    console.log(`BTF of a whole kernel: ${VMLINUX} is not here`);
    return;
  }
  const bytes = readBytes(VMLINUX);
  const search = openSearch(open(bytes));
  const queries = ['t', 'tcp', 'sock', 'nobody'];
  const rows = [
    ['index', ...coldAndWarm(() => void open(bytes)), kept(() => open(bytes)), '60 ms'],
    ['full parse', ...coldAndWarm(() => void parse(bytes)), kept(() => parse(bytes)), '250 ms, 60 MiB'],
    ['dump raw', ...coldAndWarm(() => void dumpRaw(open(bytes))), '', ''],
    ['dump C', ...coldAndWarm(() => void dumpC(open(bytes))), '', ''],
    ...queries.map((query) => [`search "${query}"`, ...coldAndWarm(() => void search(query, 100)), '', '8 ms']),
    ...['raw', 'c'].map((format) => [`bpftool btf dump, ${format}`, '', bpftool(format), '', '']),
  ];
  console.log(`vmlinux 6.12, ${(bytes.length / 1e6).toFixed(1)} MB, ${open(bytes).count} types`);
  console.log(table(['ms', 'first', 'then', 'MiB kept', 'goal'], rows));
}

/** ms that bpftool takes for the same file, where it is installed. */
function bpftool(format: string): string {
  const args = ['btf', 'dump', 'file', VMLINUX, ...(format === 'c' ? ['format', 'c'] : [])];
  const run = (): number => timed(() => spawnSync('bpftool', args, { stdio: 'ignore' }));
  return spawnSync('bpftool', ['version'], { stdio: 'ignore' }).status === 0 ? rounds(3, run).toFixed(1) : 'not here';
}

/** The benchmark programs lie beside the repository, not in it. */
const PROGRAMS = join(process.cwd(), '..', 'shared', 'bench', 'programs');

const printed = (lines: readonly string[]): void => console.log(lines.join('\n'));

/** Texts of one long function, of many short ones, and of names that nobody knows. */
const TEXTS: readonly (readonly [string, (lines: number) => string])[] = [
  ['one function', (lines) => `.section .text\nf:\n${'r0 += 1\n'.repeat(lines)}exit`],
  [
    'many functions',
    (lines) => `.section .text\n${Array.from({ length: lines / 3 }, (_, i) => `f${i}:\ncall f${i}\nexit\n`).join('')}`,
  ],
  ['unknown names', (lines) => `.section .text\nf:\n${'call nobody\n'.repeat(lines)}exit`],
];

function benchAssembler(): void {
  const { symbols } = shippedParts();
  const LENGTHS = [1_000, 10_000, 100_000, 900_000];
  const perLine = (read: (text: string) => unknown, make: (lines: number) => string): string[] =>
    LENGTHS.map((lines) => {
      const text = make(lines);
      const ms = rounds(lines > 100_000 ? 1 : 3, () => timed(() => void read(text)));
      return ((ms * 1000) / lines).toFixed(1);
    });
  const rows = TEXTS.map(([name, make]) => [name, ...perLine((text) => assemble(text, symbols), make)]);
  rows.push(['mnemonics', ...perLine(assembleMnemonic, (lines) => 'add %r0, 1\n'.repeat(lines))]);
  console.log(table(['us a line of the text, by its lines', ...LENGTHS.map(thousands)], rows));
}

/** By name; parts of one run in processes of their own: what one makes the engine learn must not slow the next. */
const BENCHES: Readonly<Record<string, readonly (() => void)[]>> = {
  vm: [() => printed(benchCalls()), () => printed(benchCompiler()), () => printed(benchPrograms(PROGRAMS))],
  lab: [benchLab],
  tcp: [benchTcp],
  time: [benchTime],
  btf: [benchBtf],
  asm: [benchAssembler],
};

/** `vm`: all parts of it; `vm.1`: one of them. */
function partsOf(name: string): string[] {
  const [group, part] = name.split('.');
  const parts = own(BENCHES, group) ?? [];
  if (part === undefined) return parts.map((_, i) => `${group}.${i}`);
  return parts[Number(part)] ? [name] : [];
}

function runPart(name: string): void {
  const [group, part] = name.split('.');
  own(BENCHES, group)?.[Number(part)]();
  console.log('');
}

export const benchVerb: Verb = {
  name: 'bench',
  usage: `bench [${Object.keys(BENCHES).join('|')}]`,
  summary: 'prints speeds',
  run(names) {
    const unknown = names.find((name) => partsOf(name).length === 0);
    if (unknown !== undefined) throw new Usage(`no benchmark "${unknown}"`);
    const parts = (names.length > 0 ? names : Object.keys(BENCHES)).flatMap(partsOf);
    if (names.length === 1 && parts.length === 1 && parts[0] === names[0]) {
      runPart(parts[0]);
      return 0;
    }
    console.log(`Node ${process.version}, V8 ${process.versions.v8}\n`);
    for (const part of parts) {
      const args = [...process.execArgv, process.argv[1], 'bench', part];
      const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
      if (status !== 0) return status ?? 1;
    }
    return 0;
  },
};
