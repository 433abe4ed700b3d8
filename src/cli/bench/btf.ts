/** Benchmarks the BTF of a whole kernel: opening, reading, searching and printing. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Btf, dumpC, dumpRaw, openBtf, openSearch } from '../../engine/index.ts';
import { readBytes, table, Usage } from '../cli.ts';
import { rounds, timed } from './measure.ts';

/** Times the first run, when code is not yet compiled, and the median of later runs. */
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

/** Decodes every type. */
function parse(bytes: Uint8Array): Btf {
  const btf = open(bytes);
  for (let i = 0; i < btf.count; i++) btf.type(btf.idAt(i));
  return btf;
}

/** The BTF of a whole kernel is next to the repository, not in it. */
const VMLINUX = join(process.cwd(), '..', 'shared', 'btf', 'vmlinux-6.12.btf');

export function benchBtf(): void {
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
