/* Arguments and results of functions that deal with objects of their own; see object-rules.ts. */
import { EINVAL } from '../../base/errnos.ts';
import { structFields } from '../struct-fields.ts';
import type { Session } from '../session.ts';
import * as T from '../types.ts';
import { isNumbers } from './btf-numbers.ts';
import { isStruct } from './btf-walk.ts';
import { checkDynptrRelease, dynptrAt, processDynptr, releaseDynptr } from './dynptr.ts';
import { checkExchanged, checkKptrPointer, exchangedValue, releaseExchanged } from './exchange.ts';
import {
  borrowed,
  compareElements,
  countedArgument,
  giveAway,
  inTreeCallback,
  nodeArgument,
  nodeValue,
  rootArgument,
} from './graph.ts';
import { checkString } from './helper-args.ts';
import { structPointer } from './kfunc-args.ts';
import { accessKptr, checkKptrPlace } from './kptrs.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import type { Check, ObjectRules } from './object-rules.ts';
import { fieldNamed } from './objects.ts';

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

const counted: Check = (env, meta, n) => countedArgument(env, meta, n);

const string: Check = (env, _, n, { i }) => {
  if (env.val(n).type !== T.PTR_TO_MAP_VALUE) env.refuse(EINVAL, `arg#${i} doesn't point to a const string`);
  checkString(env, n);
};

const mapPointer: Check = (env, meta, n, param) => {
  const { map } = env.val(n);
  if (!map) return env.refuse(EINVAL, `pointer in R${n} isn't map pointer`);
  if (meta.map && map.fields?.some(({ kind }) => kind === 'bpf_wq') && meta.map !== map)
    env.refuse(
      EINVAL,
      `workqueue pointer in R1 map_uid=${env.val(1).uid} doesn't match map pointer in R2 map_uid=${env.val(n).uid}`,
    );
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
const BY_LATER_SUFFIX: typeof BY_SUFFIX = [
  ['__str', string],
  ['__map', mapPointer],
];

const suffixed = (list: typeof BY_SUFFIX, name: string): Check | undefined =>
  list.find(([suffix]) => name.endsWith(suffix))?.[1];

type Result = ObjectRules['result'];

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

export const OBJECT_RULES: ObjectRules = {
  processDynptr,
  dynptrAt,
  checkDynptrRelease,
  releaseDynptr,
  checkKptrPlace,
  accessKptr,
  structFields,
  checkKptrPointer,
  checkExchanged,
  releaseExchanged,
  exchangedValue,
  argument: (name, target) =>
    suffixed(BY_SUFFIX, name) ??
    (isStruct(target) ? BY_STRUCT.get(target.name) : undefined) ??
    suffixed(BY_LATER_SUFFIX, name),
  trusted: new Set([mapPointer, allocated]),
  result: (env: Session, meta: KfuncMeta) => RESULTS.get(meta.name)?.(env, meta) ?? T.UNKNOWN_SCALAR,
  compare: compareElements,
  borrowed,
  giveAway,
  inTree: inTreeCallback,
};
