/** Prints speeds and how they scale; asserts nothing. Each figure is the median of several rounds. */
import { own } from '../engine/index.ts';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { benchCompiler, benchPrograms, benchProven } from '../engine/vm/vm.bench.ts';
import { benchAssembler } from './bench/assembler.ts';
import { benchBtf } from './bench/btf.ts';
import { benchCalls } from './bench/calls.ts';
import { benchLab } from './bench/lab.ts';
import { benchTcp } from './bench/tcp.ts';
import { benchTime } from './bench/time.ts';
import { benchVerifier, provenOf } from './bench/verifier.ts';
import { Usage, type Verb } from './cli.ts';

/** The benchmark programs are next to the repository, not in it. */
const PROGRAMS = join(process.cwd(), '..', 'shared', 'bench', 'programs');

const printed = (lines: readonly string[]): void => console.log(lines.join('\n'));

/**
 * Benchmarks by name; each part runs in its own process, so that what the JavaScript engine learned from one cannot
 * slow the next.
 */
const BENCHES: Readonly<Record<string, readonly (() => void)[]>> = {
  vm: [
    () => printed(benchCalls()),
    () => printed(benchCompiler()),
    () => printed(benchProven(provenOf)),
    () => printed(benchPrograms(PROGRAMS)),
  ],
  lab: [benchLab],
  tcp: [benchTcp],
  time: [benchTime],
  btf: [benchBtf],
  asm: [benchAssembler],
  verifier: [benchVerifier],
};

/** Names of parts: `vm` stands for all its parts, `vm.1` for one of them. */
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
