/*
 * Checks of bpf_check before the walk, up to control flow: functions and kernel functions (add_subprog), jump targets
 * (check_subprogs), function records (check_btf_func), and the meaning of wide immediates (resolve_pseudo_ldimm64).
 */
import {
  endsFlow,
  isFunctionAddress,
  isHelperCall,
  isJumpClass,
  isKfuncCall,
  isLocalCall,
  targetOf,
} from '../isa/flow.ts';
import type { Insn } from '../isa/insn.ts';
import { isOpcode } from '../isa/instructions.ts';
import { CLASS, classOf, codeOf, isWide, MODE, modeOf, OPCODE, SIZE, SOURCE } from '../isa/opcodes.ts';
import { E2BIG, EBADF, EEXIST, EINVAL, ENOENT, EPROTO } from '../base/errnos.ts';
import type { BtfType } from '../btf/btf.ts';
import { declarationTags } from '../btf/tags.ts';
import { addMap, directValue } from './map-rules.ts';
import type { Session, Subprog } from './session.ts';

const MAX_SUBPROGS = 256;
const TAIL_CALL = 12;
const CALL = 0x80;
const EXIT = 0x90;
/** BTF_FUNC_GLOBAL */
const GLOBAL = 1;

export const isMayGoto = ({ opcode }: Insn): boolean => opcode === OPCODE.MAY_GOTO;

const newSubprog = (start: number): Subprog => ({
  start,
  stackDepth: 0,
  stackDropped: 0,
  stackAdded: 0,
  name: '',
  isGlobal: false,
  unreliable: false,
  called: false,
  verified: false,
  isAsync: false,
  isCallback: false,
  hasTailCall: false,
  hasLdAbs: false,
  changesPacket: false,
});

/** Index of the function that begins at an instruction; -1 for none. */
export function subprogAt(env: Session, start: number): number {
  let low = 0;
  let high = env.subprogs.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = env.subprogs[middle].start;
    if (at === start) return middle;
    if (at < start) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export const subprogEnd = (env: Session, i: number): number => env.subprogs[i + 1]?.start ?? env.count;

const GPL = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'];
/** license_is_gpl_compatible */
export const isGpl = (env: Session): boolean => GPL.includes(env.program.license);

/** add_kfunc_call */
function addKfunc(env: Session, { imm, off }: Insn): void {
  if (!isGpl(env)) env.refuse(EINVAL, 'cannot call kernel function from non-GPL compatible program');
  env.hasKfuncs = true;
  if (imm === 0 && off === 0) return;
  const type = env.btf.type(imm >>> 0);
  if (type?.kind !== 'FUNC') env.refuse(EINVAL, `kernel btf_id ${imm} is not a function`);
  if (env.btf.type(type.type)?.kind !== 'FUNC_PROTO')
    env.refuse(EINVAL, `kernel function btf_id ${imm} does not have a valid func_proto`);
}

/** add_subprog */
function addSubprog(env: Session, starts: Set<number>, start: number): void {
  if (start < 0 || start >= env.count) env.refuse(EINVAL, 'call to invalid destination');
  if (!starts.has(start) && starts.size >= MAX_SUBPROGS) env.refuse(E2BIG, 'too many subprograms');
  starts.add(start);
}

/** Finds functions and kernel functions, in the order of the instructions (add_subprog_and_kfunc). */
export function findSubprogs(env: Session): void {
  const starts = new Set([0]);
  for (let i = 0; i < env.count; i++) {
    const insn = env.insns[i];
    if (isKfuncCall(insn)) addKfunc(env, insn);
    if (isLocalCall(insn) || isFunctionAddress(insn)) addSubprog(env, starts, targetOf(insn, i));
  }
  const catches = exceptionCallback(env);
  if (catches !== 0) addSubprog(env, starts, catches);
  env.subprogs = [...starts].toSorted((a, b) => a - b).map(newSubprog);
  if (catches !== 0) {
    env.exceptionSubprog = subprogAt(env, catches);
    const subprog = env.subprogs[env.exceptionSubprog];
    subprog.isAsync = subprog.isCallback = subprog.called = true;
  }
  if (env.log.level2) env.subprogs.forEach(({ start }, i) => env.log.write(`func#${i} @${start}\n`));
}

/** check_subprogs */
export function checkSubprogs(env: Session): void {
  env.subprogs.forEach((subprog, n) => {
    const end = subprogEnd(env, n);
    for (let i = subprog.start; i < end; i++) {
      const insn = env.insns[i];
      if (isHelperCall(insn) && insn.imm === TAIL_CALL) subprog.hasTailCall = true;
      const mode = modeOf(insn.opcode);
      if (classOf(insn.opcode) === CLASS.LD && (mode === MODE.ABS || mode === MODE.IND)) subprog.hasLdAbs = true;
      if (!isJumpClass(insn) || codeOf(insn.opcode) === EXIT || codeOf(insn.opcode) === CALL) continue;
      const target = targetOf(insn, i);
      if (target < subprog.start || target >= end) env.refuse(EINVAL, `jump out of range from insn ${i} to ${target}`);
    }
    if (!endsFlow(env.insns[end - 1])) env.refuse(EINVAL, 'last insn is not an exit or jmp');
  });
}

/** check_btf_func_early: records in order, each of a function. */
export function checkFuncInfoEarly(env: Session): void {
  const { btf } = env.program;
  if (!btf) return;
  let previous = -1;
  for (const [i, { insnOff, typeId }] of env.funcInfo.entries()) {
    if (i === 0 && insnOff !== 0) env.refuse(EINVAL, `nonzero insn_off ${insnOff} for the first func info record`);
    if (i > 0 && insnOff <= previous)
      env.refuse(EINVAL, `same or smaller insn offset (${insnOff}) than previous func info record (${previous})`);
    const type = btf.type(typeId);
    if (type?.kind !== 'FUNC') env.refuse(EINVAL, `invalid type id ${typeId} in func info`);
    previous = insnOff;
  }
}

function returnsInt(btf: NonNullable<Session['program']['btf']>, func: BtfType): boolean {
  const proto = btf.type(func.type);
  const kind = proto ? btf.type(btf.skipModifiers(proto.type))?.kind : undefined;
  return kind === 'INT' || kind === 'ENUM' || kind === 'ENUM64';
}

/** check_btf_func, check_btf_line */
export function checkFuncInfo(env: Session): void {
  const { btf } = env.program;
  if (!btf || (env.funcInfo.length === 0 && env.lineInfo.length === 0)) {
    env.subprogs.forEach((s, i) => {
      if (i === 0) return;
      if (s.hasLdAbs) env.refuse(EINVAL, 'LD_ABS is not allowed in subprogs without BTF');
      if (s.hasTailCall) env.refuse(EINVAL, 'tail_call is not allowed in subprogs without BTF');
    });
    return;
  }
  if (env.funcInfo.length > 0) matchFunctions(env, btf);
  matchLines(env);
}

const EXCEPTION_CALLBACK = 'exception_callback:';

/**
 * First instruction of the function that bpf_throw calls, which a tag of the main program names; 0: none does, the kernel has
 * its own (bpf_find_exception_callback_insn_off).
 */
function exceptionCallback(env: Session): number {
  const { btf } = env.program;
  const main = btf?.type(env.funcInfo[0]?.typeId ?? 0);
  if (!btf || !main) return 0;
  const names = declarationTags(btf)
    .filter(
      ({ kind, name, component, text }) =>
        kind === 'FUNC' && name === main.name && component === null && text.startsWith(EXCEPTION_CALLBACK),
    )
    .map(({ text }) => text.slice(EXCEPTION_CALLBACK.length));
  if (names.length === 0) return 0;
  if (names.length > 1) env.refuse(EEXIST, 'multiple exception callback tags for main subprog');
  const id = btf.find('FUNC', names[0]);
  if (id === 0) env.refuse(ENOENT, `exception callback '${names[0]}' could not be found in BTF`);
  if (btf.type(id)?.extra !== GLOBAL) env.refuse(EINVAL, `exception callback '${names[0]}' must have global linkage`);
  const found = env.funcInfo.find(({ typeId }) => typeId === id);
  if (!found) return env.refuse(EINVAL, 'exception callback type id not found in func_info');
  if (found.insnOff === 0) env.refuse(EINVAL, 'invalid exception callback insn_off in func_info: 0');
  return found.insnOff;
}

function matchFunctions(env: Session, btf: NonNullable<Session['program']['btf']>): void {
  if (env.funcInfo.length !== env.subprogs.length)
    env.refuse(EINVAL, "number of funcs in func_info doesn't match number of subprogs");
  env.funcInfo.forEach(({ insnOff, typeId }, i) => {
    const subprog = env.subprogs[i];
    if (subprog.start !== insnOff)
      env.refuse(EINVAL, "func_info BTF section doesn't match subprog layout in BPF program");
    const func = btf.type(typeId);
    if (!func) return;
    subprog.name = func.name;
    subprog.isGlobal = func.extra === GLOBAL;
    if (i === 0 || returnsInt(btf, func)) return;
    if (subprog.hasLdAbs) env.refuse(EINVAL, "LD_ABS is only allowed in functions that return 'int'.");
    if (subprog.hasTailCall) env.refuse(EINVAL, "tail_call is only allowed in functions that return 'int'.");
  });
}

function matchLines(env: Session): void {
  const { lineInfo } = env;
  if (lineInfo.length === 0) return;
  let sub = 0;
  for (const [i, { insnOff }] of lineInfo.entries()) {
    const previous = lineInfo[i - 1]?.insnOff ?? -1;
    if ((i > 0 && insnOff <= previous) || insnOff >= env.count)
      env.refuse(
        EINVAL,
        `Invalid line_info[${i}].insn_off:${insnOff} (prev_offset:${Math.max(previous, 0)} prog->len:${env.count})`,
      );
    if (sub === env.subprogs.length) continue;
    if (insnOff === env.subprogs[sub].start) sub++;
    else if (env.subprogs[sub].start < insnOff) env.refuse(EINVAL, `missing bpf_line_info for func#${sub}`);
  }
  if (sub !== env.subprogs.length) env.refuse(EINVAL, `missing bpf_line_info for func#${sub}`);
}

const unknownOpcode = ({ opcode }: Insn): string => `unknown opcode ${opcode.toString(16).padStart(2, '0')}`;

/** Message for an instruction of cpu=v4 that this kernel lacks; null when it has it. */
function missing(env: Session, insn: Insn): string | null {
  const { facts } = env;
  const { opcode } = insn;
  if (!facts.v4) {
    if (opcode === OPCODE.BSWAP) return unknownOpcode(insn);
    if (classOf(opcode) === CLASS.LDX && modeOf(opcode) === MODE.MEMSX) return 'BPF_LDX uses reserved fields';
  }
  if (!facts.gotol && opcode === OPCODE.GOTOL) return unknownOpcode(insn);
  if (!facts.mayGoto && opcode === OPCODE.MAY_GOTO) return unknownOpcode(insn);
  const isAtomic = classOf(opcode) === CLASS.STX && modeOf(opcode) === MODE.ATOMIC;
  if (isAtomic && !facts.atomics && insn.imm !== 0) return 'BPF_STX uses reserved fields';
  const size = opcode & 0x18;
  if (isAtomic && !facts.acquireRelease && (size === SIZE.B || size === SIZE.H)) return unknownOpcode(insn);
  return null;
}

/** bpf_opcode_in_insntable: every known opcode except a call through a register, which no kernel has. */
const isKernelOpcode = (opcode: number): boolean => isOpcode(opcode) && opcode !== (OPCODE.CALL | SOURCE.X);

/** Opcodes and wide immediates (resolve_pseudo_ldimm64). */
export function resolveWide(env: Session): void {
  for (let i = 0; i < env.count; i++) {
    const insn = env.insns[i];
    const mode = modeOf(insn.opcode);
    if (classOf(insn.opcode) === CLASS.LDX && ((mode !== MODE.MEM && mode !== MODE.MEMSX) || insn.imm !== 0))
      env.refuse(EINVAL, 'BPF_LDX uses reserved fields');
    if (isWide(insn.opcode)) {
      resolveOne(env, i, insn);
      i++;
      continue;
    }
    const text = missing(env, insn) ?? (isKernelOpcode(insn.opcode) ? null : unknownOpcode(insn));
    if (text !== null) env.refuse(EINVAL, text);
  }
}

const MAP_FD = 1;
const BTF_ID = 3;
const FUNC = 4;
const MAP_IDX = 5;
const MAP_IDX_VALUE = 6;

function resolveOne(env: Session, i: number, insn: Insn): void {
  const half = env.insns[i + 1];
  if (!half || half.opcode !== 0 || half.dst !== 0 || half.src !== 0 || half.off !== 0)
    env.refuse(EINVAL, 'invalid bpf_ld_imm64 insn');
  if (insn.src === 0 || insn.src === FUNC) return;
  if (insn.src === BTF_ID) return resolveVariable(env, i, insn);
  const isPlain = insn.src === MAP_FD || insn.src === MAP_IDX;
  if (insn.src > MAP_IDX_VALUE || (isPlain && half.imm !== 0)) env.refuse(EINVAL, 'unrecognized bpf_ld_imm64 insn');
  let fd = insn.imm;
  if (insn.src >= MAP_IDX) {
    const { fdArray } = env.program;
    if (!fdArray) env.refuse(EPROTO, 'fd_idx without fd_array is invalid');
    fd = fdArray[insn.imm] ?? -1;
  }
  const map = env.environment.mapByFd(fd);
  if (map === null || map === 'other')
    env.refuse(map === null ? EBADF : EINVAL, `fd ${insn.imm} is not pointing to valid bpf_map`);
  addMap(env, map);
  if (isPlain) env.wide.set(i, { map });
  else env.wide.set(i, { map, offset: directValue(env, map, half.imm >>> 0) });
}

/** check_pseudo_btf_id: a kernel variable, or a function's address. */
function resolveVariable(env: Session, i: number, insn: Insn): void {
  const type = env.btf.type(insn.imm >>> 0);
  if (!type) env.refuse(EINVAL, `ldimm64 insn specifies invalid btf_id ${insn.imm}.`);
  if (type.kind !== 'VAR' && type.kind !== 'FUNC')
    env.refuse(EINVAL, `pseudo btf_id ${insn.imm} in ldimm64 isn't KIND_VAR or KIND_FUNC`);
  env.wide.set(i, { btfId: insn.imm >>> 0 });
}
