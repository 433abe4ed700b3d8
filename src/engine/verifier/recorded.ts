/*
 * Replays programs that real kernels have judged: reads a recording of verdicts and logs, verifies each of its
 * programs, and reports differences. Used by `lab verify` and by the tests.
 */
import { errnoName } from '../base/errno.ts';
import { ENOSPC } from '../base/errnos.ts';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import type { Verdict, VerifierMap, VerifierProgram } from './environment.ts';
import { factsOf } from './facts.ts';
import { MAP } from './map-rules.ts';
import { verify } from './verify.ts';

export interface RecordedProgram {
  readonly id: string;
  readonly desc: string;
  readonly prog_type: string;
  readonly attach: { readonly attach_btf_id: number; readonly expected_attach_type: number };
  readonly license: string;
  readonly prog_flags: number;
  readonly asm: string;
  readonly maps: readonly (readonly [string, string, number])[];
  readonly insns: readonly string[] | null;
  readonly insns_note?: string;
  readonly prog_btf?: string;
  readonly verdict: string;
  readonly errno: string;
  readonly errno_log1: string;
  readonly log1: string;
  readonly log2?: string;
  readonly skipped?: string;
}

export interface Recording {
  readonly kernel_short: string;
  readonly records: readonly RecordedProgram[];
}

const map = (name: string, type: number, sizes: readonly number[], more: Partial<VerifierMap> = {}): VerifierMap => ({
  name,
  type,
  keySize: sizes[0],
  valueSize: sizes[1],
  maxEntries: sizes[2],
  flags: 0,
  ...more,
});

const A = map('a', MAP.ARRAY, [4, 16, 4]);
const seven = new Uint8Array(16);
seven[0] = 7;

/** The recorder's maps, in the order in which it made them. */
const MAPS: readonly VerifierMap[] = [
  map('h', MAP.HASH, [4, 8, 16]),
  A,
  map('a48', MAP.ARRAY, [4, 48, 1]),
  map('pa', MAP.PERCPU_ARRAY, [4, 8, 4]),
  map('rb', MAP.RINGBUF, [0, 0, 4096]),
  map('pra', MAP.PROG_ARRAY, [4, 4, 4]),
  map('q', MAP.QUEUE, [0, 8, 4]),
  map('sks', MAP.SK_STORAGE, [4, 8, 0]),
  map('lock', MAP.ARRAY, [4, 16, 1], { hasBtf: true, fields: [{ kind: 'bpf_spin_lock', offset: 0, size: 4 }] }),
  map('ro', MAP.ARRAY, [4, 16, 1], { flags: 128, frozen: true, contents: seven }),
  map('wo', MAP.ARRAY, [4, 16, 1], { flags: 256 }),
  map('lru', MAP.LRU_HASH, [4, 8, 16]),
  map('h8', MAP.HASH, [8, 8, 16]),
  map('hk1', MAP.HASH, [1, 1, 16]),
  map('st', MAP.STACK, [0, 8, 4]),
  map('bloom', MAP.BLOOM_FILTER, [0, 8, 16]),
  map('hm', MAP.HASH_OF_MAPS, [4, 4, 4], { inner: { ...A, name: '' } }),
  map('sockmap', MAP.SOCKMAP, [4, 4, 4]),
  map('perf', MAP.PERF_EVENT_ARRAY, [4, 4, 2]),
  map('devmap', MAP.DEVMAP, [4, 4, 4]),
];

const LD_IMM64 = 0x18;

function bytesOf(r: RecordedProgram): Uint8Array {
  if (r.insns)
    return Uint8Array.from(r.insns.flatMap((h) => (h.match(/../g) ?? []).map((x) => Number.parseInt(x, 16))));
  const count = Number(/^(\d+) insns/.exec(r.insns_note ?? '')?.[1] ?? 0);
  const bytes = new Uint8Array(count * 8);
  for (let i = 0; i < count - 1; i++) bytes.set([0xb7, 0, 0, 0, 2], i * 8);
  if (count > 0) bytes.set([0x95], (count - 1) * 8);
  return bytes;
}

/** Maps by the descriptors in the program, which appear in the order of the map names. */
function mapsOf(r: RecordedProgram, bytes: Uint8Array): Map<number, VerifierMap> {
  const found = new Map<number, VerifierMap>();
  const names = [...r.asm.matchAll(/MAP(?:VAL)?\((\w+)/g)].map(([, name]) => name);
  const view = new DataView(bytes.buffer);
  let next = 0;
  for (let i = 0; i + 8 <= bytes.length; i += 8) {
    if (bytes[i] !== LD_IMM64) continue;
    const src = bytes[i + 1] >> 4;
    if (src === 1 || src === 2) {
      const fd = view.getInt32(i + 4, true);
      const name = names[next];
      const value = MAPS.find((m) => m.name === name);
      if (value && name !== undefined && fd < 9999) {
        found.set(fd, value);
        next++;
      }
    }
    i += 8;
  }
  return found;
}

/** The BTF that the recorder made for a program with functions: main(u64) static, subN(u64), some global. */
function btfOf(r: RecordedProgram, bytes: Uint8Array): Pick<VerifierProgram, 'btf' | 'funcInfo'> {
  if (r.prog_btf === undefined) return {};
  const globals = (/global: \[([\d, ]*)\]/.exec(r.prog_btf)?.[1] ?? '').split(',').filter(Boolean).map(Number);
  const starts = startsOf(bytes, globals.length > 0);
  const blob = makeBtf(starts.length, globals);
  const opened = openBtf(blob);
  if (!opened.ok) return {};
  return { btf: opened.value, funcInfo: starts.map((insnOff, i) => ({ insnOff, typeId: 4 + i })) };
}

function startsOf(bytes: Uint8Array, globals: boolean): number[] {
  const view = new DataView(bytes.buffer);
  const starts = new Set([0]);
  const count = bytes.length >> 3;
  for (let i = 0; i < count; i++) {
    const src = bytes[i * 8 + 1] >> 4;
    const isCall = bytes[i * 8] === 0x85 && src === 1;
    const isFunc = bytes[i * 8] === LD_IMM64 && src === 4;
    if (isCall || isFunc) starts.add(i + view.getInt32(i * 8 + 4, true) + 1);
    if (bytes[i * 8] === LD_IMM64) i++;
  }
  if (!globals) return [...starts].toSorted((a, b) => a - b);
  for (let i = 0; starts.size === 1 && i + 1 < count; i++) if (bytes[i * 8] === 0x95) starts.add(i + 1);
  return [...starts].toSorted((a, b) => a - b);
}

function makeBtf(functions: number, globals: readonly number[]): Uint8Array {
  const names = ['main', ...Array.from({ length: functions - 1 }, (_, i) => `sub${i + 1}`)];
  let strings = '\0int\0u64\0a\0main\0';
  for (const name of names.slice(1)) strings += `${name}\0`;
  const at = (name: string): number => strings.indexOf(`\0${name}\0`) + 1;
  const words = [at('int'), 1 << 24, 4, (1 << 24) | 32, at('u64'), 1 << 24, 8, 64, 0, (13 << 24) | 1, 1, at('a'), 2];
  names.forEach((name, i) => words.push(at(name), (12 << 24) | (globals.includes(i) ? 1 : 0), 3));
  const length = words.length * 4;
  const out = new Uint8Array(24 + length + strings.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, 0xeb9f, true);
  out[2] = 1;
  [24, 0, length, length, strings.length].forEach((x, i) => view.setUint32(4 + i * 4, x, true));
  words.forEach((x, i) => view.setUint32(24 + i * 4, x, true));
  for (let i = 0; i < strings.length; i++) out[24 + length + i] = strings.charCodeAt(i);
  return out;
}

export function verifyRecorded(r: RecordedProgram, kernel: string, btf: Btf, level: number, foreign = false): Verdict {
  const insns = bytesOf(r);
  const maps = mapsOf(r, insns);
  return verify(
    {
      insns,
      type: r.prog_type,
      attachBtfId: r.attach.attach_btf_id,
      expectedAttachType: r.attach.expected_attach_type,
      license: r.license,
      flags: r.prog_flags,
      ...btfOf(r, insns),
    },
    {
      facts: factsOf(`v${kernel}`),
      btf,
      mapByFd: (fd) => owned(maps.get(fd), foreign),
      logLevel: level,
      logSize: 1 << 24,
      nrCpus: 2,
    },
  );
}

const owned = (m: VerifierMap | undefined, otherOwner: boolean): VerifierMap | null =>
  m === undefined ? null : m.type === MAP.PROG_ARRAY && otherOwner ? { ...m, otherOwner } : m;

/** Addresses of maps differ from boot to boot. */
const masked = (log: string): string => log.replace(/0xff[0-9a-f]{14}\b/g, '0xff11');

/** Compares logs; the recorder kept only the beginning and end of a long one. */
function sameLog(recorded: string, ours: string): boolean {
  const cut = /\n\.\.\.\[\d+ chars\]\.\.\.\n/.exec(recorded);
  const mine = masked(ours);
  if (!cut) return masked(recorded) === mine;
  const head = recorded.slice(0, cut.index);
  const tail = recorded.slice(cut.index + cut[0].length);
  return masked(ours.slice(0, head.length)) === masked(head) && masked(ours.slice(-tail.length)) === masked(tail);
}

export interface Comparison {
  readonly id: string;
  readonly verdict: boolean;
  readonly errno: boolean;
  readonly message: boolean;
  readonly log1: boolean;
  /** true where level 2 was not recorded */
  readonly log2: boolean;
  readonly processed: boolean;
  readonly difference: string;
}

const processedOf = (log: string): string => /processed (\d+) insns/.exec(log)?.[1] ?? '';
const messageOf = (log: string): string => masked(log.trimEnd().split('\n').at(-2) ?? '');

function firstDifference(recorded: string, ours: string): string {
  const a = masked(recorded).split('\n');
  const b = masked(ours).split('\n');
  const at = a.findIndex((line, i) => line !== b[i]);
  if (at < 0) return b.length > a.length ? `+ ${b[a.length]}` : '';
  return `line ${at + 1}\n  - ${a[at]}\n  + ${b[at] ?? ''}`;
}

/** Program kind that owns each tail-call map: that of the first program loaded with it. */
export type Owners = Map<string, string>;

const TAIL_MAP = 'pra';

function ownerOf(r: RecordedProgram): string | null {
  return r.asm.includes(`MAP(${TAIL_MAP})`) ? `${r.prog_type} ${r.attach.expected_attach_type}` : null;
}

export function compareRecorded(r: RecordedProgram, kernel: string, btf: Btf, owners: Owners = new Map()): Comparison {
  const kind = ownerOf(r);
  const foreign = kind !== null && owners.has(TAIL_MAP) && owners.get(TAIL_MAP) !== kind;
  const one = verifyRecorded(r, kernel, btf, 1, foreign);
  const two = r.log2 === undefined ? null : verifyRecorded(r, kernel, btf, 2, foreign);
  // the verdict was recorded without a log, whose buffer cannot be too small
  const silent = one.errno === ENOSPC ? verifyRecorded(r, kernel, btf, 0, foreign) : one;
  if (kind !== null && silent.ok && !owners.has(TAIL_MAP)) owners.set(TAIL_MAP, kind);
  const same = compareVerdicts(r, silent, one, two);
  return same;
}

function compareVerdicts(r: RecordedProgram, silent: Verdict, one: Verdict, two: Verdict | null): Comparison {
  const verdict = silent.ok === (r.verdict === 'accept');
  const errno = r.errno === (silent.errno === 0 ? 'OK' : errnoName(silent.errno));
  const log1 = sameLog(r.log1, one.log);
  const log2 = two === null || sameLog(r.log2 ?? '', two.log);
  const difference =
    !verdict || !errno
      ? `${r.verdict} ${r.errno}, here ${silent.ok ? 'accept' : 'reject'} ${silent.errno === 0 ? 'OK' : errnoName(silent.errno)}: ${silent.message}\n  recorded: ${messageOf(r.log1)}`
      : log1
        ? log2
          ? ''
          : `level 2, ${firstDifference(r.log2 ?? '', two?.log ?? '')}`
        : `level 1, ${firstDifference(r.log1, one.log)}`;
  return {
    id: r.id,
    verdict,
    errno,
    message: one.ok || messageOf(r.log1) === messageOf(one.log),
    log1,
    log2,
    processed: processedOf(r.log1) === processedOf(one.log),
    difference,
  };
}
