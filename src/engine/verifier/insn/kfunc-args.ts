/* Arguments of kernel functions: what each parameter's type asks for, and whether the register has it (check_kfunc_args). */
import { EACCES, EFAULT, EINVAL } from '../../base/errnos.ts';
import type { Btf, BtfType } from '../../btf/btf.ts';
import { markPrecise } from '../precision.ts';
import { Refused, type Session } from '../session.ts';
import * as T from '../types.ts';
import { isScalarKind, isStruct, matchesStruct } from './btf-walk.ts';
import { dynptrAt, processDynptr } from './dynptr.ts';
import { checkMemoryArgument, isContext } from './global-args.ts';
import { countedArgument, nodeArgument, rootArgument } from './graph.ts';
import { checkString } from './helper-args.ts';
import { checkSizeRegister } from './helper-memory.ts';
import { iteratorArgument } from './iterators.ts';
import { notNull } from './jump.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import { fieldNamed } from './objects.ts';
import { checkArgumentOffset } from './offsets.ts';

interface Param {
  readonly name: string;
  readonly i: number;
  /** what the pointer is to, without modifiers */
  readonly target: BtfType | null;
}

type Check = (env: Session, meta: KfuncMeta, n: number, param: Param) => void;

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
  if (TRUSTED.has(check)) checkTrust(env, meta, n, trusted);
  checkArgumentOffset(env, n, flags.release === true && v.refObjId !== 0);
  check(env, meta, n, param);
  return check === sizedMemory ? 'with size' : 'alone';
}

const SIZES = ['__sz', '__szk'];

function hasSize(env: Session, { proto }: KfuncMeta, n: number): boolean {
  const next = proto.params[n];
  return SIZES.some((suffix) => next?.name.endsWith(suffix)) && env.val(n + 1).type === T.SCALAR;
}

const graphRoot =
  (kind: string): Check =>
  (env, meta, n) =>
    rootArgument(env, meta, n, kind);
const graphNode =
  (kind: string): Check =>
  (env, meta, n) =>
    nodeArgument(env, meta, n, kind);

const allocated: Check = (env, meta, n, { i }) => {
  const { v } = env.reg(n);
  const own = T.PTR_TO_BTF_ID | T.MEM_ALLOC;
  const wanted =
    v.type === own ? 'bpf_obj_drop_impl' : v.type === (own | T.MEM_PERCPU) ? 'bpf_percpu_obj_drop_impl' : '';
  if (wanted === '') env.refuse(EINVAL, `arg#${i} expected pointer to allocated object`);
  if (meta.name !== wanted) env.refuse(EINVAL, `arg#${i} expected for ${wanted}()`);
  if (v.refObjId === 0) env.refuse(EINVAL, 'allocated object must be referenced');
};

/** Kinds of dynptrs by the functions that make them. */
const MAKERS: ReadonlyMap<string, string> = new Map([
  ['bpf_dynptr_from_skb', 'skb'],
  ['bpf_dynptr_from_xdp', 'xdp'],
]);

const dynptr: Check = (env, meta, n, { name }) => {
  const { v } = env.reg(n);
  const made = name.endsWith('__uninit');
  const kind = MAKERS.get(meta.name) ?? (made ? (meta.dynptr?.object?.kind ?? '') : '');
  const shares = made ? (meta.dynptr?.refObjId ?? 0) : 0;
  processDynptr(env, n, { made, readOnly: v.type === T.CONST_PTR_TO_DYNPTR, kind, shares });
  if (!made) meta.dynptr = dynptrAt(env, v);
};

const iterator: Check = (env, meta, n, { target }) => iteratorArgument(env, meta, n, target?.size ?? 8);
const counted: Check = (env, meta, n) => countedArgument(env, meta, n);

const string: Check = (env, _, n, { i }) => {
  if (env.val(n).type !== T.PTR_TO_MAP_VALUE) env.refuse(EINVAL, `arg#${i} doesn't point to a const string`);
  checkString(env, n);
};

const mapPointer: Check = (env, meta, n, param) => {
  const { map } = env.val(n);
  if (!map) return env.refuse(EINVAL, `pointer in R${n} isn't map pointer`);
  meta.map = map;
  structPointer(env, meta, n, { ...param, target: env.btf.type(env.btf.find('STRUCT', 'bpf_map')) });
};

const workQueue: Check = (env, meta, n, { i }) => {
  const { v } = env.reg(n);
  if (v.type !== T.PTR_TO_MAP_VALUE) env.refuse(EINVAL, `arg#${i} doesn't point to a map value`);
  const offset = fieldNamed(v, 'bpf_wq')?.offset ?? -EINVAL;
  const at = v.off + Number(v.b.v);
  if (offset !== at) env.refuse(EINVAL, `off ${at} doesn't point to 'struct bpf_wq' that is at ${offset}`);
  meta.map = v.map;
};

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
const structPointer: Check = (env, { name, flags }, n, { i, target }) => {
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

const TRUSTED: ReadonlySet<Check> = new Set([mapPointer, allocated, structPointer]);

function checkTrust(env: Session, { flags }: KfuncMeta, n: number, trusted: boolean): void {
  const { v } = env.reg(n);
  if ((!trusted && !flags.rcu) || T.isTrusted(v)) return;
  if (!flags.rcu) env.refuse(EINVAL, `R${n} must be referenced or trusted`);
  if (!T.isRcu(v)) env.refuse(EINVAL, `R${n} must be a rcu pointer`);
}

const BY_SUFFIX: readonly (readonly [string, Check])[] = [
  ['__alloc', allocated],
  ['__refcounted_kptr', counted],
];
const BY_STRUCT: ReadonlyMap<string, Check> = new Map([
  ['bpf_dynptr', dynptr],
  ['bpf_list_head', graphRoot('bpf_list_head')],
  ['bpf_list_node', graphNode('bpf_list_node')],
  ['bpf_rb_root', graphRoot('bpf_rb_root')],
  ['bpf_rb_node', graphNode('bpf_rb_node')],
  ['bpf_wq', workQueue],
]);
const BY_LATER_SUFFIX: readonly (readonly [string, Check])[] = [
  ['__str', string],
  ['__map', mapPointer],
];

const suffixed = (list: typeof BY_SUFFIX, name: string): Check | undefined =>
  list.find(([suffix]) => name.endsWith(suffix))?.[1];

function kindOf(env: Session, meta: KfuncMeta, { name, i, target }: Param, withSize: boolean): Check {
  const isIter = meta.flags.iter !== undefined && i === 0;
  const known =
    suffixed(BY_SUFFIX, name) ??
    (isIter ? iterator : isStruct(target) ? BY_STRUCT.get(target.name) : undefined) ??
    suffixed(BY_LATER_SUFFIX, name);
  if (known) return known;
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

const MAX_DEPTH = 4;

/** A struct of numbers only, not too deep (__btf_type_is_scalar_struct). */
export function isNumbers(env: Session, btf: Btf, t: BtfType, depth: number): boolean {
  return t.members.every(({ type }) => {
    let inner = btf.type(btf.skipModifiers(type));
    if (isStruct(inner)) {
      if (depth >= MAX_DEPTH - 1) {
        env.say('max struct nesting depth exceeded\n');
        return false;
      }
      return isNumbers(env, btf, inner, depth + 1);
    }
    if (inner?.kind === 'ARRAY') {
      if (inner.length === 0) return false;
      inner = btf.type(btf.skipModifiers(inner.type));
    }
    return isScalarKind(inner);
  });
}
