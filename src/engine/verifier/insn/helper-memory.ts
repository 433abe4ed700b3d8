/* Checks memory passed to a helper or kernel function (check_helper_mem_access, check_mem_size_reg). */
import { EACCES } from '../../base/errnos.ts';
import { markPrecise } from '../precision.ts';
import type { Session } from '../session.ts';
import * as T from '../types.ts';
import { checkBtfAccess } from './btf-access.ts';
import { checkMapValue, checkMem, checkPacket, checkRegion } from './memory.ts';
import { readRange } from './stack.ts';

/** What a call has learned of its arguments so far. */
export interface OutputMemory {
  regno: number;
  size: number;
}

export interface MemoryUse {
  readonly isWrite: boolean;
  readonly zeroOk: boolean;
  /** set when the memory need not be initialised; on the stack it is marked as written here */
  readonly output: OutputMemory | null;
}

/** Program types whose context is real memory: its accesses are not rewritten, so only its last byte is checked. */
const PLAIN_CONTEXTS = new Set(['struct_ops', 'syscall', 'raw_tracepoint', 'raw_tp', 'kprobe', 'tracepoint']);

export function checkHelperMemory(env: Session, regno: number, size: number, use: MemoryUse): void {
  const { v } = env.reg(regno);
  const { isWrite, zeroOk } = use;
  if (v.type === T.PTR_TO_CTX && PLAIN_CONTEXTS.has(env.program.type)) {
    if (size === 0 && !zeroOk) env.refuse(EACCES, '');
    if (size > 0) checkMem(env, { regno, off: size - 1, size: 1, isWrite, value: -1, aligned: false, signed: false });
    return;
  }
  switch (T.baseType(v.type)) {
    case T.PTR_TO_PACKET:
    case T.PTR_TO_PACKET_META:
      return checkPacket(env, regno, v.off, size, zeroOk);
    case T.PTR_TO_MAP_KEY:
      if (isWrite) env.refuse(EACCES, `R${regno} cannot write into ${T.typeText(v.type)}`);
      return checkRegion(env, regno, v.off, size, v.map?.keySize ?? 0, false);
    case T.PTR_TO_MAP_VALUE:
      return checkMapValue(env, regno, v.off, size, zeroOk, isWrite, false);
    case T.PTR_TO_MEM:
      if (isWrite && (v.type & T.MEM_RDONLY) !== 0)
        env.refuse(EACCES, `R${regno} cannot write into ${T.typeText(v.type)}`);
      return checkRegion(env, regno, v.off, size, v.range, zeroOk);
    case T.PTR_TO_STACK:
      return stackMemory(env, regno, v.off, size, use);
    case T.PTR_TO_BTF_ID:
      return checkBtfAccess(
        env,
        { regno, off: v.off, size, isWrite: false, value: -1, aligned: false, signed: false },
        v,
        v.off,
      );
    default:
      if (zeroOk && size === 0 && T.isNull(v)) return;
      env.refuse(EACCES, `R${regno} type=${T.typeText(v.type)} expected=fp`);
  }
}

function stackMemory(
  env: Session,
  regno: number,
  off: number,
  size: number,
  { isWrite, zeroOk, output }: MemoryUse,
): void {
  if (size === 0 && !zeroOk) env.refuse(EACCES, 'invalid zero-sized read');
  const access = !env.facts.helperReads ? 'any' : isWrite ? 'write' : 'read';
  const pending = readRange(env, regno, off, size, access, output !== null);
  if (pending && output) {
    output.regno = regno;
    output.size = size;
  }
}

const MAX_SIZE = 1n << 29n;

/** Checks a register with the size of the memory that the previous register points to. */
export function checkSizeRegister(env: Session, regno: number, use: MemoryUse): void {
  const { b } = env.val(regno);
  const known = b.m === 0n;
  if (b.smin < 0n) env.refuse(EACCES, `R${regno} min value is negative, either use unsigned or 'var &= const'`);
  if (b.umin === 0n && !use.zeroOk)
    env.refuse(
      EACCES,
      `R${regno} invalid zero-sized read: u64=[${BigInt.asIntN(64, b.umin)},${BigInt.asIntN(64, b.umax)}]`,
    );
  if (b.umax >= MAX_SIZE)
    env.refuse(EACCES, `R${regno} unbounded memory access, use 'var &= const' or 'if (var < const)'`);
  checkHelperMemory(env, regno - 1, Number(b.umax), known ? use : { ...use, output: null });
  markPrecise(env, regno);
}
