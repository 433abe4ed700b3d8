/* Arguments of the program's functions by their BTF (btf_prepare_func_args, btf_check_func_arg_match). */
import { EINVAL, ENOENT, EOPNOTSUPP } from '../../base/errnos.ts';
import type { Btf, BtfType } from '../../btf/btf.ts';
import type { Session } from '../session.ts';
import * as T from '../types.ts';
import { isStruct } from './btf-walk.ts';
import { checkStructPointer } from './helper-args.ts';
import { checkHelperMemory } from './helper-memory.ts';
import { notNull } from './jump.ts';
import { objectRules } from './object-rules.ts';
import { checkArgumentOffset } from './offsets.ts';

export type Argument =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'ctx' }
  | { readonly kind: 'memory'; readonly size: number; readonly nullable: boolean }
  /** a trusted pointer to a kernel struct */
  | { readonly kind: 'struct'; readonly name: string; readonly btfId: number; readonly nullable: boolean }
  /** an initialised dynptr that is not changed */
  | { readonly kind: 'dynptr' }
  | { readonly kind: 'arena' };

/** Names of the context structs that programs use in their own BTF. */
const CTX_NAMES: Readonly<Record<string, readonly string[]>> = {
  socket_filter: ['__sk_buff'],
  sched_cls: ['__sk_buff'],
  sched_act: ['__sk_buff'],
  cgroup_skb: ['__sk_buff'],
  xdp: ['xdp_md'],
  kprobe: ['bpf_user_pt_regs_t', 'pt_regs'],
  raw_tracepoint: ['bpf_raw_tracepoint_args'],
  raw_tp: ['bpf_raw_tracepoint_args'],
};

/** A struct that programs of this type have as their context (btf_is_prog_ctx_type). */
export const isContext = ({ program }: Session, target: BtfType | null): boolean =>
  isStruct(target) && (CTX_NAMES[program.type]?.includes(target.name) ?? false);

function declTags(btf: Btf, func: number): Map<number, string[]> {
  const tags = new Map<number, string[]>();
  for (let i = 0; i < btf.count; i++) {
    const t = btf.type(btf.idAt(i));
    if (t?.kind !== 'DECL_TAG' || t.type !== func) continue;
    const index = t.extra | 0;
    tags.set(index, [...(tags.get(index) ?? []), t.name]);
  }
  return tags;
}

const NUMBERS = new Set(['INT', 'ENUM', 'ENUM64']);

/** Arguments that a function takes; refuses types that cannot be verified. */
export function argumentsOf(env: Session, subprog: number): readonly Argument[] {
  const { btf } = env.program;
  const typeId = env.funcInfo[subprog]?.typeId ?? 0;
  const func = btf?.type(typeId);
  const proto = func && btf ? btf.type(func.type) : null;
  if (!btf || !func || !proto) return env.refuse(EINVAL, 'invalid type of function');
  const { isGlobal } = env.subprogs[subprog];
  if (proto.params.length > 5)
    env.refuse(EINVAL, `Global function ${func.name}() with ${proto.params.length} > 5 args. Buggy compiler.`);
  const returns = btf.type(btf.skipModifiers(proto.type));
  if (!returns || !NUMBERS.has(returns.kind)) {
    if (!isGlobal) env.refuse(EINVAL, '');
    env.refuse(EINVAL, `Global function ${func.name}() doesn't return scalar. Only those are supported.`);
  }
  const tags = declTags(btf, typeId);
  return proto.params.map(({ type }, i) => argumentOf(env, btf, type, i, tags.get(i) ?? [], func.name, isGlobal));
}

function argumentOf(
  env: Session,
  btf: Btf,
  id: number,
  i: number,
  tags: readonly string[],
  name: string,
  isGlobal: boolean,
): Argument {
  checkTags(env, tags, i, isGlobal);
  const type = btf.type(btf.skipModifiers(id));
  if (type?.kind !== 'PTR' && tags.length > 0)
    env.refuse(EINVAL, `arg#${i} has pointer tag, but is not a pointer type`);
  if (type && NUMBERS.has(type.kind)) return { kind: 'scalar' };
  if (type?.kind !== 'PTR') {
    if (!isGlobal) env.refuse(EINVAL, '');
    env.refuse(EINVAL, `Arg#${i} type ${type?.kind ?? 'UNKN'} in ${name}() is not supported yet.`);
  }
  const target = btf.type(btf.skipModifiers(type.type));
  const isCtx = tags.includes('arg:ctx') || isContext(env, target);
  const combines = (...allowed: readonly string[]): void => {
    if (!tags.every((tag) => allowed.includes(tag))) env.refuse(EINVAL, `arg#${i} has invalid combination of tags`);
  };
  if (isCtx) {
    combines('arg:ctx');
    return { kind: 'ctx' };
  }
  if (target?.name === 'bpf_dynptr' && (isStruct(target) || target.kind === 'FWD')) {
    combines();
    return { kind: 'dynptr' };
  }
  if (tags.includes('arg:trusted')) {
    combines('arg:trusted', 'arg:nullable');
    return structOf(env, target, i, tags.includes('arg:nullable'));
  }
  if (tags.includes('arg:arena')) {
    if (tags.some((tag) => tag !== 'arg:arena'))
      env.refuse(EINVAL, `arg#${i} arena cannot be combined with any other tags`);
    return { kind: 'arena' };
  }
  // the walk itself follows pointers into a static function
  if (!isGlobal) env.refuse(EINVAL, '');
  combines('arg:nonnull');
  const size = btf.sizeOf(type.type);
  if (size < 0)
    env.refuse(
      EINVAL,
      `arg#${i} reference type('${target?.kind ?? 'UNKN'} ${target?.name ?? ''}') size cannot be determined: -22`,
    );
  return { kind: 'memory', size, nullable: !tags.includes('arg:nonnull') };
}

const TAGS = new Set(['arg:ctx', 'arg:trusted', 'arg:nonnull', 'arg:nullable', 'arg:arena']);

function checkTags(env: Session, tags: readonly string[], i: number, isGlobal: boolean): void {
  if (tags.length === 0) return;
  if (!isGlobal) env.refuse(EOPNOTSUPP, `arg#${i} type tag is not supported in static functions`);
  if (!tags.every((tag) => TAGS.has(tag))) env.refuse(EOPNOTSUPP, `arg#${i} has unsupported set of tags`);
}

/** The kernel's struct by name; a suffix after three underscores is ignored (btf_get_ptr_to_btf_id). */
function structOf(env: Session, target: BtfType | null, i: number, nullable: boolean): Argument {
  const name = (target?.name ?? '').replace(/___.*/, '');
  const btfId = env.btf.find('STRUCT', name);
  if (btfId === 0)
    env.refuse(ENOENT, `arg#${i} reference type('${target?.kind ?? 'UNKN'} ${target?.name ?? ''}') has no matches`);
  return { kind: 'struct', name, btfId, nullable };
}

/** Checks the registers of a call against the function's arguments. */
export function checkCallArguments(env: Session, subprog: number): void {
  for (const [i, argument] of argumentsOf(env, subprog).entries()) checkArgument(env, argument, i);
}

function checkArgument(env: Session, argument: Argument, i: number): void {
  const n = i + 1;
  const r = env.reg(n);
  switch (argument.kind) {
    case 'scalar':
      if (r.v.type !== T.SCALAR) env.refuse(EINVAL, `R${n} is not a scalar`);
      return;
    case 'ctx':
      checkArgumentOffset(env, n, false);
      if (r.v.type !== T.PTR_TO_CTX) env.refuse(EINVAL, `arg#${i} expects pointer to ctx`);
      return;
    case 'struct':
      if (argument.nullable && T.isNull(r.v)) return;
      return checkStructPointer(env, n, argument.name, argument.nullable);
    case 'dynptr':
      checkArgumentOffset(env, n, false);
      return objectRules(env, 'a dynptr').processDynptr(env, n, { made: false, readOnly: true, kind: '', shares: 0 });
    case 'arena':
      if (r.v.type !== T.PTR_TO_ARENA && r.v.type !== T.SCALAR)
        env.refuse(EINVAL, `R${n} is not a pointer to arena or scalar.`);
      return;
    default:
      checkArgumentOffset(env, n, false);
      checkMemoryArgument(env, n, argument.size);
      if (!argument.nullable && (T.isNull(r.v) || (r.v.type & T.MAYBE_NULL) !== 0))
        env.refuse(EINVAL, `arg#${i} is expected to be non-NULL`);
  }
}

/** check_mem_reg */
export function checkMemoryArgument(env: Session, n: number, size: number): void {
  const r = env.reg(n);
  if (T.isNull(r.v)) return;
  const saved = r.v;
  if (saved.type & T.MAYBE_NULL) r.v = notNull(saved);
  checkHelperMemory(env, n, size, { isWrite: false, zeroOk: true, output: null });
  checkHelperMemory(env, n, size, { isWrite: true, zeroOk: true, output: null });
  r.v = saved;
}
