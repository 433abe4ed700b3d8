/* Checks one argument of a helper: the register's kind, and what it means for the call (check_func_arg). */
import { EACCES, EINVAL } from '../../base/errnos.ts';
import { checkSource } from '../liveness.ts';
import { helperName } from '../../isa/helper-names.ts';
import { F_RDONLY_PROG, isSocketMap } from '../map-rules.ts';
import { markPrecise } from '../precision.ts';
import { type HelperProto, readsPackets } from '../protos/helpers.ts';
import { offsetText } from '../print.ts';
import type { Session } from '../session.ts';
import { byteType, STACK_SPILL } from '../state.ts';
import * as T from '../types.ts';
import { embeds } from './btf-walk.ts';
import type { CallMeta } from './call-meta.ts';
import { checkHelperMemory, checkSizeRegister } from './helper-memory.ts';
import { inTree, type ObjectRules, objectRules } from './object-rules.ts';
import { processLock } from './locks.ts';
import { checkAlignment } from './memory.ts';
import { checkArgumentOffset } from './offsets.ts';

interface Code {
  readonly kind: string;
  readonly nullable: boolean;
  readonly output: boolean;
  /** written, and must be initialised before */
  readonly writes: boolean;
  readonly zeroOk: boolean;
  readonly readOnly: boolean;
  readonly releases: boolean;
  readonly struct: string;
  readonly fixed: number;
}

const parsed = new Map<string, Code>();

function parse(code: string): Code {
  const known = parsed.get(code);
  if (known) return known;
  const [, kind, tail, struct = ''] = /^(lock|timer|str|Sk|SC|St|[a-zA-Z])([^:]*)(?::(.*))?$/.exec(code) ?? [
    '',
    code,
    '',
  ];
  const result: Code = {
    kind,
    nullable: tail.includes('N'),
    output: tail.includes('o'),
    writes: tail.includes('w'),
    zeroOk: tail.includes('0'),
    readOnly: tail.includes('r'),
    releases: tail.includes('!'),
    struct,
    fixed: Number(/[48]/.exec(tail)?.[0] ?? 0),
  };
  parsed.set(code, result);
  return result;
}

const MEMORY_KINDS = [
  T.PTR_TO_STACK,
  T.PTR_TO_PACKET,
  T.PTR_TO_PACKET_META,
  T.PTR_TO_MAP_KEY,
  T.PTR_TO_MAP_VALUE,
  T.PTR_TO_MEM,
  T.PTR_TO_MEM | T.MEM_RINGBUF,
  T.PTR_TO_BUF,
  T.PTR_TO_BTF_ID | T.PTR_TRUSTED,
];
const BTF_KINDS = [T.PTR_TO_BTF_ID, T.PTR_TO_BTF_ID | T.PTR_TRUSTED, T.PTR_TO_BTF_ID | T.MEM_RCU];

const KINDS: Readonly<Record<string, readonly number[]>> = {
  K: MEMORY_KINDS,
  V: MEMORY_KINDS,
  m: MEMORY_KINDS,
  s: [T.SCALAR],
  k: [T.SCALAR],
  S: [T.SCALAR],
  M: [T.CONST_PTR_TO_MAP],
  C: [T.PTR_TO_CTX],
  B: BTF_KINDS,
  Sk: [
    T.PTR_TO_SOCKET,
    T.PTR_TO_SOCK_COMMON,
    T.PTR_TO_TCP_SOCK,
    T.PTR_TO_XDP_SOCK,
    T.PTR_TO_BTF_ID,
    T.PTR_TO_BTF_ID | T.PTR_TRUSTED,
  ],
  SC: [T.PTR_TO_SOCK_COMMON, T.PTR_TO_SOCKET, T.PTR_TO_TCP_SOCK, T.PTR_TO_XDP_SOCK],
  R: [T.PTR_TO_MEM | T.MEM_RINGBUF],
  F: [T.PTR_TO_FUNC],
  St: [T.PTR_TO_STACK],
  lock: [T.PTR_TO_MAP_VALUE, T.PTR_TO_BTF_ID | T.MEM_ALLOC],
  str: [T.PTR_TO_MAP_VALUE],
  timer: [T.PTR_TO_MAP_VALUE],
  D: [T.PTR_TO_STACK, T.CONST_PTR_TO_DYNPTR],
  X: [T.PTR_TO_MAP_VALUE, T.PTR_TO_BTF_ID | T.MEM_ALLOC],
  Y: BTF_KINDS,
  P: [
    T.PTR_TO_BTF_ID | T.MEM_PERCPU,
    T.PTR_TO_BTF_ID | T.MEM_PERCPU | T.MEM_RCU,
    T.PTR_TO_BTF_ID | T.MEM_PERCPU | T.PTR_TRUSTED,
  ],
};

/** Whether the helper only reads the memory; read-only memory cannot be its output. */
const isReadOnlyUse = (code: Code): boolean => !code.output && !code.writes;

function checkType(env: Session, code: Code, n: number, helper: number): void {
  const { v } = env.reg(n);
  let { type } = v;
  const isMemory = KINDS[code.kind] === MEMORY_KINDS;
  if (isMemory && isReadOnlyUse(code)) type &= ~T.MEM_RDONLY;
  if (code.kind === 'm') type &= ~T.OF_ANY_DYNPTR;
  if (code.nullable) type &= ~T.MAYBE_NULL;
  // what a program has allocated may be put in a map
  if (code.kind === 'Y' && (type & T.MEM_ALLOC) !== 0) type &= ~(T.MEM_ALLOC | T.MEM_PERCPU);
  const kinds = KINDS[code.kind] ?? [];
  if (!kinds.includes(type))
    env.refuse(EACCES, `R${n} type=${T.typeText(v.type)} expected=${kinds.map(T.typeText).join(', ')}`);
  if (T.baseType(v.type) !== T.PTR_TO_BTF_ID) return;
  if (isMemory) {
    if (!isReadOnlyUse(code))
      env.refuse(EACCES, `${helperName(helper)}() may write into memory pointed by R${n} type=${T.typeText(v.type)}`);
    return;
  }
  if (code.kind !== 'B' && code.kind !== 'Sk') return;
  if ((v.type & T.MAYBE_NULL) !== 0 && !code.nullable)
    env.refuse(EACCES, `Possibly NULL pointer passed to helper arg${n}`);
  const wanted = code.kind === 'Sk' ? 'sock_common' : code.struct;
  const id = env.btf.find('STRUCT', wanted);
  // only a subset of the kernel's types is loaded, so names decide
  if (id === 0 || !v.btf) return;
  if (!embeds(v.btf, v.btfId, v.off, id, false))
    env.refuse(EACCES, `R${n} is of type ${v.btf.type(v.btfId)?.name ?? ''} but ${wanted} is expected`);
}

/** A pointer to a kernel struct by its name, as a function of the program takes it (ARG_PTR_TO_BTF_ID). */
export function checkStructPointer(env: Session, n: number, struct: string, nullable: boolean): void {
  const code = { ...parse('B'), struct, nullable };
  checkType(env, code, n, 0);
  checkArgumentOffset(env, n, code.releases);
}

/** Kind of the value argument depends on the map: socket maps take sockets (resolve_map_arg_type). */
const resolve = (code: Code, { map }: CallMeta): Code =>
  code.kind === 'V' && map && isSocketMap(map) ? parse('Sk') : code;

/** Rules of objects for the helper that is called. */
export const rulesOf = (env: Session, { id }: CallMeta): ObjectRules =>
  objectRules(env, `helper ${helperName(id)}#${id}`);

export function checkArgument(env: Session, text: string, n: number, meta: CallMeta, proto: HelperProto): void {
  const code = resolve(parse(text), meta);
  checkSource(env, n);
  if (code.kind === 'A') return;
  const { v } = env.reg(n);
  if (T.isPacket(v.type) && !(env.ctx?.packetAccess && readsPackets(proto.id)))
    env.refuse(EACCES, 'helper access to the packet is not allowed');
  const nullPassed = code.nullable && T.isNull(v);
  if (nullPassed) markPrecise(env, n);
  else {
    checkType(env, code, n, proto.id);
    // a dynptr on the stack leads to what is given back
    checkArgumentOffset(env, n, code.releases && !(code.kind === 'D' && v.type === T.PTR_TO_STACK));
    if (code.kind === 'Y') rulesOf(env, meta).checkExchanged(env, n, meta);
  }
  if (code.releases) {
    if (code.kind === 'D') rulesOf(env, meta).checkDynptrRelease(env, n);
    else if (v.refObjId === 0 && !T.isNull(v))
      env.refuse(EINVAL, `R${n} must be referenced when passed to release function`);
    meta.releases = n;
    meta.nullRelease = T.isNull(v);
  }
  if (v.refObjId !== 0 && code.kind !== 'X') meta.refObjId = v.refObjId;
  use(env, code, n, meta, proto);
}

function use(env: Session, code: Code, n: number, meta: CallMeta, proto: HelperProto): void {
  const { v } = env.reg(n);
  const read = { isWrite: false, zeroOk: false, output: null };
  switch (code.kind) {
    case 'M':
      meta.map = v.map;
      return;
    case 'K':
      if (!meta.map) env.refuse(EACCES, 'invalid map_ptr to access map->key');
      if (meta.id === 1) meta.size = constKey(env, v, meta.map.keySize);
      return checkHelperMemory(env, n, meta.map.keySize, read);
    case 'V':
      if (code.nullable && T.isNull(v)) return;
      if (!meta.map) env.refuse(EACCES, 'invalid map_ptr to access map->value');
      return checkHelperMemory(env, n, meta.map.valueSize, {
        isWrite: code.output,
        zeroOk: false,
        output: code.output ? meta.output : null,
      });
    case 'm':
      if (code.fixed) {
        checkHelperMemory(env, n, code.fixed, {
          isWrite: code.output || code.writes,
          zeroOk: false,
          output: code.output ? meta.output : null,
        });
        checkAlignment(env, v, 0, code.fixed, true);
      }
      return;
    case 's': {
      const memory = parse(proto.args[n - 2] ?? 'm');
      meta.size = Number(BigInt.asIntN(32, v.b.umax));
      return checkSizeRegister(env, n, {
        isWrite: memory.output,
        zeroOk: code.zeroOk,
        output: memory.output ? meta.output : null,
      });
    }
    case 'k':
      if (v.b.m !== 0n) env.refuse(EACCES, `R${n} is not a known constant'`);
      meta.size = Number(v.b.v);
      return markPrecise(env, n);
    case 'F':
      meta.subprog = v.frame;
      return;
    case 'lock':
      if (inTree(env)) env.refuse(EACCES, "can't spin_{lock,unlock} in rbtree cb");
      return processLock(env, n, meta.id === 93);
    case 'timer':
      if (v.map && meta.id === 170) meta.map = v.map;
      return;
    case 'str':
      return checkString(env, n);
    default:
      useObject(env, code, n, meta);
  }
}

/** Arguments that lead to objects of their own. */
function useObject(env: Session, code: Code, n: number, meta: CallMeta): void {
  const { v } = env.reg(n);
  switch (code.kind) {
    case 'P':
      if (v.btfId === 0) env.refuse(EACCES, `Helper has invalid btf_id in R${n}`);
      meta.percpu = v;
      return;
    case 'X':
      return rulesOf(env, meta).checkKptrPointer(env, n, meta);
    case 'D': {
      const rules = rulesOf(env, meta);
      rules.processDynptr(env, n, { made: code.output, readOnly: code.readOnly, kind: code.struct, shares: 0 });
      meta.dynptr = rules.dynptrAt(env, v);
      return;
    }
    default:
  }
}

/** 1 + the value of a key that is a known constant on the stack; 0 otherwise. */
function constKey(env: Session, v: T.Val, keySize: number): number {
  if (v.type !== T.PTR_TO_STACK || v.b.m !== 0n || keySize !== 4) return 0;
  const off = v.off + Number(BigInt.asIntN(64, v.b.v));
  const at = -off - 1;
  const slot = env.cur.frames[v.frame].stack[at >> 3];
  if (!slot) return 0;
  const top = at % 8;
  let zeros = 0;
  let spills = 0;
  for (let i = 0; i < 4; i++) {
    const type = byteType(slot.types, (top - i + 8) % 8);
    if (type === 3) zeros++;
    if (type === STACK_SPILL) spills++;
  }
  if (zeros === 4) return 1;
  if (spills !== 4 || slot.v.type !== T.SCALAR || slot.v.b.m !== 0n || off % 8 !== 0) return 0;
  return Number(BigInt.asUintN(32, slot.v.b.v)) + 1;
}

/** check_reg_const_str */
export function checkString(env: Session, n: number): void {
  const { v } = env.reg(n);
  const { map } = v;
  if (!map || (map.flags & F_RDONLY_PROG) === 0 || !map.frozen)
    env.refuse(EACCES, `R${n} does not point to a readonly map'`);
  if (v.b.m !== 0n) env.refuse(EACCES, `R${n} is not a constant address'`);
  const start = v.off + Number(v.b.v);
  const bytes = map.contents ?? new Uint8Array();
  if (start < 0 || start >= map.valueSize)
    env.refuse(
      EACCES,
      `invalid access to map value, value_size=${map.valueSize} off=${start} size=${offsetText(env, v.b)}`,
    );
  if (!bytes.subarray(start).includes(0)) env.refuse(EINVAL, 'string is not zero-terminated');
}
