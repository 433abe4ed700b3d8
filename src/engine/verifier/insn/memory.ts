/* Loads, stores and atomics: whether the access is allowed, and the value that it gives (check_mem_access). */
import { type MemAccess } from './access.ts';
import { EACCES, EINVAL } from '../../base/errnos.ts';
import type { Insn } from '../../isa/insn.ts';
import { MODE, modeOf } from '../../isa/opcodes.ts';
import { constBounds } from '../bounds.ts';
import { coerceSize, signExtend64 } from '../widths.ts';
import type { AccessFact } from '../environment.ts';
import { checkDestination, checkSource } from '../liveness.ts';
import { F_RDONLY_PROG, F_WRONLY_PROG } from '../map-rules.ts';
import { offsetText, printLine } from '../print.ts';
import type { Session } from '../session.ts';
import { tnumAdd, tnumConst } from '../tnum.ts';
import * as T from '../types.ts';
import { checkBtfAccess } from './btf-access.ts';
import { checkNoOffset } from './offsets.ts';
import { checkBounds } from './sanity.ts';
import { objectRules } from './object-rules.ts';
import { isKptr } from './objects.ts';
import { isSockField } from './sock-fields.ts';
import { checkStackBounds, checkStackRead, checkStackWrite } from './stack.ts';

const KPTR = 'a pointer that is kept in a map';
const STRICT_ALIGNMENT = 1;
const SIZES = [4, 2, 1, 8];
export const sizeOfAccess = ({ opcode }: Insn): number => SIZES[(opcode >> 3) & 3];

const KIND_WORDS: Readonly<Record<number, string>> = {
  [T.PTR_TO_FLOW_KEYS]: 'flow keys ',
  [T.PTR_TO_MAP_KEY]: 'key ',
  [T.PTR_TO_MAP_VALUE]: 'value ',
  [T.PTR_TO_CTX]: 'context ',
  [T.PTR_TO_STACK]: 'stack ',
  [T.PTR_TO_SOCKET]: 'sock ',
  [T.PTR_TO_SOCK_COMMON]: 'sock_common ',
  [T.PTR_TO_TCP_SOCK]: 'tcp_sock ',
  [T.PTR_TO_XDP_SOCK]: 'xdp_sock ',
  [T.PTR_TO_ARENA]: 'arena ',
};

/** check_ptr_alignment */
export function checkAlignment(env: Session, v: T.Val, off: number, size: number, always: boolean): void {
  const strict = always || (env.program.flags & STRICT_ALIGNMENT) !== 0 || v.type === T.PTR_TO_STACK;
  if (!strict || size === 1) return;
  const packet = T.isPacket(v.type);
  const at = tnumAdd(v.b, tnumConst(BigInt(v.off + off + (packet ? 2 : 0))));
  if (((at.v | at.m) & BigInt(size - 1)) === 0n) return;
  const where = `${offsetText(env, v.b)}+${v.off}+${off} size ${size}`;
  if (packet) env.refuse(EACCES, `misaligned packet access off 2+${where}`);
  env.refuse(EACCES, `misaligned ${KIND_WORDS[v.type & T.BASE_MASK] ?? ''}access off ${where}`);
}

const S64_MIN = -0x8000_0000_0000_0000n;
const VAR_LIMIT = 1n << 29n;

/** __check_mem_access: one end of an access. */
function checkEnd(
  env: Session,
  v: T.Val,
  regno: number,
  off: bigint,
  size: number,
  limit: number,
  zeroOk: boolean,
): boolean {
  if (off >= 0n && (size > 0 || zeroOk) && off + BigInt(size) <= BigInt(limit)) return true;
  const where = `off=${BigInt.asIntN(32, off)} size=${size}`;
  const base = T.baseType(v.type);
  if (base === T.PTR_TO_MAP_KEY) env.say(`invalid access to map key, key_size=${limit} ${where}\n`);
  else if (base === T.PTR_TO_MAP_VALUE) env.say(`invalid access to map value, value_size=${limit} ${where}\n`);
  else if (T.isPacketAny(v.type))
    env.say(`invalid access to packet, ${where}, R${regno}(id=${v.id},off=${off},r=${limit})\n`);
  else env.say(`invalid access to memory, mem_size=${limit} ${where}\n`);
  return false;
}

/** check_mem_region_access: both ends must be inside [0, limit). */
export function checkRegion(
  env: Session,
  regno: number,
  off: number,
  size: number,
  limit: number,
  zeroOk: boolean,
): void {
  const { v } = env.reg(regno);
  const { smin, umax } = v.b;
  const low = smin + BigInt(off);
  if (smin < 0n && (smin === S64_MIN || low !== BigInt.asIntN(32, low) || low < 0n))
    env.refuse(EACCES, `R${regno} min value is negative, either use unsigned index or do a if (index >=0) check.`);
  if (!checkEnd(env, v, regno, low, size, limit, zeroOk))
    env.refuse(EACCES, `R${regno} min value is outside of the allowed memory range`);
  if (umax >= VAR_LIMIT)
    env.refuse(EACCES, `R${regno} unbounded memory access, make sure to bounds check any such access`);
  if (!checkEnd(env, v, regno, umax + BigInt(off), size, limit, zeroOk))
    env.refuse(EACCES, `R${regno} max value is outside of the allowed memory range`);
}

/** check_packet_access */
export function checkPacket(env: Session, regno: number, off: number, size: number, zeroOk: boolean): void {
  const { v } = env.reg(regno);
  if (v.b.smin < 0n)
    env.refuse(EACCES, `R${regno} min value is negative, either use unsigned index or do a if (index >=0) check.`);
  if (v.range < 0) env.refuse(EINVAL, `R${regno} offset is outside of the packet`);
  if (!checkEnd(env, v, regno, BigInt(off), size, v.range, zeroOk))
    env.refuse(EACCES, `R${regno} offset is outside of the packet`);
}

/** check_map_access_type and check_map_access; `helper`: some fields are for helpers only. */
export function checkMapValue(
  env: Session,
  regno: number,
  off: number,
  size: number,
  zeroOk: boolean,
  isWrite: boolean,
  direct: boolean,
): void {
  const { v } = env.reg(regno);
  const map = v.map;
  if (!map) return;
  const where = `value_size=${map.valueSize} off=${off} size=${size}`;
  if (isWrite && (map.flags & F_RDONLY_PROG) !== 0) env.refuse(EACCES, `write into map forbidden, ${where}`);
  if (!isWrite && (map.flags & F_WRONLY_PROG) !== 0) env.refuse(EACCES, `read from map forbidden, ${where}`);
  checkRegion(env, regno, off, size, map.valueSize, zeroOk);
  for (const field of map.fields ?? []) {
    const low = Number(v.b.smin) + off;
    const high = Number(v.b.umax) + off + size;
    if (low >= field.offset + field.size || high <= field.offset) continue;
    if (isKptr(field)) {
      if (!direct) env.refuse(EACCES, 'kptr cannot be accessed indirectly by helper');
      objectRules(env, KPTR).checkKptrPlace(env, v, field, off, size);
      continue;
    }
    env.refuse(EACCES, `${field.kind} cannot be accessed directly by load/store`);
  }
}

/** Content of a known place in a frozen read-only map; null elsewhere. */
function knownContent(v: T.Val, off: number, size: number): bigint | null {
  const { map } = v;
  if (!map?.frozen || !map.contents || (map.flags & F_RDONLY_PROG) === 0 || v.b.m !== 0n) return null;
  const at = off + Number(v.b.v);
  if (at < 0 || at + size > map.contents.length) return null;
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(map.contents[at + i]);
  return value;
}

function note(env: Session, v: T.Val, off: number, size: number): void {
  const low = v.type === T.PTR_TO_STACK || v.b.m === 0n ? Number(BigInt.asIntN(64, v.b.smin)) : Number(v.b.smin);
  const high = v.b.m === 0n ? low : Number(v.type === T.PTR_TO_STACK ? v.b.smax : v.b.umax);
  const kind = T.typeText(v.type);
  const before = env.accesses[env.insn];
  const fact: AccessFact = { kind, low: low + off, high: high + off + size, size };
  if (!before) {
    env.accesses[env.insn] = fact;
    return;
  }
  if (before.kind === kind && before.low <= fact.low && before.high >= fact.high) return;
  env.accesses[env.insn] = {
    kind: before.kind === kind ? kind : 'mixed',
    low: Math.min(before.low, fact.low),
    high: Math.max(before.high, fact.high),
    size,
  };
}

const NO_STRUCT = 0;

/** Records the bytes of a kernel struct or of the context that an instruction accesses. */
function touch(env: Session, { btf, btfId }: T.Val, offset: number, { size, isWrite }: MemAccess): void {
  const known = env.touches.get(env.insn) ?? [];
  let same = known.find((one) => one.btfId === btfId && one.offset === offset && one.btf === btf);
  if (!same) {
    same = { btf, btfId, offset, bytes: size, reads: false, writes: false };
    known.push(same);
    env.touches.set(env.insn, known);
  }
  if (isWrite) same.writes = true;
  else same.reads = true;
}

function setLoaded(env: Session, n: number, v: T.Val): void {
  const r = env.reg(n);
  r.v = v;
  r.precise = false;
}

/** check_mem_access */
export function checkMem(env: Session, a: MemAccess): void {
  const { v } = env.reg(a.regno);
  checkAlignment(env, v, a.off, a.size, a.aligned);
  const off = a.off + v.off;
  const base = T.baseType(v.type);
  const rule = BY_BASE[base];
  const nullable = (v.type & T.MAYBE_NULL) !== 0 && base !== T.PTR_TO_MEM;
  if (!rule || nullable) env.refuse(EACCES, `R${a.regno} invalid mem access '${T.typeText(v.type)}'`);
  rule(env, a, v, off);
  note(env, v, off, a.size);
  if (v.btfId !== NO_STRUCT || base === T.PTR_TO_CTX) touch(env, v, off, a);
  if (a.isWrite || a.value < 0) return;
  const r = env.reg(a.value);
  if (a.size < 8 && r.v.type === T.SCALAR) {
    const b = a.signed ? signExtend64(r.v.b, a.size) : coerceSize(r.v.b, a.size);
    if (b !== r.v.b) r.v = T.derive(r.v, { b });
  }
}

type Rule = (env: Session, a: MemAccess, v: T.Val, off: number) => void;

const mapKey: Rule = (env, a, v, off) => {
  if (a.isWrite) env.refuse(EACCES, `write to change key R${a.regno} not allowed`);
  checkRegion(env, a.regno, off, a.size, v.map?.keySize ?? 0, false);
  if (a.value >= 0) setLoaded(env, a.value, T.UNKNOWN_SCALAR);
};

const mapValue: Rule = (env, a, v, off) => {
  checkMapValue(env, a.regno, off, a.size, false, a.isWrite, true);
  const at = v.b.m === 0n ? off + Number(v.b.v) : -1;
  const kptr = v.map?.fields?.find((field) => field.offset === at && isKptr(field));
  if (kptr) {
    const loaded = objectRules(env, KPTR).accessKptr(env, kptr, a.value);
    if (loaded) setLoaded(env, a.value, loaded);
    return;
  }
  if (a.isWrite || a.value < 0) return;
  const known = knownContent(v, off, a.size);
  setLoaded(env, a.value, known === null ? T.UNKNOWN_SCALAR : T.scalar(constBounds(known)));
};

const memory: Rule = (env, a, v, off) => {
  if (v.type & T.MAYBE_NULL) env.refuse(EACCES, `R${a.regno} invalid mem access '${T.typeText(v.type)}'`);
  if (a.isWrite && (v.type & T.MEM_RDONLY) !== 0)
    env.refuse(EACCES, `R${a.regno} cannot write into ${T.typeText(v.type)}`);
  checkRegion(env, a.regno, off, a.size, v.range, false);
  if (!a.isWrite && a.value >= 0) setLoaded(env, a.value, T.UNKNOWN_SCALAR);
};

const context: Rule = (env, a, v, off) => {
  checkNoOffset(env, v, a.regno);
  const got = env.ctx?.access(env, off, a.size, a.isWrite) ?? null;
  // a pointer to packet data cannot be sign-extended
  if (!got || (a.signed && T.isPacketAny(got.type))) {
    printLine(env, env.insn);
    return env.refuse(EACCES, `invalid bpf_context access off=${off} size=${a.size}`);
  }
  if (a.isWrite || a.value < 0) return;
  if (got.type === T.SCALAR) return setLoaded(env, a.value, T.UNKNOWN_SCALAR);
  const id = got.type & T.MAYBE_NULL ? env.newId() : 0;
  setLoaded(env, a.value, T.pointer(got.type, { id, btf: got.btfId ? env.btf : null, btfId: got.btfId ?? 0 }));
};

const stack: Rule = (env, a, _, off) => {
  checkStackBounds(env, a.regno, off, a.size, a.isWrite ? 'write' : 'read');
  if (a.isWrite) checkStackWrite(env, a.regno, off, a.size, a.value);
  else checkStackRead(env, a.regno, off, a.size, a.value);
};

const packet: Rule = (env, a, _, off) => {
  if (a.isWrite && !env.ctx?.packetWrites) env.refuse(EACCES, 'cannot write into packet');
  checkPacket(env, a.regno, off, a.size, false);
  if (!a.isWrite && a.value >= 0) setLoaded(env, a.value, T.UNKNOWN_SCALAR);
};

const FLOW_KEYS_SIZE = 56;
const flowKeys: Rule = (env, a, v, off) => {
  if (off < 0 || off + a.size > FLOW_KEYS_SIZE || v.b.m !== 0n)
    env.refuse(EACCES, `invalid access to flow keys off=${off} size=${a.size}`);
  if (!a.isWrite && a.value >= 0) setLoaded(env, a.value, T.UNKNOWN_SCALAR);
};

const sock: Rule = (env, a, v, off) => {
  if (a.isWrite) env.refuse(EACCES, `R${a.regno} cannot write into ${T.typeText(v.type)}`);
  if (v.b.smin < 0n)
    env.refuse(EACCES, `R${a.regno} min value is negative, either use unsigned index or do a if (index >=0) check.`);
  if (!isSockField(T.baseType(v.type), off, a.size) || v.b.m !== 0n)
    env.refuse(EACCES, `R${a.regno} invalid ${T.typeText(v.type)} access off=${off} size=${a.size}`);
  if (a.value >= 0) setLoaded(env, a.value, T.UNKNOWN_SCALAR);
};

const buffer: Rule = (env, a, v, off) => {
  if ((v.type & T.MEM_RDONLY) !== 0 && a.isWrite)
    env.refuse(EACCES, `R${a.regno} cannot write into ${T.typeText(v.type)}`);
  const name = (v.type & T.BASE_MASK) === T.PTR_TO_TP_BUFFER ? 'tracepoint' : v.type & T.MEM_RDONLY ? 'rdonly' : 'rdwr';
  if (off < 0) env.refuse(EACCES, `R${a.regno} invalid ${name} buffer access: off=${off}, size=${a.size}`);
  if (v.b.m !== 0n || v.b.v !== 0n)
    env.refuse(EACCES, `R${a.regno} invalid variable buffer offset: off=${off}, var_off=${offsetText(env, v.b)}`);
  if (!a.isWrite && a.value >= 0) setLoaded(env, a.value, T.UNKNOWN_SCALAR);
};

const BY_BASE: Readonly<Record<number, Rule>> = {
  [T.PTR_TO_MAP_KEY]: mapKey,
  [T.PTR_TO_MAP_VALUE]: mapValue,
  [T.PTR_TO_MEM]: memory,
  [T.PTR_TO_CTX]: context,
  [T.PTR_TO_STACK]: stack,
  [T.PTR_TO_PACKET]: packet,
  [T.PTR_TO_PACKET_META]: packet,
  [T.PTR_TO_FLOW_KEYS]: flowKeys,
  [T.PTR_TO_SOCKET]: sock,
  [T.PTR_TO_SOCK_COMMON]: sock,
  [T.PTR_TO_TCP_SOCK]: sock,
  [T.PTR_TO_XDP_SOCK]: sock,
  [T.PTR_TO_TP_BUFFER]: buffer,
  [T.PTR_TO_BUF]: buffer,
  [T.PTR_TO_BTF_ID]: checkBtfAccess,
  [T.CONST_PTR_TO_MAP]: checkBtfAccess,
};

const MISMATCH: ReadonlySet<number> = new Set([
  T.PTR_TO_CTX,
  T.PTR_TO_SOCKET,
  T.PTR_TO_SOCK_COMMON,
  T.PTR_TO_TCP_SOCK,
  T.PTR_TO_XDP_SOCK,
  T.PTR_TO_BTF_ID,
  T.PTR_TO_ARENA,
]);

/** save_aux_ptr_type: all paths must use one kind of pointer, because an instruction is rewritten in one way only. */
function checkSameKind(env: Session, type: number, trustMayDiffer: boolean): void {
  const before = env.ptrType[env.insn];
  if (before === 0) {
    env.ptrType[env.insn] = type;
    return;
  }
  if (type === before || !(MISMATCH.has(T.baseType(type)) || MISMATCH.has(T.baseType(before)))) return;
  if (trustMayDiffer && T.baseType(type) === T.PTR_TO_BTF_ID && T.baseType(before) === T.PTR_TO_BTF_ID) {
    env.ptrType[env.insn] = T.PTR_TO_BTF_ID | T.PTR_UNTRUSTED;
    return;
  }
  env.refuse(EINVAL, 'same insn cannot be used with different pointers');
}

export function checkLoad(env: Session, insn: Insn): void {
  checkSource(env, insn.src);
  checkDestination(env, insn.dst, true);
  const { type } = env.val(insn.src);
  const signed = modeOf(insn.opcode) === MODE.MEMSX;
  const size = sizeOfAccess(insn);
  checkMem(env, { regno: insn.src, off: insn.off, size, isWrite: false, value: insn.dst, aligned: false, signed });
  checkSameKind(env, type, true);
  checkBounds(env, env.reg(insn.dst), 'ldx');
}

export function checkStore(env: Session, insn: Insn, isRegister: boolean): void {
  if (isRegister) {
    if (modeOf(insn.opcode) !== MODE.MEM || insn.imm !== 0) env.refuse(EINVAL, 'BPF_STX uses reserved fields');
    checkSource(env, insn.src);
  } else if (modeOf(insn.opcode) !== MODE.MEM || insn.src !== 0) env.refuse(EINVAL, 'BPF_ST uses reserved fields');
  checkSource(env, insn.dst);
  const { type } = env.val(insn.dst);
  const value = isRegister ? insn.src : -1;
  const size = sizeOfAccess(insn);
  checkMem(env, { regno: insn.dst, off: insn.off, size, isWrite: true, value, aligned: false, signed: false });
  checkSameKind(env, type, false);
}

const FETCH = 1;
const CMPXCHG = 0xf1;
const ATOMICS: ReadonlySet<number> = new Set([0x00, 0x50, 0x40, 0xa0, 0x01, 0x51, 0x41, 0xa1, 0xe1, CMPXCHG]);
const NO_ATOMICS: ReadonlySet<number> = new Set([
  T.PTR_TO_CTX,
  T.PTR_TO_PACKET,
  T.PTR_TO_PACKET_META,
  T.PTR_TO_FLOW_KEYS,
]);

/** check_atomic */
export function checkAtomic(env: Session, insn: Insn): void {
  if (!ATOMICS.has(insn.imm))
    env.refuse(EINVAL, `BPF_ATOMIC uses invalid atomic opcode ${(insn.imm >>> 0).toString(16).padStart(2, '0')}`);
  const size = sizeOfAccess(insn);
  if (size < 4) env.refuse(EINVAL, 'invalid atomic operand size');
  checkSource(env, insn.src);
  checkSource(env, insn.dst);
  if (insn.imm === CMPXCHG) checkSource(env, 0);
  const { type } = env.val(insn.dst);
  if (NO_ATOMICS.has(type) || T.isSocketType(type))
    env.refuse(EACCES, `BPF_ATOMIC stores into R${insn.dst} ${T.typeText(type)} is not allowed`);
  const loaded = (insn.imm & FETCH) === 0 ? -1 : insn.imm === CMPXCHG ? 0 : insn.src;
  if (loaded >= 0) checkDestination(env, loaded, false);
  const access = { regno: insn.dst, off: insn.off, size, aligned: true, signed: false };
  checkMem(env, { ...access, isWrite: false, value: -1 });
  if (loaded >= 0) checkMem(env, { ...access, isWrite: false, value: loaded });
  checkMem(env, { ...access, isWrite: true, value: -1 });
  checkSameKind(env, type, false);
}
