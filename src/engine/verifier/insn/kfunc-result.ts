/* What kernel functions leave in R0 (the last part of check_kfunc_call). */
import { EINVAL } from '../../base/errnos.ts';
import type { BtfType } from '../../btf/btf.ts';
import type { Session } from '../session.ts';
import * as T from '../types.ts';
import { isScalarKind, isStruct } from './btf-walk.ts';
import type { KfuncMeta } from './kfunc-meta.ts';
import { objectRules } from './object-rules.ts';
import { mayLock } from './objects.ts';
import { acquire } from './references.ts';

/** Functions whose result is not that of their type. */
const SPECIAL = /^bpf_(cast_|rdonly_|dynptr_slice|obj_new|percpu_obj_new|refcount_|list_pop|rbtree_(remove|first))/;

/** The value by the function's type; null: there is none. */
function typedResult(env: Session, { proto, name, flags, refObjId, inSection }: KfuncMeta): T.Val | null {
  const { btf } = env;
  const type = btf.type(btf.skipModifiers(proto.type));
  if (!type || type.kind === 'VOID') return null;
  if (isScalarKind(type)) return T.UNKNOWN_SCALAR;
  const target: BtfType | null = btf.type(btf.skipModifiers(type.type));
  if (!target || target.kind === 'VOID') return T.UNKNOWN_SCALAR;
  if (isStruct(target))
    return T.pointer(T.PTR_TO_BTF_ID | (flags.iter !== 'next' ? 0 : inSection ? T.MEM_RCU : T.PTR_TRUSTED), {
      btf,
      btfId: target.id,
    });
  const range = Math.max(btf.sizeOf(type.type), 0);
  if (range === 0)
    env.refuse(EINVAL, `kernel function ${name} returns pointer type ${target.kind} ${target.name} is not supported`);
  return T.pointer(T.PTR_TO_MEM | T.MEM_RDONLY, { range, refObjId });
}

/** Null: the function returns nothing. */
export function resultOf(env: Session, meta: KfuncMeta): T.Val | null {
  let v = SPECIAL.test(meta.name)
    ? objectRules(env, `kernel function ${meta.name}`).result(env, meta)
    : typedResult(env, meta);
  if (!v || v.type === T.SCALAR) return v;
  // a counted object that is owned cannot go away meanwhile
  const nullable = meta.flags.returnsNull === true && !meta.owning;
  if (nullable) v = T.derive(v, { type: v.type | T.MAYBE_NULL, id: env.newId() });
  if (meta.flags.acquire) {
    const id = acquire(env);
    v = T.derive(v, { refObjId: id, id: nullable ? id : v.id });
  } else if (meta.name === 'bpf_rbtree_first') v = objectRules(env, `kernel function ${meta.name}`).borrowed(v);
  return mayLock(v) && v.id === 0 ? T.derive(v, { id: env.newId() }) : v;
}
