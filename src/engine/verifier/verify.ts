/* The whole of bpf_check: static passes, the walk of the main program and of global functions, stack depth, statistics. */
import { stillWorking } from '../base/still-working.ts';
import { own } from '../base/own.ts';
import { E2BIG, EINVAL, ENOSPC, ENOTSUPP } from '../base/errnos.ts';
import { checkCfg } from './cfg.ts';
import { rulesOf } from './ctx/index.ts';
import { dropFastcalls, findFastcalls } from './fastcall.ts';
import type { StructAccess, Verdict, VerifierEnvironment, VerifierProgram } from './environment.ts';
import { dynptrValue } from './insn/dynptr-value.ts';
import { argumentsOf } from './insn/global-args.ts';
import { Refused, Session } from './session.ts';
import { printLiveRegisters } from './live-registers.ts';
import { addOwnStack, calleesOf, checkStackDepth } from './stack-depth.ts';
import { Frame, initFrame, State } from './state.ts';
import {
  checkFuncInfo,
  checkFuncInfoEarly,
  checkSubprogs,
  findSubprogs,
  isGpl,
  resolveWide,
  subprogEnd,
} from './structure.ts';
import * as T from './types.ts';
import { walk } from './walk.ts';

const SLEEPABLE = 0x10;
const SLICE = 4096;

/** check_attach_btf_id */
function checkAttach(env: Session): void {
  const { program } = env;
  const sleepable = (program.flags & SLEEPABLE) !== 0;
  if (program.type === 'syscall') {
    if (!sleepable) env.refuse(EINVAL, 'Syscall programs can only be sleepable');
    return;
  }
  const maySleep = program.type === 'kprobe' || (program.type === 'struct_ops' && env.facts.sleepableStructOps);
  if (sleepable && !maySleep)
    env.refuse(
      EINVAL,
      env.facts.sleepableStructOps
        ? 'Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable'
        : 'Only fentry/fexit/fmod_ret, lsm, and kprobe/uprobe programs can be sleepable',
    );
  if (program.type === 'struct_ops') checkStructOps(env);
}

const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = { tcp_congestion_ops: ['get_info'] };

/** check_struct_ops_btf_id */
function checkStructOps(env: Session): void {
  const { btf, program, facts } = env;
  if (!isGpl(env)) env.refuse(EINVAL, 'struct ops programs must have a GPL compatible license');
  const id = program.attachBtfId;
  if (id === 0 && facts.silentAttachZero) env.refuse(ENOTSUPP, '');
  const struct = btf.type(id);
  const known = struct?.kind === 'STRUCT' && btf.find('STRUCT', `bpf_struct_ops_${struct.name}`) !== 0;
  if (!struct || !known) env.refuse(ENOTSUPP, `attach_btf_id ${id} is not a supported struct`);
  const index = program.expectedAttachType >>> 0;
  const member = struct.members[index];
  if (!member) env.refuse(EINVAL, `attach to invalid member idx ${index} of struct ${struct.name}`);
  const pointer = btf.type(btf.skipModifiers(member.type));
  const proto = pointer?.kind === 'PTR' ? btf.type(btf.skipModifiers(pointer.type)) : null;
  if (proto?.kind !== 'FUNC_PROTO')
    env.refuse(EINVAL, `attach to invalid member ${member.name}(@idx ${index}) of struct ${struct.name}`);
  if (own(UNSUPPORTED, struct.name)?.includes(member.name))
    env.refuse(ENOTSUPP, `attach to unsupported member ${member.name} of struct ${struct.name}`);
  env.attach = { struct: struct.name, member: member.name, proto: proto.id };
}

/** Kernels before 6.8 look at the main program's argument too, and say so where its type is a number, but go on. */
function sayMainArgument(env: Session): void {
  const { btf } = env.program;
  if (!env.facts.oldText || !btf || env.funcInfo.length === 0) return;
  const func = btf.type(env.funcInfo[0].typeId);
  const proto = func?.kind === 'FUNC' ? btf.type(func.type) : null;
  const first = proto?.kind === 'FUNC_PROTO' ? btf.type(btf.skipModifiers(proto.params[0]?.type ?? 0)) : null;
  if (env.log.level1 && (first?.kind === 'INT' || first?.kind === 'ENUM')) env.log.write('R1 is not a scalar\n');
}

/** Registers of a global function, or R1 with the context. */
function initRegisters(env: Session, frame: Frame, subprog: number): void {
  if (subprog === 0) {
    sayMainArgument(env);
    frame.regs[1].v = T.pointer(T.PTR_TO_CTX);
    return;
  }
  const args = argumentsOf(env, subprog);
  if (subprog === env.exceptionSubprog && (args.length !== 1 || args[0].kind !== 'scalar'))
    env.refuse(EINVAL, 'exception cb only supports single integer argument');
  args.forEach((argument, i) => {
    const r = frame.regs[i + 1];
    if (argument.kind === 'ctx') r.v = T.pointer(T.PTR_TO_CTX);
    else if (argument.kind === 'scalar') r.v = T.UNKNOWN_SCALAR;
    else if (argument.kind === 'arena') r.v = T.UNKNOWN_SCALAR;
    else if (argument.kind === 'dynptr') r.v = dynptrValue('local', env.newId());
    else {
      const nullable = argument.nullable ? T.MAYBE_NULL : 0;
      r.v =
        argument.kind === 'struct'
          ? T.pointer(T.PTR_TO_BTF_ID | T.PTR_TRUSTED | nullable, {
              btf: env.btf,
              btfId: argument.btfId,
              id: env.newId(),
            })
          : T.pointer(T.PTR_TO_MEM | nullable, { range: argument.size, id: env.newId() });
    }
  });
}

/** do_check_common */
function* verifySubprog(env: Session, subprog: number): Generator<void, void> {
  const st = new State();
  const frame = initFrame(new Frame(-1, 0, subprog));
  st.frames = [frame];
  st.sleepable = (env.program.flags & SLEEPABLE) !== 0;
  const { start } = env.subprogs[subprog];
  st.firstInsn = start;
  env.cur = st;
  env.insn = start;
  env.prev = -1;
  env.pending = null;
  env.pendingCount = 0;
  env.lastLine = null;
  env.explored = [];
  env.history = [];
  env.scratchAll();
  initRegisters(env, frame, subprog);
  if (env.environment.recordVisits) {
    env.paths.push({
      parent: -1,
      from: -1,
      fork: -1,
      start: env.visits.length,
      end: env.visits.length,
      outcome: 'running',
    });
    env.path = env.paths.length - 1;
  }
  const walker = { printState: false };
  while (!walk(env, walker, SLICE)) yield;
  if (!env.log.level2) env.log.reset(0);
}

function* verifyGlobals(env: Session, all: boolean): Generator<void, void> {
  if (!env.program.btf || env.funcInfo.length === 0) return;
  for (let again = true; again; ) {
    again = false;
    for (let i = 1; i < env.subprogs.length; i++) {
      const s = env.subprogs[i];
      if (!s.isGlobal || s.verified || (!all && !s.called)) continue;
      if (env.log.level1) env.log.write(`Validating ${s.name}() func#${i}...\n`);
      yield* verifySubprog(env, i);
      s.verified = true;
      if (env.log.level1)
        env.log.write(
          env.facts.oldText
            ? `Func#${i} is safe for any args that match its prototype\n`
            : `Func#${i} ('${s.name}') is safe for any args that match its prototype\n`,
        );
      again = !all;
    }
  }
}

const CHANGES_PACKET: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 18, 19, 31, 38, 39, 43, 44, 50, 54, 65]);

/** Functions that may move packet data, themselves or through what they call. */
function markPacketChanges(env: Session): void {
  env.subprogs.forEach((s, n) => {
    for (let i = s.start; i < subprogEnd(env, n); i++) {
      const { opcode, src, imm } = env.insns[i];
      if (opcode === 0x85 && src === 0 && CHANGES_PACKET.has(imm)) s.changesPacket = true;
    }
  });
  for (let round = 0; round < env.subprogs.length; round++)
    env.subprogs.forEach((s, n) => {
      if (calleesOf(env, n).some((c) => env.subprogs[c].changesPacket)) s.changesPacket = true;
    });
}

function* passes(env: Session): Generator<void, void> {
  checkFuncInfoEarly(env);
  findSubprogs(env);
  checkSubprogs(env);
  yield;
  checkFuncInfo(env);
  if (env.facts.attachFirst) checkAttach(env);
  resolveWide(env);
  checkCfg(env);
  yield;
  if (!env.facts.attachFirst) checkAttach(env);
  env.ctx = rulesOf(env.program.type);
  if (env.facts.staticLiveness && env.log.level2) printLiveRegisters(env);
  if (env.facts.fastcalls) findFastcalls(env);
  if (env.subprogs.length > 1) markPacketChanges(env);
  if (env.facts.globalsFirst) yield* verifyGlobals(env, true);
  yield* verifySubprog(env, 0);
  if (!env.facts.globalsFirst) yield* verifyGlobals(env, false);
  dropFastcalls(env);
  checkStackDepth(env);
  checkLeftOver(env);
  addOwnStack(env);
}

/** Refuses a reachable call of kernel function 0, which is allowed only in dead code. */
function checkLeftOver(env: Session): void {
  env.insns.forEach(({ opcode, src, imm }, i) => {
    if (opcode === 0x85 && src === 2 && imm === 0 && env.seen[i])
      env.refuse(EINVAL, 'invalid kernel function call not eliminated in verifier pass');
  });
}

const MAX_INSNS = 1_000_000;

/** Checks of syscall.c before the verifier begins, which write no log. */
function refusedEarly({ insns, flags, attachBtfId, type }: VerifierProgram, { facts }: VerifierEnvironment): number {
  if ((flags & ~facts.knownFlags) !== 0) return EINVAL;
  const count = insns.length >> 3;
  if (count === 0 || count > MAX_INSNS) return E2BIG;
  if (attachBtfId > 0xfffff) return EINVAL;
  return rulesOf(type) ? 0 : EINVAL;
}

function verdictOf(env: Session, errno: number): Verdict {
  const { log } = env;
  const stats = {
    insnsProcessed: env.insnsProcessed,
    maxStatesPerInsn: env.maxStates,
    totalStates: env.totalStates,
    peakStates: env.peakStates,
    markRead: env.facts.staticLiveness ? 0 : env.markRead,
    stackDepth: env.subprogs.map((s) => s.stackDepth),
  };
  const message = errno === 0 ? '' : env.message.trimEnd();
  if (log.stats)
    log.write(
      `verification time 0 usec\nstack depth ${env.subprogs.map((s) => s.stackDepth - s.stackDropped + s.stackAdded).join('+')}\n`,
    );
  log.write(
    `processed ${env.insnsProcessed} insns (limit 1000000) max_states_per_insn ${env.maxStates} total_states ${env.totalStates} peak_states ${env.peakStates} mark_read ${stats.markRead}\n`,
  );
  const overflow = log.overflowed;
  return {
    ok: errno === 0 && !overflow,
    errno: overflow ? ENOSPC : errno,
    walkErrno: errno,
    log: log.text(),
    logTrueSize: log.trueSize,
    failedInsn: errno === 0 ? -1 : env.insn,
    message,
    stats,
    accesses: Array.from({ length: env.count }, (_, i) => env.accesses[i] ?? null),
    touches: touchesOf(env),
    seen: env.seen,
    visits: env.visits,
    paths: env.paths,
    prunes: env.prunes,
  };
}

const touchesOf = (env: Session): StructAccess[] =>
  [...env.touches].flatMap(([slot, list]) =>
    list.map(({ btf, btfId, ...place }) => ({ slot, struct: btf?.type(btfId)?.name ?? '', ...place })),
  );

function early(program: VerifierProgram, errno: number): Verdict {
  return {
    ok: false,
    errno,
    walkErrno: errno,
    log: '',
    logTrueSize: 0,
    failedInsn: -1,
    message: '',
    stats: { insnsProcessed: 0, maxStatesPerInsn: 0, totalStates: 0, peakStates: 0, markRead: 0, stackDepth: [] },
    accesses: [],
    touches: [],
    seen: new Uint8Array(program.insns.length >> 3),
    visits: [],
    paths: [],
    prunes: [],
  };
}

/** A check after the verifier: a tail-call map must belong to programs of this kind (bpf_prog_map_compatible). */
const afterwards = (env: Session): number => (env.maps.some((m) => m.otherOwner) ? EINVAL : 0);

/**
 * Runs the checks before any path is followed: functions, jump targets, opcodes, edges; null when all pass. Used for
 * program types that are not supported, and as a step of its own in PROG_LOAD.
 */
export function structureFault(
  program: VerifierProgram,
  environment: VerifierEnvironment,
): { readonly errno: number; readonly text: string } | null {
  const env = new Session(program, { ...environment, logLevel: 0 });
  try {
    findSubprogs(env);
    checkSubprogs(env);
    resolveWide(env);
    checkCfg(env);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { errno: error.errno, text: env.message.trimEnd() };
  }
  return null;
}

/** Verifies in slices: each step does a bounded amount of work, and the last one returns the verdict. */
export function* verifySteps(program: VerifierProgram, environment: VerifierEnvironment): Generator<void, Verdict> {
  const refused = refusedEarly(program, environment);
  if (refused !== 0) return early(program, refused);
  const env = new Session(program, environment);
  let errno = 0;
  try {
    yield* passes(env);
    errno = afterwards(env);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    errno = error.errno;
    const path = env.paths[env.path];
    if (path?.outcome === 'running') Object.assign(path, { outcome: 'failed', end: env.visits.length });
  }
  return verdictOf(env, errno);
}

/** Rows reported per slice, so that each slice counts as long work (base/still-working.ts). */
const ROWS_A_SLICE = 1 << 14;

/** Verifies a program at once. */
export function verify(program: VerifierProgram, environment: VerifierEnvironment): Verdict {
  const steps = verifySteps(program, environment);
  for (let slice = 1; ; slice++) {
    stillWorking(slice * ROWS_A_SLICE);
    const { done, value } = steps.next();
    if (done && value) return value;
  }
}
