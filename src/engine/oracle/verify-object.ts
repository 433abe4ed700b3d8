/* Verifies the programs of an object or a text one by one, each opened and loaded alone, as veristat does. */
import { errnoName } from '../base/errno.ts';
import type { Btf } from '../btf/btf.ts';
import { assemble } from '../isa/assembler.ts';
import type { Profile } from '../kernel/profiles.ts';
import { createJudge, type Judge, type JudgeParts } from '../libbpf/judge.ts';
import { kconfigOf } from '../libbpf/kconfig.ts';
import { loadObject } from '../libbpf/load.ts';
import { loadOpened } from '../libbpf/load-object.ts';
import type { Log } from '../libbpf/log.ts';
import type { OpenedObject } from '../libbpf/object.ts';
import { openObject } from '../libbpf/open.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { withPlace } from '../libbpf/where.ts';
import { type Expectation, expectationOf } from './expectations.ts';
import type { KernelExtras } from './object.ts';
import { Session } from './replay/session.ts';

export interface VerifiedRow {
  readonly program: string;
  /** `absent`: the program type is not supported here; `unloadable`: libbpf gives up before loading it */
  readonly verdict: 'success' | 'failure' | 'absent' | 'unloadable';
  /** name of the errno; empty when there is none */
  readonly errno: string;
  readonly insns: number;
  readonly states: number;
  readonly peakStates: number;
  /** microseconds */
  readonly duration: number;
  /** the verifier's log; for an unloadable program, the loader's */
  readonly log: string;
  readonly expectation: Expectation | null;
}

export interface VerifyOptions extends KernelExtras {
  readonly only?: string;
  /** 1, 2: text; 4: counters only; absent: level 1 after a refusal */
  readonly logLevel?: number;
  /** take level and flags of each program from its tags */
  readonly expect?: boolean;
  /** clock in microseconds */
  readonly now: () => number;
}

/** Bytes of veristat's log buffer. */
const LOG_BYTES = 16 * 1024 * 1024;

/** What the verifier must know about a kernel. */
function judgeParts(kernel: Btf, profile: Profile, { whole }: KernelExtras): JudgeParts {
  const types = new Session(kernel, profile, whole).kernel.types;
  const writing = new Set(types.filter(({ subsystem }) => subsystem.writesStructs).map(({ typeId }) => typeId));
  return {
    kernel: whole?.() ?? kernel,
    profile: profile.name,
    logSize: LOG_BYTES,
    writesStructs: (struct) => writing.has(struct),
  };
}

/** Rows of a file, or a text that says why it cannot be opened. */
export type VerifiedFile = readonly VerifiedRow[] | string;

export function verifyObject(
  bytes: Uint8Array,
  path: string,
  kernel: Btf,
  profile: Profile,
  options: VerifyOptions,
): VerifiedFile {
  const quiet: Log = () => {};
  const first = openObject(bytes, path, quiet);
  if (!first.ok) return withPlace(bytes, first.error);
  const { programs, btf } = first.value;
  const wanted = programs.filter(({ subprogram, name }) => !subprogram && (options.only ?? name) === name);
  if (options.only !== undefined && wanted.length === 0) {
    return `no program "${options.only}". There are: ${programs
      .filter((p) => !p.subprogram)
      .map((p) => p.name)
      .join(', ')}`;
  }
  const parts = judgeParts(kernel, profile, options);
  return wanted.map(({ name }) => {
    const expectation = expectationOf(btf, name);
    const asked = options.expect === true && expectation ? expectation : null;
    const logLevel = asked ? levelFor(asked) : options.logLevel;
    const judge = createJudge({
      ...parts,
      ...(logLevel === undefined ? {} : { logLevel }),
      flags: asked?.flags ?? 0,
    });
    const lines: string[] = [];
    const begun = options.now();
    loadOne(bytes, path, name, judge, kernel, profile, options, (level, text) => {
      if (level === 'warn') lines.push(`libbpf: ${text}`);
    });
    return rowOf(name, judge, options.now() - begun, lines, expectation);
  });
}

/** Log level of a program; undefined lets the loader ask again at level 1 after a refusal. */
const levelFor = ({ logLevel }: Expectation): number | undefined => (logLevel === 0 ? undefined : logLevel);

function loadOne(
  bytes: Uint8Array,
  path: string,
  only: string,
  { bpf, close }: Judge,
  kernel: Btf,
  profile: Profile,
  { whole, config }: KernelExtras,
  log: Log,
): void {
  const opened = openObject(bytes, path, () => {});
  if (!opened.ok) return;
  dropUnused(opened.value, only);
  loadOpened(opened.value, { bpf, close, kernel, whole, kconfig: kconfigOf(profile, config), log, only });
}

/** Drops struct_ops maps that do not use the program, since they only add requirements on the kernel's types. */
function dropUnused({ maps }: OpenedObject, only: string): void {
  for (const map of maps) {
    if (!map.structOps) continue;
    map.autocreate = [...map.structOps.programs.values()].some(({ name }) => name === only);
  }
}

function rowOf(
  program: string,
  { judged }: Judge,
  duration: number,
  lines: readonly string[],
  expectation: Expectation | null,
): VerifiedRow {
  const nothing = { insns: 0, states: 0, peakStates: 0, errno: '', duration, expectation };
  // after a refusal the loader asks again for the log, so the last answer has it
  const found = judged.at(-1);
  if (!found) return { program, verdict: 'unloadable', log: lines.join('\n'), ...nothing };
  if (!found.verdict) return { program, verdict: 'absent', log: '', ...nothing };
  const { walkErrno, log, stats } = found.verdict;
  return {
    program,
    verdict: walkErrno === 0 ? 'success' : 'failure',
    errno: walkErrno === 0 ? '' : errnoName(walkErrno),
    insns: stats.insnsProcessed,
    states: stats.totalStates,
    peakStates: stats.peakStates,
    duration,
    log,
    expectation,
  };
}

/** Level at which libbpf asks again after a refusal. */
const REASON_LEVEL = 1;

/** Verifies the members of the struct that a text implements. */
export function verifySource(text: string, kernel: Btf, profile: Profile, options: VerifyOptions): VerifiedFile {
  const { value: object, diagnostics } = assemble(text, symbolsFromBtf(kernel));
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error) return `line ${error.range.line + 1}: ${error.message}`;
  if (!object.structOps) return 'it implements no struct: begin it with `.struct_ops tcp_congestion_ops`';
  const parts = judgeParts(kernel, profile, options);
  const members = object.functions.filter(({ member }) => member !== null);
  const wanted = members.filter(({ name }) => (options.only ?? name) === name);
  if (options.only !== undefined && wanted.length === 0) {
    return `no program "${options.only}". There are: ${members.map(({ name }) => name).join(', ')}`;
  }
  return wanted.map(({ name }) => {
    const others = object.functions.map((fn) => (fn.name === name ? fn : { ...fn, member: null }));
    const row = (logLevel: number | undefined): VerifiedRow => {
      const judge = createJudge(logLevel === undefined ? parts : { ...parts, logLevel });
      const begun = options.now();
      loadObject(judge.bpf, { ...object, functions: others }, kernel);
      return rowOf(name, judge, options.now() - begun, [], null);
    };
    const first = row(options.logLevel);
    // the loader of a text requests no log: verify again after a refusal, as libbpf does
    return options.logLevel === undefined && first.verdict === 'failure' ? row(REASON_LEVEL) : first;
  });
}
