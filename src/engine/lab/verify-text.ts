/* Verifies a text without loading it, for the editor while the user types. */
import type { Btf } from '../btf/btf.ts';
import { assemble } from '../isa/assembler.ts';
import { disassemble } from '../isa/disassembler.ts';
import { decode, instructionSlots } from '../isa/insn.ts';
import { createJudge } from '../libbpf/judge.ts';
import { loadObject } from '../libbpf/load.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { parseState } from '../verifier/log-parse.ts';
import type { Path, PruneEvent, Verdict } from '../verifier/index.ts';
import { isVerifierLog } from '../verifier/is-log.ts';
import { walkOfLog } from '../verifier/logged.ts';
import type { World } from './world.ts';

/** A visit of an instruction on some path, before it is followed. */
export interface VerifiedVisit {
  readonly slot: number;
  readonly path: number;
  /** registers and stack before it, as the kernel prints them */
  readonly state: string;
  /** the same by name: `R1` or `fp-8`, and its value. Visits with equal states share the object */
  readonly known: Known;
}

export type Known = readonly (readonly [name: string, value: string])[];

export interface VerifiedProgram {
  /** `log`: read from a kernel's log given as the text; `verified`: judged here */
  readonly from: 'verified' | 'log';
  readonly name: string;
  readonly member: string;
  readonly ok: boolean;
  /** positive; 0: accepted */
  readonly errno: number;
  /** the last line before the counters; empty when accepted */
  readonly message: string;
  /** slot of the refused instruction; -1: none, or the program as a whole */
  readonly failedSlot: number;
  readonly log: string;
  readonly processed: number;
  /** for a log: number of visits before those kept */
  readonly left: number;
  /** 0-based line of the text for each slot; for a log, the line of its last visit */
  readonly lines: readonly number[];
  /** each slot in pseudo-C; empty for the second half of a wide instruction */
  readonly insns: readonly string[];
  /** the first visits, up to a limit */
  readonly visits: readonly VerifiedVisit[];
  readonly paths: readonly Path[];
  readonly prunes: readonly PruneEvent[];
}

const LOG_BYTES = 1 << 18;
const MOST_VISITS = 5000;
/** level 2: every state */
const LOG_LEVEL = 2;

/**
 * Verifies a text in steps of bounded work; null when it does not assemble or implements no struct. For a kernel's log
 * returns what that kernel found. `detail`: includes the log, the visits and their states, which takes several times as
 * long.
 */
export function* verifyText(world: World, text: string, detail: boolean): Generator<void, VerifiedProgram[] | null> {
  if (isVerifierLog(text)) return [logged(text)];
  const { btf, kernel, profile } = world;
  const { value: object, diagnostics } = assemble(text, symbolsFromBtf(btf));
  if (diagnostics.some(({ severity }) => severity === 'error') || !object.structOps) return null;
  const writing = new Set(kernel.types.filter((t) => t.subsystem.writesStructs).map((t) => t.typeId));
  const judge = createJudge({
    kernel: btf,
    profile: profile.name,
    logLevel: detail ? LOG_LEVEL : 0,
    logSize: LOG_BYTES,
    ...(detail ? { recordVisits: MOST_VISITS } : {}),
    writesStructs: (struct) => writing.has(struct),
    deferred: true,
  });
  const loaded = loadObject(judge.bpf, object, btf);
  yield;
  const programs: VerifiedProgram[] = [];
  for (const [i, prog] of (loaded?.progs ?? []).entries()) {
    const steps = judge.judged[i]?.steps;
    if (steps) programs.push(shown(btf, prog, yield* steps()));
  }
  return programs;
}

type LoadedProgram = NonNullable<ReturnType<typeof loadObject>>['progs'][number];

function shown(btf: Btf, { name, member, insns, lines }: LoadedProgram, verdict: Verdict): VerifiedProgram {
  const { ok, errno, message, failedInsn, log, stats, visits, paths, prunes } = verdict;
  const states = new Map<string, Known>();
  const known = (state: string): Known => {
    const made =
      states.get(state) ??
      [...(parseState(state)?.values ?? [])].map(([register, { text }]) => [register, text] as const);
    states.set(state, made);
    return made;
  };
  const names = { kfunc: (id: number) => btf.type(id)?.name ?? null };
  const texts = lines.map(() => '');
  for (const slot of instructionSlots(insns)) texts[slot] = disassemble(decode(insns, slot), 'llvm', names) ?? '?';
  return {
    from: 'verified',
    left: 0,
    name,
    member,
    ok,
    errno,
    message,
    failedSlot: failedInsn,
    log,
    processed: stats.insnsProcessed,
    lines,
    insns: texts,
    visits: visits.map(({ insn, path, before }) => ({ slot: insn, path, state: before, known: known(before) })),
    paths,
    prunes,
  };
}

/** Most visits kept of a log; each has its registers. */
const MOST_LOGGED = 10_000;

/** Converts a log to a result as if judged here; facts that it lacks are left unknown. */
function logged(log: string): VerifiedProgram {
  const { visits, paths, prunes, insns, refusal, processed, left } = walkOfLog(log, MOST_LOGGED);
  const lines = insns.map(() => 0);
  for (const { insn, line } of visits) lines[insn] = line;
  const failed = refusal === '' ? undefined : visits.at(-1);
  return {
    from: 'log',
    left,
    name: 'the log',
    member: '',
    ok: refusal === '',
    errno: 0,
    message: refusal,
    failedSlot: failed?.insn ?? -1,
    log: '',
    processed,
    lines,
    insns,
    visits: visits.map(({ insn, path, known }) => ({
      slot: insn,
      path,
      state: known.map(([name, value]) => `${name}=${value}`).join(' '),
      known,
    })),
    paths,
    prunes,
  };
}
