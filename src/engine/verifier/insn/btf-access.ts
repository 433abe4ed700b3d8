/* Access through a pointer to a kernel struct, or to a map itself (check_ptr_to_btf_access, check_ptr_to_map_access). */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import { checkStructWrite } from '../ctx/struct-ops.ts';
import { offsetText } from '../print.ts';
import type { Session } from '../session.ts';
import { isGpl } from '../structure.ts';
import * as T from '../types.ts';
import { type Walked, walkStruct } from './btf-walk.ts';
import type { MemAccess } from './access.ts';
import { inRcu } from './in-rcu.ts';
import { fieldsAt, fieldText } from './objects.ts';

/** Fields that keep the trust of the struct they are read from (BTF_TYPE_SAFE_ lists of the verifier). */
const SAFE: Readonly<
  Record<'rcu' | 'rcuOrNull' | 'trusted' | 'trustedOrNull', Readonly<Record<string, readonly string[]>>>
> = {
  rcu: {
    task_struct: ['cpus_ptr', 'cgroups', 'real_parent', 'group_leader'],
    cgroup: ['kn'],
    css_set: ['dfl_cgrp'],
  },
  rcuOrNull: { mm_struct: ['exe_file'], sk_buff: ['sk'], request_sock: ['sk'] },
  trusted: {
    bpf_iter_meta: ['seq'],
    bpf_iter__task: ['meta', 'task'],
    linux_binprm: ['file'],
    file: ['f_inode'],
  },
  trustedOrNull: { socket: ['sk'] },
};
const listed = (list: keyof typeof SAFE, w: Walked): boolean => SAFE[list][w.owner]?.includes(w.field) ?? false;

/** Flags of a pointer that was read from a struct. */
function flagsOf(env: Session, v: T.Val, w: Walked): number {
  const plain = (w.user ? T.MEM_USER : 0) | (w.percpu ? T.MEM_PERCPU : 0);
  const union = w.untrusted ? T.PTR_UNTRUSTED : 0;
  if (v.type & T.PTR_UNTRUSTED) return T.PTR_UNTRUSTED;
  if (!env.facts.trustedArgs || !(T.isTrusted(v) || T.isRcu(v))) return plain;
  if (listed('trusted', w)) return plain | union | T.PTR_TRUSTED;
  if (listed('trustedOrNull', w)) return plain | union | T.PTR_TRUSTED | T.MAYBE_NULL;
  if (!inRcu(env) || (v.type & T.MAYBE_NULL) !== 0) return T.PTR_UNTRUSTED;
  if (listed('rcu', w)) return plain | union | T.MEM_RCU;
  if (listed('rcuOrNull', w)) return plain | T.MEM_RCU | T.MAYBE_NULL;
  if (w.rcu) return plain | union | T.MEM_RCU | T.MAYBE_NULL;
  return plain === 0 ? 0 : plain | union;
}

function load(env: Session, n: number, v: T.Val): void {
  const r = env.reg(n);
  r.v = v;
  r.precise = false;
}

export function checkBtfAccess(env: Session, a: MemAccess, v: T.Val, off: number): void {
  if (v.type === T.CONST_PTR_TO_MAP) return checkMapPointer(env, a, v, off);
  const name = v.btf?.type(v.btfId)?.name ?? '';
  const isOwn = T.isAllocated(v.type);
  if (!isGpl(env) && v.btf === env.btf)
    env.refuse(EINVAL, `Cannot access kernel 'struct ${name}' from non-GPL compatible program`);
  if (off < 0) env.refuse(EACCES, `R${a.regno} is ptr_${name} invalid negative access: off=${off}`);
  if (v.b.m !== 0n || v.b.v !== 0n)
    env.refuse(
      EACCES,
      `R${a.regno} is ptr_${name} invalid variable offset: off=${off}, var_off=${offsetText(env, v.b)}`,
    );
  if (v.type & T.MEM_USER) env.refuse(EACCES, `R${a.regno} is ptr_${name} access user memory: off=${off}`);
  if (v.type & T.MEM_PERCPU) env.refuse(EACCES, `R${a.regno} is ptr_${name} access percpu memory: off=${off}`);
  if (a.isWrite) {
    if ((v.type & T.PTR_UNTRUSTED) !== 0) env.refuse(EACCES, 'only read is supported');
    if (env.program.type === 'struct_ops' && env.attach && (v.type & T.MEM_ALLOC) === 0)
      return checkStructWrite(env, v.btfId, off, a.size);
    if (!isOwn) env.refuse(EACCES, 'only read is supported');
  }
  if (!v.btf) return;
  const special = fieldsAt(v).find((field) => off < field.offset + field.size && field.offset < off + a.size);
  if (special) env.refuse(EACCES, `direct access to ${fieldText(special)} is disallowed`);
  const walked = walkStruct(env, v.btf, v.btfId, off, a.size);
  if (a.isWrite || a.value < 0) return;
  if (!walked || isOwn) return load(env, a.value, T.UNKNOWN_SCALAR);
  const type = T.PTR_TO_BTF_ID | flagsOf(env, v, walked);
  const id = type & T.MAYBE_NULL ? env.newId() : 0;
  load(env, a.value, T.pointer(type, { id, btf: v.btf, btfId: walked.struct }));
}

const MAP_STRUCTS: Readonly<Record<number, string>> = {
  1: 'bpf_htab',
  2: 'bpf_array',
  3: 'bpf_array',
  4: 'bpf_array',
  5: 'bpf_htab',
  6: 'bpf_array',
  7: 'bpf_stack_map',
  8: 'bpf_array',
  9: 'bpf_htab',
  10: 'bpf_htab',
  11: 'lpm_trie',
  12: 'bpf_array',
  13: 'bpf_htab',
  14: 'bpf_dtab',
  15: 'bpf_stab',
  16: 'bpf_cpu_map',
  17: 'xsk_map',
  18: 'bpf_shtab',
  19: 'bpf_cgroup_storage_map',
  22: 'bpf_queue_stack',
  23: 'bpf_queue_stack',
  24: 'bpf_local_storage_map',
  25: 'bpf_dtab',
  27: 'bpf_ringbuf_map',
  30: 'bpf_bloom_filter',
};

function checkMapPointer(env: Session, a: MemAccess, v: T.Val, off: number): void {
  const struct = MAP_STRUCTS[v.map?.type ?? 0] ?? 'bpf_map';
  if (off < 0) env.refuse(EACCES, `R${a.regno} is ${struct} invalid negative access: off=${off}`);
  if (a.isWrite) env.refuse(EACCES, `only read from ${struct} is supported`);
  const id = env.btf.find('STRUCT', struct) || env.btf.find('STRUCT', 'bpf_map');
  const walked = id ? walkStruct(env, env.btf, id, off, a.size) : null;
  if (a.value < 0) return;
  if (!walked) return load(env, a.value, T.UNKNOWN_SCALAR);
  load(env, a.value, T.pointer(T.PTR_TO_BTF_ID, { btf: env.btf, btfId: walked.struct }));
}
