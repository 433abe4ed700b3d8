/* Arguments of kernel functions: what each parameter's type asks for, and whether the register has it (check_kfunc_args). */
import { EACCES, EFAULT, EINVAL } from '../../base/errnos.ts';
import type { BtfType } from '../../btf/btf.ts';
import { markPrecise } from '../precision.ts';
import { Refused, type Session } from '../session.ts';
import * as T from '../types.ts';
import { isScalarKind, isStruct, matchesStruct } from './btf-walk.ts';
import { checkMemoryArgument, isContext } from './global-args.ts';
import { checkSizeRegister } from './helper-memory.ts';
import { iteratorArgument } from './iterators.ts';
import { notNull } from './jump.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import { type Check, objectRules, needsTrust, type Param } from './object-rules.ts';
import { isNumbers } from './btf-numbers.ts';
import { checkArgumentOffset } from './offsets.ts';

export function checkArguments(env: Session, meta: KfuncMeta): void {
  const { params } = meta.proto;
  for (let i = 0; i < params.length; i++) {
    const { name, type } = params[i];
    if (name.endsWith('__ign')) continue;
    const t = env.btf.type(env.btf.skipModifiers(type));
    if (isScalarKind(t)) scalarArgument(env, meta, i + 1, name);
    else if (t?.kind !== 'PTR') env.refuse(EINVAL, `Unrecognized arg#${i} type ${t?.kind ?? 'UNKN'}`);
    else {
      const param = { name, i, target: env.btf.type(env.btf.skipModifiers(t.type)) };
      if (pointerArgument(env, meta, param) === 'with size') i++;
    }
  }
  if (meta.flags.release && meta.releases === 0)
    env.refuse(EINVAL, `release kernel function ${meta.name} expects refcounted PTR_TO_BTF_ID`);
}

function scalarArgument(env: Session, meta: KfuncMeta, n: number, name: string): void {
  const { v } = env.reg(n);
  if (v.type !== T.SCALAR) env.refuse(EINVAL, `R${n} is not a scalar`);
  if (!name.endsWith('__k')) return;
  takeConstant(env, meta, n);
  markPrecise(env, n);
}

function takeConstant(env: Session, meta: KfuncMeta, n: number): void {
  const { b } = env.val(n);
  if (b.m !== 0n) env.refuse(EINVAL, `R${n} must be a known constant`);
  meta.constant = b.v;
}

/** The argument may be told by nothing but its type, or by the register too (get_kfunc_ptr_arg_type). */
function pointerArgument(env: Session, meta: KfuncMeta, param: Param): 'alone' | 'with size' {
  const { name, i } = param;
  const n = i + 1;
  const { v } = env.reg(n);
  const { flags } = meta;
  const trusted = flags.trusted === true || flags.release === true;
  const nullable = name.endsWith('__nullable');
  if ((trusted || flags.rcu) && (T.isNull(v) || (v.type & T.MAYBE_NULL) !== 0) && !nullable)
    env.refuse(EACCES, `Possibly NULL pointer passed to trusted arg${i}`);
  if (v.refObjId !== 0) {
    if (flags.release && meta.refObjId !== 0)
      env.refuse(
        EFAULT,
        `verifier internal error: more than one arg with ref_obj_id R${n} ${v.refObjId} ${meta.refObjId}`,
      );
    meta.refObjId = v.refObjId;
    if (flags.release) meta.releases = n;
  }
  const isCtx = meta.name === 'bpf_cast_to_kern_ctx' || isContext(env, param.target);
  if (!isCtx && nullable && T.isNull(v)) return 'alone';
  const withSize = hasSize(env, meta, n);
  const check = isCtx ? contextArgument : kindOf(env, meta, param, withSize);
  if (check === structPointer || needsTrust(check)) checkTrust(env, meta, n, trusted);
  checkArgumentOffset(env, n, flags.release === true && v.refObjId !== 0);
  check(env, meta, n, param);
  return check === sizedMemory ? 'with size' : 'alone';
}

const SIZES = ['__sz', '__szk'];

function hasSize(env: Session, { proto }: KfuncMeta, n: number): boolean {
  const next = proto.params[n];
  return SIZES.some((suffix) => next?.name.endsWith(suffix)) && env.val(n + 1).type === T.SCALAR;
}

const iterator: Check = (env, meta, n, { target }) => iteratorArgument(env, meta, n, target?.size ?? 8);

const contextArgument: Check = (env, _, n, { i }) => {
  const { type } = env.val(n);
  if (type !== T.PTR_TO_CTX) env.refuse(EINVAL, `arg#${i} expected pointer to ctx, but got ${T.typeText(type)}`);
};

const callback: Check = (env, meta, n, { i }) => {
  const { v } = env.reg(n);
  if (v.type !== T.PTR_TO_FUNC) env.refuse(EINVAL, `arg${i} expected pointer to func`);
  meta.subprog = v.frame;
};

/** Structs that registers of other kinds stand for (reg2btf_ids). */
const STANDS_FOR: ReadonlyMap<number, string> = new Map([
  [T.PTR_TO_SOCKET, 'sock'],
  [T.PTR_TO_SOCK_COMMON, 'sock_common'],
  [T.PTR_TO_TCP_SOCK, 'tcp_sock'],
  [T.CONST_PTR_TO_MAP, 'bpf_map'],
]);

const KIND = (t: BtfType | null | undefined): string => t?.kind ?? 'UNKN';

/** process_kf_arg_ptr_to_btf_id */
export const structPointer: Check = (env, { name, flags }, n, { i, target }) => {
  const { v } = env.reg(n);
  const base = T.baseType(v.type);
  const trust = T.MEM_ALLOC | T.PTR_TRUSTED | T.NON_OWN_REF;
  const unsafe = (v.type & ~T.BASE_MASK & ~trust) !== 0 && !T.isRcu(v);
  const standsFor = STANDS_FOR.get(base);
  if ((base !== T.PTR_TO_BTF_ID || unsafe) && standsFor === undefined)
    env.refuse(
      EINVAL,
      `arg#${i} is ${T.typeText(v.type)} expected ${T.typeText(v.type & (T.BASE_MASK | trust))} or socket`,
    );
  const btf = v.btf ?? env.btf;
  const btfId = standsFor === undefined ? v.btfId : env.btf.find('STRUCT', standsFor);
  // of a kernel whose types are here only in part nothing is known
  if (!target || btfId === 0) return;
  const strict = flags.release === true && v.refObjId !== 0;
  if (matchesStruct({ ...v, btf, btfId }, env.btf, target.id, strict)) return;
  const own = btf.type(btfId);
  env.refuse(
    EINVAL,
    `kernel function ${name} args#${i} expected pointer to ${target.kind} ${target.name} but R${n} has a pointer to ${KIND(own)} ${own?.name ?? ''}`,
  );
};

const memory: Check = (env, _, n, { target }) =>
  checkMemoryArgument(env, n, target ? Math.max(env.btf.sizeOf(target.id), 0) : 0);

/** Memory with its size in the next register. */
const sizedMemory: Check = (env, meta, n, { name, i }) => {
  const r = env.reg(n);
  const saved = r.v;
  if (!T.isNull(saved) || !name.endsWith('__opt')) {
    if (saved.type & T.MAYBE_NULL) r.v = notNull(saved);
    try {
      for (const isWrite of [false, true]) checkSizeRegister(env, n + 1, { isWrite, zeroOk: true, output: null });
    } catch (error) {
      if (error instanceof Refused) env.say(`arg#${i} arg#${i + 1} memory, len pair leads to invalid memory access\n`);
      throw error;
    }
    r.v = saved;
  }
  if (meta.proto.params[n].name.endsWith('__szk')) takeConstant(env, meta, n + 1);
};

function checkTrust(env: Session, { flags }: KfuncMeta, n: number, trusted: boolean): void {
  const { v } = env.reg(n);
  if ((!trusted && !flags.rcu) || T.isTrusted(v)) return;
  if (!flags.rcu) env.refuse(EINVAL, `R${n} must be referenced or trusted`);
  if (!T.isRcu(v)) env.refuse(EINVAL, `R${n} must be a rcu pointer`);
}

/** Parameters whose kind is told by their name or type alone, for which there are rules of their own. */
const OF_OBJECTS = /__(alloc|refcounted_kptr|str|map)$/;
const OBJECTS = /^bpf_(dynptr|wq|list_(head|node)|rb_(root|node))$/;

function kindOf(env: Session, meta: KfuncMeta, { name, i, target }: Param, withSize: boolean): Check {
  if (meta.flags.iter !== undefined && i === 0) return iterator;
  if (OF_OBJECTS.test(name) || (isStruct(target) && OBJECTS.test(target.name))) {
    const check = objectRules(env, `kernel function ${meta.name}`).argument(name, target);
    if (check) return check;
  }
  const base = T.baseType(env.val(i + 1).type);
  if (base === T.PTR_TO_BTF_ID || STANDS_FOR.has(base)) {
    if (!isStruct(target))
      env.refuse(
        EINVAL,
        `kernel function ${meta.name} args#${i} pointer type ${KIND(target)} ${target?.name ?? ''} is not supported`,
      );
    return structPointer;
  }
  if (target?.kind === 'FUNC_PROTO') return callback;
  const isNumber = isScalarKind(target) || (isStruct(target) && isNumbers(env, env.btf, target, 0));
  if (!isNumber && !(withSize && KIND(target) === 'VOID'))
    env.refuse(
      EINVAL,
      `arg#${i} pointer type ${KIND(target)} ${target?.name ?? ''} must point to ${withSize ? 'void, ' : ''}scalar, or struct with scalar`,
    );
  return withSize ? sizedMemory : memory;
}
