/* Pointers that are kept in values of maps (kptrs), loaded and stored by rules of their own (check_map_kptr_access). */
import { EACCES } from '../../base/errnos.ts';
import type { Btf } from '../../btf/btf.ts';
import { CLASS, classOf, MODE, modeOf } from '../../isa/opcodes.ts';
import type { MapField } from '../environment.ts';
import { markPrecise } from '../precision.ts';
import type { Session } from '../session.ts';
import { structFields } from '../struct-fields.ts';
import * as T from '../types.ts';
import { matchesStruct } from './btf-walk.ts';
import { inRcu } from './in-rcu.ts';
import { checkNoOffset } from './offsets.ts';

/** What a field points to, or holds: a struct of the kernel's by its name, else one of the program's. */
export function targetOf(env: Session, { target = '' }: MapField): { btf: Btf; btfId: number; own: boolean } {
  const btfId = env.btf.find('STRUCT', target);
  const { btf } = env.program;
  if (btfId !== 0 || !btf) return { btf: env.btf, btfId, own: false };
  return { btf, btfId: btf.find('STRUCT', target), own: true };
}

/** An access of a place with a kptr in it: as a whole, and at a known place. */
export function checkKptrPlace(env: Session, v: T.Val, field: MapField, off: number, size: number): void {
  if (v.b.m !== 0n) env.refuse(EACCES, 'kptr access cannot have variable offset');
  const at = off + Number(v.b.v);
  if (field.offset !== at) env.refuse(EACCES, `kptr access misaligned expected=${field.offset} off=${at}`);
  if (size !== 8) env.refuse(EACCES, 'kptr access size must be BPF_DW');
}

/** Types whose objects stay while a section of RCU lasts (rcu_protected_types), beside all that programs allocate. */
const RCU_PROTECTED: ReadonlySet<string> = new Set([
  'prog_test_ref_kfunc',
  'cgroup',
  'bpf_cpumask',
  'task_struct',
  'bpf_crypto_ctx',
]);
const GRAPH_NODES: ReadonlySet<string> = new Set(['bpf_list_node', 'bpf_rb_node']);

/** The value of a pointer that was loaded (btf_ld_kptr_type). */
function kptrValue(env: Session, field: MapField): T.Val {
  const { btf, btfId, own } = targetOf(env, field);
  const isPercpu = field.kind === 'percpu_kptr';
  const isSafe = isPercpu || (field.kind === 'kptr_ref' && (own || RCU_PROTECTED.has(field.target ?? '')));
  let type = T.PTR_TO_BTF_ID | T.MAYBE_NULL;
  if (isSafe && inRcu(env)) {
    type |= T.MEM_RCU | (isPercpu ? T.MEM_PERCPU : own ? T.MEM_ALLOC : 0);
    if (own && structFields(btf, btfId).some(({ kind }) => GRAPH_NODES.has(kind))) type |= T.NON_OWN_REF;
  } else type |= T.PTR_UNTRUSTED;
  return T.pointer(type, { btf, btfId, id: env.newId() });
}

/** A store to one, or what it is loaded with: the value, or null. */
export function accessKptr(env: Session, field: MapField, n: number): T.Val | null {
  const { opcode, imm } = env.insns[env.insn];
  if (modeOf(opcode) !== MODE.MEM)
    env.refuse(EACCES, 'kptr in map can only be accessed using BPF_MEM instruction mode');
  const cls = classOf(opcode);
  if (cls === CLASS.LDX) return kptrValue(env, field);
  if (field.kind !== 'kptr') env.refuse(EACCES, 'store to referenced kptr disallowed');
  if (cls === CLASS.ST) {
    if (imm !== 0) env.refuse(EACCES, `BPF_ST imm must be 0 when storing to kptr at off=${field.offset}`);
  } else if (T.isNull(env.val(n))) markPrecise(env, n);
  else matchKptr(env, field, n);
  return null;
}

/** What is stored must be what the field is declared to hold (map_kptr_match_type). */
export function matchKptr(env: Session, field: MapField, n: number): void {
  const { v } = env.reg(n);
  const { btf, btfId } = targetOf(env, field);
  const isUnref = field.kind === 'kptr';
  const isPercpu = field.kind === 'percpu_kptr';
  const allowed =
    T.MAYBE_NULL |
    (v.btf === env.btf
      ? T.PTR_TRUSTED | T.MEM_RCU | (isUnref ? T.PTR_UNTRUSTED : 0)
      : T.MEM_ALLOC | (isPercpu ? T.MEM_PERCPU : 0));
  const bad = (name: string): never => {
    const other = isUnref ? ` or untrusted_ptr_${field.target}` : '';
    const text = `invalid kptr access, R${n} type=${T.typeText(v.type)}${name} expected=ptr_${field.target}`;
    return env.refuse(EACCES, text + other);
  };
  const fits =
    T.baseType(v.type) === T.PTR_TO_BTF_ID &&
    (v.type & ~T.BASE_MASK & ~allowed) === 0 &&
    isPercpu === ((v.type & T.MEM_PERCPU) !== 0);
  if (!fits || !v.btf) return bad('');
  checkNoOffset(env, v, n, true);
  if (!matchesStruct(v, btf, btfId, !isUnref)) bad(v.btf.type(v.btfId)?.name ?? '');
}
