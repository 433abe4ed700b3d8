/** `lab verify`: recorded programs verified again, each difference told. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Btf, compareRecorded, type Comparison, openBtf, type VerifierRecording } from '../engine/index.ts';
import { Usage, type Verb } from './cli.ts';

function btfFor(file: string, kernel: string, given: string | undefined): Btf {
  const places = [
    ...(given === undefined ? [] : [given]),
    join(dirname(file), '..', '..', '..', 'btf', `vmlinux-${kernel}.btf`),
    join('public', 'btf', `v${kernel}.btf`),
  ];
  const path = places.find((p) => existsSync(p));
  if (path === undefined) throw new Usage(`no BTF of kernel ${kernel}: name one with --btf`);
  const opened = openBtf(readFileSync(path));
  if (!opened.ok) throw new Usage(`${path}: ${opened.error.message}`);
  return opened.value;
}

function report(file: string, comparisons: readonly Comparison[]): void {
  for (const c of comparisons) if (c.difference !== '') console.log(`${basename(file)} ${c.id}: ${c.difference}`);
}

const count = (all: readonly Comparison[], key: keyof Comparison): number => all.filter((c) => c[key] === true).length;

function run(args: readonly string[]): number {
  const files = args.filter((a, i) => !a.startsWith('--') && args[i - 1] !== '--btf' && args[i - 1] !== '--id');
  const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  if (files.length === 0) throw new Usage('no file given');
  const all: Comparison[] = [];
  for (const file of files) {
    const recording = JSON.parse(readFileSync(file, 'utf8')) as VerifierRecording;
    const btf = btfFor(file, recording.kernel_short, option('--btf'));
    const id = option('--id');
    const records = recording.records.filter((r) => r.skipped === undefined && (id === undefined || r.id === id));
    const owners = new Map<string, string>();
    const comparisons = records.map((r) => compareRecorded(r, recording.kernel_short, btf, owners));
    if (!args.includes('--summary')) report(file, comparisons);
    all.push(...comparisons);
  }
  console.log(
    `${all.length} programs: verdict ${count(all, 'verdict')} equal, errno ${count(all, 'errno')} equal, log level 1 ${count(all, 'log1')} equal, level 2 ${count(all, 'log2')} equal, insns processed ${count(all, 'processed')} equal`,
  );
  return all.every((c) => c.verdict && c.errno) ? 0 : 1;
}

export const verifyVerb: Verb = {
  name: 'verify',
  usage: 'verify FILE.json... [--btf FILE] [--id PROGRAM] [--summary]',
  summary: 'verify recorded programs again and show where the answers differ',
  run: (args) => run(args),
};
