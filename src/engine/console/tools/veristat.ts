/* veristat: verdicts on the programs of an object or a text, and figures of programs already loaded. */
import { assemble } from '../../isa/assembler.ts';
import { createJudge, type Judge } from '../../libbpf/judge.ts';
import { kconfigOf } from '../../libbpf/kconfig.ts';
import { loadObject } from '../../libbpf/load.ts';
import { loadOpened } from '../../libbpf/load-object.ts';
import { openObject } from '../../libbpf/open.ts';
import { symbolsFromBtf } from '../../libbpf/symbols.ts';
import { errnoName } from '../../base/errno.ts';
import type { Host } from '../host.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';

const HEAD = ['File', 'Program', 'Verdict', 'Insns', 'States', 'Peak states', 'Program size'] as const;
type Row = readonly (string | number)[];

/** Bytes of a log buffer; only the log's last lines are shown. */
const LOG_BYTES = 1 << 20;
const LAST_LINES = 4;

/** Aligns a table: columns as wide as their longest cell, numbers to the right. */
function table(rows: readonly Row[]): string {
  const all: readonly Row[] = [HEAD, HEAD.map((head) => '-'.repeat(head.length)), ...rows];
  const widths = HEAD.map((_, i) => Math.max(...all.map((row) => String(row[i]).length)));
  const line = (row: Row): string =>
    row
      .map((cell, i) =>
        typeof cell === 'number' ? String(cell).padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return all.map((row) => `${line(row)}\n`).join('');
}

function judgeOf({ kernel, btf, whole, profile }: Host): Judge {
  const writing = new Set(kernel.types.filter((t) => t.subsystem.writesStructs).map((t) => t.typeId));
  return createJudge({
    kernel: whole?.() ?? btf,
    profile: profile.name,
    logSize: LOG_BYTES,
    logLevel: 1,
    writesStructs: (struct) => writing.has(struct),
    deferred: true,
  });
}

/** Opens and loads a file with only the verifier behind bpf(2); returns the reason for failure, or null. */
function loadBefore(host: Host, { bpf, close }: Judge, path: string): string | null {
  const bytes = host.readFile(path);
  if (!bytes) return `failed to open ${path}: No such file or directory. See: ls`;
  const { btf, whole, profile, config } = host;
  if (bytes[0] === 0x7f) {
    const opened = openObject(bytes, path, () => {});
    if (!opened.ok) return `failed to open ${path}: ${opened.error.message}`;
    const kconfig = kconfigOf(profile, config);
    loadOpened(opened.value, { bpf, close, kernel: btf, whole, kconfig, log: () => {} });
    return null;
  }
  const { value: object, diagnostics } = assemble(new TextDecoder().decode(bytes), symbolsFromBtf(btf));
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error) return `${path}:${error.range.line + 1}: ${error.message}`;
  if (!object.structOps) return `${path} implements no struct: begin it with \`.struct_ops tcp_congestion_ops\``;
  loadObject(bpf, object, btf);
  return null;
}

function veristatFile(p: ConsoleProcess, path: string): Row[] | null {
  const judge = judgeOf(p.host);
  const problem = loadBefore(p.host, judge, path);
  if (problem !== null) {
    p.fail(`veristat: ${problem}`);
    return null;
  }
  const file = path.slice(path.lastIndexOf('/') + 1);
  return judge.judged.map(({ name, insns, steps }) => {
    const size = insns.length >> 3;
    if (!steps) return [file, name, 'not followed here', 0, 0, 0, size];
    const run = steps();
    let step = run.next();
    while (step.done !== true) step = run.next();
    const { walkErrno, log, stats } = step.value;
    const isRefused = walkErrno !== 0;
    if (isRefused) {
      const lines = log.trimEnd().split('\n').slice(-LAST_LINES);
      p.err(`${file} ${name}: ${errnoName(walkErrno)}\n${lines.map((line) => `  ${line}\n`).join('')}`);
    }
    const { insnsProcessed, totalStates, peakStates } = stats;
    return [file, name, isRefused ? 'failure' : 'success', insnsProcessed, totalStates, peakStates, size];
  });
}

/** Rows for loaded programs, of which only the size is known. */
function veristatLoaded(p: ConsoleProcess, wanted: string | undefined): Row[] {
  return Object.values(p.host.kernel.state.progs)
    .filter(({ name }) => wanted === undefined || name.includes(wanted))
    .map(({ name, insnCount }) => ['(loaded)', name, 'success', '-', '-', '-', insnCount]);
}

function veristat(p: ConsoleProcess): number {
  const wanted = p.args.filter((arg) => !arg.startsWith('-'));
  const rows: Row[] = wanted.length === 0 ? veristatLoaded(p, undefined) : [];
  let status = 0;
  for (const name of wanted) {
    const isFile = p.host.readFile(name) !== null;
    const found = isFile ? veristatFile(p, name) : veristatLoaded(p, name);
    if (found !== null && found.length > 0) rows.push(...found);
    else if (found === null) status = 1;
    else {
      status = p.fail(`veristat: no file and no loaded program is called "${name}". See: ls, bpftool prog show`);
    }
  }
  if (rows.length > 0 || wanted.length === 0) p.out(table(rows));
  return status;
}

export const veristatCommand: ConsoleCommand = {
  name: 'veristat',
  usage: 'veristat [FILE | NAME]...',
  summary: 'verdicts of the verifier, and the work that they took',
  manual: `veristat opens each FILE (an object, or a text: see ls), verifies its programs without loading them, and prints
the verdict, the instructions processed on all paths, the states kept, and the program's size. The end of the log comes
before the row of a refused program. A NAME stands for loaded programs of that name; without an argument all loaded programs
are listed. They were verified when they were loaded, so only their sizes are known.`,
  isProcess: true,
  run: veristat,
};
