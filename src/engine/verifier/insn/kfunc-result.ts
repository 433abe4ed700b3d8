/* What kernel functions leave in R0 (the last part of check_kfunc_call). */
import { EINVAL } from '../../base/errnos.ts';
import type { BtfType } from '../../btf/btf.ts';
import { structFields } from '../map-fields.ts';
import type { Session } from '../session.ts';
import * as T from '../types.ts';
import { isScalarKind, isStruct } from './btf-walk.ts';
import { borrowed, nodeValue } from './graph.ts';
import { isNumbers } from './kfunc-args.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import { mayLock } from './objects.ts';
import { acquire } from './references.ts';

type Result = (env: Session, meta: KfuncMeta) => T.Val;

const U32_MAX = 0xffff_ffffn;
/** BPF_GLOBAL_PERCPU_MA_MAX_SIZE */
const MOST_PERCPU = 512;

const newObject: Result = (env, { name, constant }) => {
  const { btf } = env.program;
  const id = constant ?? 0n;
  if (id > U32_MAX) env.refuse(EINVAL, 'local type ID argument must be in range [0, U32_MAX]');
  if (!btf) return env.refuse(EINVAL, 'bpf_obj_new/bpf_percpu_obj_new requires prog BTF');
  const btfId = Number(id);
  const struct = btf.type(btfId);
  if (struct?.kind !== 'STRUCT')
    return env.refuse(EINVAL, 'bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct');
  if (name === 'bpf_obj_new_impl') return T.pointer(T.PTR_TO_BTF_ID | T.MEM_ALLOC, { btf, btfId });
  const text = 'bpf_percpu_obj_new type';
  if (struct.size > MOST_PERCPU) env.refuse(EINVAL, `${text} size (${struct.size}) is greater than ${MOST_PERCPU}`);
  if (!isNumbers(env, btf, struct, 0)) env.refuse(EINVAL, `${text} ID argument must be of a struct of scalars`);
  if (structFields(btf, btfId).length > 0) env.refuse(EINVAL, `${text} ID argument must not contain special fields`);
  return T.pointer(T.PTR_TO_BTF_ID | T.MEM_ALLOC | T.MEM_PERCPU, { btf, btfId });
};

const sameObject: Result = (_, { object }) => T.pointer(T.PTR_TO_BTF_ID | T.MEM_ALLOC, object ?? {});
const element: Result = (env, { root }) => (root ? nodeValue(env, root) : T.UNKNOWN_SCALAR);

/** Structs behind the contexts of program types (bpf_ctx_convert). */
const KERNEL_CONTEXTS: Readonly<Record<string, string>> = {
  socket_filter: 'sk_buff',
  sched_cls: 'sk_buff',
  sched_act: 'sk_buff',
  cgroup_skb: 'sk_buff',
  xdp: 'xdp_buff',
  kprobe: 'pt_regs',
};

const kernelContext: Result = (env) => {
  const btfId = env.btf.find('STRUCT', KERNEL_CONTEXTS[env.program.type] ?? '');
  if (btfId === 0) env.refuse(EINVAL, '');
  return T.pointer(T.PTR_TO_BTF_ID | T.PTR_TRUSTED, { btf: env.btf, btfId });
};

const readOnlyCast: Result = (env, { constant }) => {
  const btfId = Number(constant ?? 0n);
  if (!isStruct(env.btf.type(btfId))) env.refuse(EINVAL, 'kfunc bpf_rdonly_cast type ID argument must be of a struct');
  return T.pointer(T.PTR_TO_BTF_ID | T.PTR_UNTRUSTED, { btf: env.btf, btfId });
};

const slice: Result = (env, { name, constant, dynptr }) => {
  const readOnly = name === 'bpf_dynptr_slice';
  if (!readOnly && !env.ctx?.packetWrites) env.refuse(EINVAL, 'the prog does not allow writes to packet data');
  const of = T.OF_DYNPTR[dynptr?.object?.kind ?? ''] ?? 0;
  return T.pointer(T.PTR_TO_MEM | of | (readOnly ? T.MEM_RDONLY : 0), {
    range: Number(constant ?? 0n),
    uid: dynptr?.id ?? 0,
  });
};

/** Functions whose result is not that of their type. */
const RESULTS: ReadonlyMap<string, Result> = new Map([
  ['bpf_obj_new_impl', newObject],
  ['bpf_percpu_obj_new_impl', newObject],
  ['bpf_refcount_acquire_impl', sameObject],
  ['bpf_list_pop_front', element],
  ['bpf_list_pop_back', element],
  ['bpf_rbtree_remove', element],
  ['bpf_rbtree_first', element],
  ['bpf_cast_to_kern_ctx', kernelContext],
  ['bpf_rdonly_cast', readOnlyCast],
  ['bpf_dynptr_slice', slice],
  ['bpf_dynptr_slice_rdwr', slice],
]);

/** The value by the function's type; null: there is none. */
function typedResult(env: Session, { proto, name, flags, refObjId }: KfuncMeta): T.Val | null {
  const { btf } = env;
  const type = btf.type(btf.skipModifiers(proto.type));
  if (!type || type.kind === 'VOID') return null;
  if (isScalarKind(type)) return T.UNKNOWN_SCALAR;
  const target: BtfType | null = btf.type(btf.skipModifiers(type.type));
  if (!target || target.kind === 'VOID') return T.UNKNOWN_SCALAR;
  if (isStruct(target))
    return T.pointer(T.PTR_TO_BTF_ID | (flags.iter === 'next' ? T.PTR_TRUSTED : 0), { btf, btfId: target.id });
  const range = Math.max(btf.sizeOf(type.type), 0);
  if (range === 0)
    env.refuse(EINVAL, `kernel function ${name} returns pointer type ${target.kind} ${target.name} is not supported`);
  return T.pointer(T.PTR_TO_MEM | T.MEM_RDONLY, { range, refObjId });
}

/** Null: the function returns nothing. */
export function resultOf(env: Session, meta: KfuncMeta): T.Val | null {
  let v = RESULTS.get(meta.name)?.(env, meta) ?? typedResult(env, meta);
  if (!v || v.type === T.SCALAR) return v;
  // a counted object that is owned cannot go away meanwhile
  const nullable = meta.flags.returnsNull === true && !meta.owning;
  if (nullable) v = T.derive(v, { type: v.type | T.MAYBE_NULL, id: env.newId() });
  if (meta.flags.acquire) {
    const id = acquire(env);
    v = T.derive(v, { refObjId: id, id: nullable ? id : v.id });
  } else if (meta.name === 'bpf_rbtree_first') v = borrowed(v);
  return mayLock(v) && v.id === 0 ? T.derive(v, { id: env.newId() }) : v;
}
