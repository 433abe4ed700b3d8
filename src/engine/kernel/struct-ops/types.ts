/*
 * The struct_ops types of this kernel: registering one reads its description from BTF (bpf_struct_ops_desc_init), with
 * all offsets.
 */
import { type StructOpsMember, type Hole, type StructOpsType } from './shape.ts';
import { assert } from '../../base/assert.ts';
import type { Btf, BtfType } from '../../btf/btf.ts';
import { Slab } from '../../vm/memory.ts';
import { type Core, log } from '../core.ts';
import { fail, next, type Outcome } from '../steps.ts';
import type { StructOpsSubsystem } from '../subsystem.ts';
import { distillFuncProto } from './func-model.ts';

export const VALUE_PREFIX = 'bpf_struct_ops_';
/** ____cacheline_aligned_in_smp */
const CACHE_LINE = 64;

/** Registers a type. Throws when the BTF does not describe it, since that is an error in building the machine. */
export function registerType(k: Core, subsystem: StructOpsSubsystem): StructOpsType {
  const { btf } = k;
  const struct = structNamed(btf, subsystem.name);
  const value = structNamed(btf, VALUE_PREFIX + subsystem.name);
  const data = btf.field(value.name, 'data');
  const state = btf.field(value.name, 'common.state') ?? btf.field(value.name, 'state');
  const refcnt = btf.field(value.name, 'common.refcnt') ?? btf.field(value.name, 'refcnt');
  assert(data && state && refcnt, `${value.name} has no state, refcnt or data`);
  const type: StructOpsType = {
    name: subsystem.name,
    typeId: struct.id,
    valueId: value.id,
    valueSize: value.size,
    refcntOffset: refcnt.byteOffset,
    stateOffset: state.byteOffset,
    dataOffset: data.byteOffset,
    dataSize: struct.size,
    members: struct.members.map((member, index) => ({
      name: member.name,
      index,
      offset: member.bitOffset / 8,
      size: btf.sizeOf(member.type),
      type: member.type,
      ...memberKind(btf, member.type, subsystem.unsupported.includes(member.name)),
    })),
    valueHoles: holes(btf, value),
    dataHoles: holes(btf, struct),
    subsystem,
    own: ownMembers(btf, value),
    init: valueInit(k, value, subsystem),
    values: new Slab(k.memory, 'kernel', Math.ceil(value.size / CACHE_LINE) * CACHE_LINE, CACHE_LINE),
  };
  k.types.push(type);
  return type;
}

const COMMON = new Set(['common', 'refcnt', 'state', 'data']);

/** Members of the value struct besides `common` and `data`. */
function ownMembers(btf: Btf, value: BtfType): Hole[] {
  return value.members
    .filter(({ name }) => !COMMON.has(name))
    .map(({ type, bitOffset }) => ({ from: bitOffset / 8, to: bitOffset / 8 + Math.max(0, btf.sizeOf(type)) }));
}

function valueInit({ text }: Core, value: BtfType, { name, init }: StructOpsSubsystem): StructOpsType['init'] {
  const member = value.members.find((m) => m.name === 'init');
  if (!member || !init) return null;
  return { offset: member.bitOffset / 8, address: text.builtin(`${name}_value_init`, (kdata) => init(kdata)) };
}

function structNamed(btf: Btf, name: string): BtfType {
  const type = btf.type(btf.find('STRUCT', name));
  assert(type?.kind === 'STRUCT', `no struct ${name} in this BTF`);
  return type;
}

function memberKind(btf: Btf, id: number, unsupported: boolean): Pick<StructOpsMember, 'kind' | 'model'> {
  const pointer = btf.type(btf.skipModifiers(id));
  const target = pointer?.kind === 'PTR' ? btf.type(btf.skipModifiers(pointer.type)) : null;
  if (target?.kind === 'FUNC_PROTO') {
    return { kind: 'func', model: unsupported ? null : distillFuncProto(btf, target.id) };
  }
  return { kind: target?.name === 'module' ? 'module' : 'data', model: null };
}

/** The holes that check_zero_holes examines. */
function holes(btf: Btf, struct: BtfType): Hole[] {
  const found: Hole[] = [];
  let end = 0;
  for (const { type, bitOffset } of struct.members) {
    if (bitOffset / 8 > end) found.push({ from: end, to: bitOffset / 8 });
    end = bitOffset / 8 + btf.sizeOf(type);
  }
  if (end < struct.size) found.push({ from: end, to: struct.size });
  return found;
}

export function structOpsType(k: Core, name: string): StructOpsType {
  const type = k.types.find((t) => t.name === name);
  assert(type, `${name} is not a registered struct_ops type`);
  return type;
}

/** Runs the value's `init`, if it has one, then the subsystem's `reg`. Returns 0 or a negative errno. */
export function registerStruct(k: Core, type: StructOpsType, kvalue: number): number {
  const kdata = kvalue + type.dataOffset;
  if (type.init) {
    k.memory.setPointer(kvalue + type.init.offset, type.init.address);
    const ret = k.text.call(type.init.address, kdata) | 0;
    if (ret < 0) return ret;
  }
  return type.subsystem.reg(kdata);
}

/** Turns a subsystem callback's return value into an outcome, with the message that it logged. */
export function answered(k: Core, { subsystem }: StructOpsType, ret: number): Outcome {
  if (ret >= 0) return next;
  const message = subsystem.lastMessage?.() ?? null;
  if (message === null) return fail(-ret);
  log(k, message);
  return fail(-ret, message);
}

export function allZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}
