/*
 * CO-RE, second half: computes a record's value (bpf_core_calc_relo_insn) and patches its instruction
 * (bpf_core_patch_insn). An instruction that cannot run on this kernel is poisoned: it becomes a call of a helper that
 * does not exist, which is harmless as long as the call is unreachable.
 */
import { ERRNO } from '../base/errno.ts';
import type { Btf } from '../btf/btf.ts';
import type { CoreRelocation } from '../btf/ext.ts';
import { INT_SIGNED } from '../btf/write.ts';
import { decode, wideValue } from '../isa/insn.ts';
import { accessBytes, CLASS, classOf, isWide, OPCODE, SLOT_BYTES, usesRegister } from '../isa/opcodes.ts';
import type { Candidates } from './core-candidates.ts';
import { plainType } from './core-compat.ts';
import { CORE_KINDS, type CoreKind, type CoreSpec, formatSpec, kindWord, matchSpec, parseSpec } from './core-spec.ts';
import { calculate, type CoreValue } from './core-value.ts';
import { type Log, refuse } from './log.ts';

/** Helper number of a poisoned instruction: 0xbad2310, "bad relo". */
export const POISON = 195_896_080;

export interface CoreContext {
  readonly log: Log;
  readonly local: Btf;
  readonly candidates: Candidates;
}

/** One record of a program: its number in the section, its instruction, and its request. */
export interface CoreRecord {
  readonly program: string;
  readonly number: number;
  readonly slot: number;
  readonly relocation: CoreRelocation;
}

interface Decision {
  readonly local: CoreValue;
  /** null: poison */
  readonly target: CoreValue | null;
  /** the load or store has another size than the kernel's field, and cannot be adapted */
  readonly misfit: boolean;
}

/** Kinds that have a value even when no type matches. */
const ASKS_WHETHER: ReadonlySet<CoreKind> = new Set([
  'field_exists',
  'type_exists',
  'type_matches',
  'type_size',
  'enumval_exists',
]);

/** Patches `insns` in place: 0, or a negative errno after saying why. */
export function relocateCore(context: CoreContext, record: CoreRecord, insns: Uint8Array): number {
  const decision = decide(context, record);
  return typeof decision === 'number' ? decision : patch(context.log, record, decision, insns);
}

const at = ({ program, number }: CoreRecord): string => `prog '${program}': relo #${number}: `;

function decide(context: CoreContext, record: CoreRecord): Decision | number {
  const { log, local } = context;
  const { typeId, access, kind: kindNumber } = record.relocation;
  const kind = CORE_KINDS[kindNumber];
  if (kind === undefined) {
    return refuse(log, 'EOPNOTSUPP', `${at(record)}unrecognized CO-RE relocation kind ${kindNumber}`);
  }
  const root = local.type(typeId);
  if (kind !== 'local_type_id') context.candidates.of(typeId);
  const spec = root && parseSpec(local, typeId, kind, access);
  if (!spec) {
    const what = `${kindWord(root)} ${root?.name || '<anon>'}${access === '' ? '' : ` + ${access}`}`;
    return refuse(log, 'EINVAL', `${at(record)}parsing [${typeId}] ${what} failed: ${-ERRNO.EINVAL}`);
  }
  log('debug', `${at(record)}${formatSpec(spec)}`);
  const own = calculate(kind, spec);
  if (own === 'poison' || 'error' in own) return refuse(log, 'EINVAL', `${at(record)}${unusable(own)}`);
  if (kind === 'local_type_id') return { local: own, target: own, misfit: false };
  if (root.name === '') {
    const text = `<${kind}> (${kindNumber}) relocation doesn't support anonymous types`;
    return refuse(log, 'EOPNOTSUPP', `${at(record)}${text}`);
  }
  return decideAmong(context, record, spec, own);
}

const unusable = (own: 'poison' | { readonly error: string }): string =>
  own === 'poison' ? 'has no value' : `relocation ${own.error}`;

interface Chosen {
  readonly spec: CoreSpec;
  readonly value: CoreValue;
}

function decideAmong(context: CoreContext, record: CoreRecord, spec: CoreSpec, own: CoreValue): Decision | number {
  const { log, candidates } = context;
  let chosen: Chosen | null = null;
  for (const [i, { btf, id }] of candidates.of(record.relocation.typeId).entries()) {
    const found = matchSpec(spec, btf, id);
    const word = found ? 'matching' : 'non-matching';
    log('debug', `${at(record)}${word} candidate #${i} ${found ? formatSpec(found) : describe(spec, btf, id)}`);
    if (!found) continue;
    const value = calculate(spec.kind, found);
    if (value === 'poison' || 'error' in value) return refuse(log, 'EINVAL', `${at(record)}${unusable(value)}`);
    const clash = chosen && ambiguity(chosen, { spec: found, value });
    if (clash) return refuse(log, 'EINVAL', `${at(record)}${clash}`);
    chosen ??= { spec: found, value };
  }
  if (chosen)
    return { local: own, target: chosen.value, misfit: misfits(spec.btf, own, chosen.spec.btf, chosen.value) };
  if (!ASKS_WHETHER.has(spec.kind)) log('debug', `${at(record)}no matching targets found`);
  const absent = calculate(spec.kind, null);
  if (absent === 'poison') return { local: own, target: null, misfit: false };
  return 'error' in absent ? -ERRNO.EINVAL : { local: own, target: absent, misfit: false };
}

function describe({ kind }: CoreSpec, btf: Btf, id: number): string {
  const type = btf.type(id);
  return `<${kind}> [${id}] ${kindWord(type)} ${type?.name || '<anon>'}`;
}

function ambiguity(first: Chosen, other: Chosen): string | null {
  if (first.spec.bitOffset !== other.spec.bitOffset) {
    return `field offset ambiguity: ${other.spec.bitOffset} != ${first.spec.bitOffset}`;
  }
  if (first.value.value === other.value.value) return null;
  return `relocation decision ambiguity: success ${other.value.value} != success ${first.value.value}`;
}

/**
 * Whether the sizes of two fields conflict; they may differ for pointers (4 bytes in a 32-bit kernel) and for unsigned
 * integers.
 */
function misfits(local: Btf, own: CoreValue, target: Btf, theirs: CoreValue): boolean {
  if (own.size === theirs.size || own.type === 0) return false;
  const a = plainType(local, own.type).type;
  const b = plainType(target, theirs.type).type;
  if (a?.kind === 'PTR' && b?.kind === 'PTR') return false;
  const bothUnsigned =
    a?.kind === 'INT' && b?.kind === 'INT' && (a.extra & INT_SIGNED) === 0 && (b.extra & INT_SIGNED) === 0;
  return !bothUnsigned;
}

/** The new value of an instruction, and text for the log. */
interface Patching {
  readonly log: Log;
  readonly record: CoreRecord;
  readonly view: DataView;
  /** byte offset of the instruction */
  readonly place: number;
  readonly decision: Decision;
}

function patch(log: Log, record: CoreRecord, decision: Decision, insns: Uint8Array): number {
  const view = new DataView(insns.buffer, insns.byteOffset, insns.byteLength);
  const patching = { log, record, view, place: record.slot * SLOT_BYTES, decision };
  if (decision.target === null) return poison(patching);
  const { opcode } = decode(insns, record.slot);
  if (isWide(opcode)) return patchWide(patching, decision.target.value);
  switch (classOf(opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64:
      return usesRegister(opcode) ? unrecognized(patching) : patchImmediate(patching, decision.target.value);
    case CLASS.LDX:
    case CLASS.ST:
    case CLASS.STX:
      return patchAccess(patching, decision.target);
    default:
      return unrecognized(patching);
  }
}

function unrecognized({ log, record, view, place }: Patching): number {
  const code = view.getUint8(place).toString(16);
  return refuse(log, 'EINVAL', `${at(record)}trying to relocate unrecognized insn #${record.slot}, code:0x${code}`);
}

function unexpected({ log, record, decision }: Patching, word: string, got: bigint): number {
  const { local, target } = decision;
  const values = `got ${got}, exp ${local.value} -> ${target?.value ?? 0n}`;
  return refuse(log, 'EINVAL', `${at(record)}unexpected insn #${record.slot} (${word}) value: ${values}`);
}

/** Turns each slot of the instruction into a call of a helper that no kernel has. */
function poison({ log, record, view, place }: Patching): number {
  const slots = isWide(view.getUint8(place)) ? 2 : 1;
  for (let i = 0; i < slots; i++) {
    log('debug', `${at(record)}substituting insn #${record.slot + i} w/ invalid insn`);
    poisonSlot(view, place + i * SLOT_BYTES, POISON);
  }
  return 0;
}

/** Replaces a slot by a call of helper `number`, which marks something missing. */
export function poisonSlot(view: DataView, place: number, number: number): void {
  view.setUint8(place, OPCODE.CALL);
  view.setUint8(place + 1, 0);
  view.setUint16(place + 2, 0, true);
  view.setInt32(place + 4, number, true);
}

function patchImmediate(patching: Patching, value: bigint): number {
  const { log, record, view, place, decision } = patching;
  const old = view.getInt32(place + 4, true);
  if (decision.local.validate && BigInt(old) !== BigInt.asIntN(32, decision.local.value)) {
    return unexpected(patching, 'ALU/ALU64', BigInt(old));
  }
  view.setInt32(place + 4, Number(BigInt.asIntN(32, value)), true);
  log('debug', `${at(record)}patched insn #${record.slot} (ALU/ALU64) imm ${old} -> ${value}`);
  return 0;
}

/** Opcode bits of a load's or store's size. */
const SIZE_BITS: Readonly<Record<number, number>> = { 8: 0x18, 4: 0x00, 2: 0x08, 1: 0x10 };

function patchAccess(patching: Patching, target: CoreValue): number {
  const { log, record, view, place, decision } = patching;
  const { local, misfit } = decision;
  const old = view.getInt16(place + 2, true);
  if (local.validate && BigInt(old) !== local.value) return unexpected(patching, 'LDX/ST/STX', BigInt(old));
  const where = `${at(record)}insn #${record.slot} (LDX/ST/STX) `;
  if (target.value > 0x7fffn) return refuse(log, 'ERANGE', `${where}value too big: ${target.value}`);
  if (misfit) {
    const advice = 'Make sure you are accessing pointers, unsigned integers, or fields of matching type and size.';
    log('warn', `${where}accesses field incorrectly. ${advice}`);
    return poison(patching);
  }
  view.setInt16(place + 2, Number(target.value), true);
  log('debug', `${at(record)}patched insn #${record.slot} (LDX/ST/STX) off ${old} -> ${target.value}`);
  return target.size === local.size ? 0 : resize(patching, target.size);
}

function resize({ log, record, view, place, decision }: Patching, size: number): number {
  const opcode = view.getUint8(place);
  const had = accessBytes(opcode);
  const bits = SIZE_BITS[size];
  const where = `${at(record)}insn #${record.slot} (LDX/ST/STX) `;
  if (had !== decision.local.size) {
    return refuse(log, 'EINVAL', `${where}unexpected mem size: got ${had}, exp ${decision.local.size}`);
  }
  if (bits === undefined) return refuse(log, 'EINVAL', `${where}invalid new mem size: ${size}`);
  view.setUint8(place, (opcode & ~0x18) | bits);
  log('debug', `${at(record)}patched insn #${record.slot} (LDX/ST/STX) mem_sz ${had} -> ${size}`);
  return 0;
}

function patchWide(patching: Patching, value: bigint): number {
  const { log, record, view, place, decision } = patching;
  const insns = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const whole = place + 2 * SLOT_BYTES <= view.byteLength;
  const { src, off, ...insn } = decode(insns, record.slot);
  if (!whole || src !== 0 || off !== 0 || view.getUint32(place + 8, true) !== 0) {
    return refuse(log, 'EINVAL', `${at(record)}insn #${record.slot} (LDIMM64) has unexpected form`);
  }
  const old = wideValue(insn);
  if (decision.local.validate && old !== BigInt.asUintN(64, decision.local.value)) {
    return unexpected(patching, 'LDIMM64', old);
  }
  const bits = BigInt.asUintN(64, value);
  view.setUint32(place + 4, Number(bits & 0xffff_ffffn), true);
  view.setUint32(place + 12, Number(bits >> 32n), true);
  log('debug', `${at(record)}patched insn #${record.slot} (LDIMM64) imm64 ${old} -> ${bits}`);
  return 0;
}
