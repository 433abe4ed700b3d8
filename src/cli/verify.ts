/** `lab verify`: recorded programs verified again, or the programs of objects and texts as veristat shows them. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Btf,
  compareRecorded,
  type Comparison,
  DEFAULT_KERNEL,
  openBtf,
  unmatched,
  type VerifiedFile,
  type VerifiedRow,
  type VerifierRecording,
  verifyObject,
  verifySource,
} from '../engine/index.ts';
import { number, readBytes, shippedParts, table, Usage, type Verb } from './cli.ts';

function btfFor(file: string, kernel: string, given: string | undefined): Btf {
  const places = [
    ...(given === undefined ? [] : [given]),
    join(dirname(file), '..', '..', '..', 'btf', `vmlinux-${kernel}.btf`),
    join('public', 'btf', `v${kernel}.btf`),
  ];
  const path = places.find((p) => existsSync(p));
  if (path === undefined) throw new Usage(`no BTF of kernel ${kernel}: name one with --btf`);
  const opened = openBtf(readBytes(path));
  if (!opened.ok) throw new Usage(`${path}: ${opened.error.message}`);
  return opened.value;
}

function report(file: string, comparisons: readonly Comparison[]): void {
  for (const c of comparisons) if (c.difference !== '') console.log(`${basename(file)} ${c.id}: ${c.difference}`);
}

const count = (all: readonly Comparison[], key: keyof Comparison): number => all.filter((c) => c[key] === true).length;

function recordingOf(file: string): VerifierRecording {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder().decode(readBytes(file)));
  } catch (error) {
    throw new Usage(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isRecording =
    typeof read === 'object' &&
    read !== null &&
    'kernel_short' in read &&
    'records' in read &&
    Array.isArray(read.records);
  if (!isRecording) throw new Usage(`${file} is no recording of the verifier: it has no "kernel_short" and "records"`);
  return read as VerifierRecording;
}

function replayRecordings(files: readonly string[], { btf: given, id, summary }: Options): number {
  const all: Comparison[] = [];
  for (const file of files) {
    const recording = recordingOf(file);
    const btf = btfFor(file, recording.kernel_short, given);
    const records = recording.records.filter((r) => r.skipped === undefined && (id === undefined || r.id === id));
    const owners = new Map<string, string>();
    const comparisons = records.map((r) => compareRecorded(r, recording.kernel_short, btf, owners));
    if (!summary) report(file, comparisons);
    all.push(...comparisons);
  }
  console.log(
    `${all.length} programs: verdict ${count(all, 'verdict')} equal, errno ${count(all, 'errno')} equal, log level 1 ${count(all, 'log1')} equal, level 2 ${count(all, 'log2')} equal, insns processed ${count(all, 'processed')} equal`,
  );
  return all.every((c) => c.verdict && c.errno) ? 0 : 1;
}

interface FileRow extends VerifiedRow {
  readonly file: string;
}

const HEAD = ['File', 'Program', 'Verdict', 'Errno', 'Insns', 'States', 'Peak states', 'Duration (us)'];
const CSV_HEAD = 'file_name,prog_name,verdict,errno,total_insns,total_states,peak_states,duration';

const cells = (row: FileRow): (string | number)[] => [
  row.file,
  row.program,
  row.verdict,
  row.errno === '' ? '-' : row.errno,
  row.insns,
  row.states,
  row.peakStates,
  row.duration,
];

const quoted = (cell: string | number): string =>
  /[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);

const LAST_LINES = 6;

function tellRefusal(row: FileRow, whole: boolean): void {
  if (row.verdict === 'success' && !whole) return;
  if (row.verdict === 'absent') {
    console.log(`\n${row.file} ${row.program}: programs of this type are not followed here`);
    return;
  }
  if (row.log === '') return;
  const lines = row.log.trimEnd().split('\n');
  const shown = whole ? lines : lines.slice(-LAST_LINES);
  const cut = lines.length - shown.length;
  console.log(`\n${row.file} ${row.program}:${cut > 0 ? ` (${cut} lines before)` : ''}`);
  // in one piece: a log at level 1 may have half a million lines
  console.log(shown.map((line) => `  ${line}`).join('\n'));
}

/** Why a program is not as its author expects; null: it is. */
function surprise({ expectation, verdict, errno, log }: FileRow): string | null {
  if (!expectation) return null;
  if (verdict === 'absent') return 'programs of this type are not followed here';
  const accepted = verdict === 'success';
  if (accepted !== expectation.accepted) {
    return accepted ? 'accepted, should be refused' : `refused (${errno === '' ? verdict : errno}), should be accepted`;
  }
  return unmatched(log, expectation.messages);
}

function tellExpectations(rows: readonly FileRow[]): number {
  const tests = rows.filter(({ expectation }) => expectation !== null && !expectation.auxiliary);
  let equal = 0;
  for (const row of tests) {
    const why = surprise(row);
    const { description = '' } = row.expectation ?? {};
    if (why === null) equal++;
    else console.log(`${row.file} ${row.program}${description === '' ? '' : ` (${description})`}: ${why}`);
  }
  const unread = new Set(tests.flatMap(({ expectation }) => expectation?.others ?? []));
  if (unread.size > 0) console.error(`not compared: ${[...unread].sort().join(', ')}`);
  if (tests.length === 0) console.error('no program has annotations (`comment:test_expect_...` tags in its BTF)');
  console.log(`${tests.length} programs: ${equal} as annotated`);
  return equal === tests.length && tests.length > 0 ? 0 : 1;
}

function verifyFiles(files: readonly string[], options: Options): number {
  const given = options['log-level'];
  const level = given === undefined ? {} : { logLevel: number(given, 1, '--log-level', 0, 15) };
  const { btf, profile, whole, config } = shippedParts(options.kernel ?? DEFAULT_KERNEL);
  const rows: FileRow[] = [];
  let unread = 0;
  for (const file of files) {
    const bytes = readBytes(file);
    const asked = {
      whole,
      config,
      // a refused program shows the last lines of its log
      ...level,
      expect: options.expect ?? false,
      now: () => Math.round(performance.now() * 1000),
      ...(options.prog === undefined ? {} : { only: options.prog }),
    };
    // a file with an object's name but other contents is refused as an object, not read as a text
    const isObject = (bytes[0] === 0x7f && bytes[1] === 0x45) || file.endsWith('.o');
    const found: VerifiedFile = isObject
      ? verifyObject(bytes, file, btf, profile, asked)
      : verifySource(new TextDecoder().decode(bytes), btf, profile, asked);
    if (typeof found === 'string') {
      console.error(`lab verify: ${file}: ${found}`);
      unread++;
      continue;
    }
    rows.push(...found.map((row) => ({ ...row, file: basename(file) })));
  }
  if (options.expect) return Math.max(tellExpectations(rows), unread > 0 ? 1 : 0);
  if (options.csv) console.log([CSV_HEAD, ...rows.map((row) => cells(row).map(quoted).join(','))].join('\n'));
  else if (rows.length > 0) {
    console.log(table(HEAD, rows.map(cells)));
    for (const row of rows) tellRefusal(row, given !== undefined);
  }
  return unread === 0 && rows.every(({ verdict }) => verdict === 'success') ? 0 : 1;
}

const OPTIONS = {
  btf: { type: 'string' },
  id: { type: 'string' },
  summary: { type: 'boolean' },
  kernel: { type: 'string' },
  prog: { type: 'string' },
  'log-level': { type: 'string' },
  csv: { type: 'boolean' },
  expect: { type: 'boolean' },
} as const;

type Options = ReturnType<typeof parse>['values'];

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

/** Options that go with recordings alone, and those that go with programs. */
const OF_RECORDINGS = ['btf', 'id', 'summary'] as const;
const OF_PROGRAMS = ['kernel', 'prog', 'log-level', 'csv', 'expect'] as const;

function run(args: string[]): number {
  const { values, positionals: files } = parse(args);
  if (files.length === 0) throw new Usage('no file given');
  const recordings = files.filter((file) => file.endsWith('.json'));
  if (recordings.length > 0 && recordings.length < files.length) {
    throw new Usage('takes recordings (.json), or objects and texts, not both at once');
  }
  const foreign = (recordings.length > 0 ? OF_PROGRAMS : OF_RECORDINGS).find((name) => values[name] !== undefined);
  if (foreign !== undefined) {
    throw new Usage(`--${foreign} goes with ${recordings.length > 0 ? 'objects and texts' : 'recordings (.json)'}`);
  }
  return recordings.length > 0 ? replayRecordings(files, values) : verifyFiles(files, values);
}

export const verifyVerb: Verb = {
  name: 'verify',
  usage:
    'verify FILE.json... [--btf FILE] [--id PROGRAM] [--summary] | FILE.bpf.o|FILE.s... [--kernel NAME] [--prog NAME] [--log-level 1|2|4] [--csv] [--expect]',
  summary: 'verifies recorded programs again, or each program of an object or text',
  run,
};
