/* Calls of helper functions: arguments, effects on the state, and result (check_helper_call). */
import { type CallMeta } from './call-meta.ts';
import { EACCES, EINVAL, ENOTSUPP } from '../../base/errnos.ts';
import { helperName } from '../../isa/helper-names.ts';
import { cloneBounds, syncBounds, UNKNOWN } from '../bounds.ts';
import { checkMapHelper, F_RDONLY_PROG, MAP } from '../map-rules.ts';
import { markPrecise } from '../precision.ts';
import { hasHelper, type HelperProto, protoOf } from '../protos/helpers.ts';
import type { Session } from '../session.ts';
import { isGpl } from '../structure.ts';
import * as T from '../types.ts';
import { checkArgument, rulesOf } from './helper-args.ts';
import { callbackOf } from './callbacks.ts';
import { clearCallerSaved, pushAsync, pushCallback } from './frames.ts';
import { checkMem } from './memory.ts';
import { mayLock } from './objects.ts';
import { clearPackets } from './packets.ts';
import { acquire, checkLeaks, release } from './references.ts';

const SLEEPABLE = 0x10;
const NEEDS_MAP: ReadonlySet<number> = new Set([1, 2, 3, 51, 87, 88, 89, 164, 195]);
const GET_LOCAL_STORAGE = 81;
const MODIFIES: ReadonlySet<number> = new Set([2, 3, 87, 88]);
const TAIL_CALL = 12;

function available(env: Session, id: number): HelperProto {
  if (id < 0 || id > env.facts.lastHelper) env.refuse(EINVAL, `invalid func unknown#${id}`);
  if (!hasHelper(id, env.caller, env.facts)) env.refuse(EINVAL, `${env.facts.noHelper} ${helperName(id)}#${id}`);
  return protoOf(id) ?? env.refuse(EINVAL, `helper ${helperName(id)}#${id} is not in this machine`);
}

export function checkHelper(env: Session, id: number): void {
  const proto = available(env, id);
  if (proto.gpl && !isGpl(env))
    env.refuse(EINVAL, 'cannot call GPL-restricted function from non-GPL compatible program');
  const sleepable = (env.program.flags & SLEEPABLE) !== 0;
  if (!sleepable && proto.sleeps) env.refuse(EINVAL, 'helper call might sleep in a non-sleepable prog');
  if (env.cur.rcu && proto.sleeps)
    env.refuse(EINVAL, `sleepable helper ${helperName(id)}#${id} in rcu_read_lock region`);
  const meta: CallMeta = {
    id,
    map: null,
    output: { regno: 0, size: 0 },
    refObjId: 0,
    releases: 0,
    size: 0,
    subprog: 0,
    nullRelease: false,
    dynptr: null,
    kptr: null,
    percpu: null,
  };
  proto.args.forEach((code, i) => checkArgument(env, code, i + 1, meta, proto));
  checkMapUse(env, meta);
  const { regno, size } = meta.output;
  for (let i = 0; i < size; i++)
    checkMem(env, { regno, off: i, size: 1, isWrite: true, value: -1, aligned: false, signed: false });
  if (meta.releases && !meta.nullRelease) releaseArgument(env, meta);
  specific(env, meta);
  clearCallerSaved(env);
  setResult(env, proto, meta);
  checkMapHelper(env, meta.map, id, helperName(id));
  if (proto.changesPacket || (id === DYNPTR_WRITE && meta.dynptr?.object?.kind === 'skb')) clearPackets(env);
}

function releaseArgument(env: Session, meta: CallMeta): void {
  const { id, releases, refObjId, dynptr } = meta;
  if (dynptr) return rulesOf(env, meta).releaseDynptr(env, env.val(releases));
  if (!(id === KPTR_XCHG ? rulesOf(env, meta).releaseExchanged : release)(env, refObjId))
    env.refuse(EINVAL, `func ${helperName(id)}#${id} reference has not been acquired before`);
}

function checkMapUse(env: Session, { id, map }: CallMeta): void {
  if (NEEDS_MAP.has(id)) {
    if (!map) env.refuse(EINVAL, 'kernel subsystem misconfigured verifier');
    if ((map.flags & F_RDONLY_PROG) !== 0 && MODIFIES.has(id)) env.refuse(EACCES, 'write into map forbidden');
  }
  if (id !== TAIL_CALL) return;
  if (map?.type !== MAP.PROG_ARRAY) {
    if (!env.facts.tailMapText) env.refuse(EINVAL, 'kernel subsystem misconfigured verifier');
    // 6.18 forgets the newline
    env.log.write('expected prog array map for tail call');
    env.refuse(EINVAL, '');
  }
  const { b } = env.val(3);
  if (b.m === 0n && b.v < BigInt(map.maxEntries)) markPrecise(env, 3);
}

const KPTR_XCHG = 194;
const DYNPTR_FROM_MEM = 197;
const DYNPTR_WRITE = 202;
const LOOP = 181;
const FOR_EACH_ELEM = 164;
/** Kinds of maps that support bpf_for_each_map_elem (map_for_each_callback). */
const CALL_BACK: ReadonlySet<number> = new Set([
  MAP.ARRAY,
  MAP.PERCPU_ARRAY,
  MAP.HASH,
  MAP.PERCPU_HASH,
  MAP.LRU_HASH,
  MAP.LRU_PERCPU_HASH,
]);

function specific(env: Session, meta: CallMeta): void {
  const { id } = meta;
  if (id === TAIL_CALL) {
    checkLeaks(env, false, 'tail_call would lead to reference leak');
    if (env.cur.rcu) env.refuse(EINVAL, 'tail_call cannot be used inside bpf_rcu_read_lock-ed region');
    if (env.cur.preempt) env.refuse(EINVAL, 'tail_call cannot be used inside bpf_preempt_disable-ed region');
    return;
  }
  if (id === GET_LOCAL_STORAGE) {
    if (!T.isNull(env.val(2))) env.refuse(EINVAL, "get_local_storage() doesn't support non-zero flags");
    markPrecise(env, 2);
  }
  if (id === DYNPTR_FROM_MEM) {
    const { type } = env.val(1);
    if (type !== T.PTR_TO_MAP_VALUE)
      env.refuse(EACCES, `Unsupported reg type ${T.typeText(type)} for bpf_dynptr_from_mem data`);
    return;
  }
  const callback = callbackOf(id, meta);
  if (!callback) return;
  if (id === FOR_EACH_ELEM && meta.map && !CALL_BACK.has(meta.map.type))
    env.refuse(ENOTSUPP, 'callback function not allowed for map');
  if (id === LOOP) return loop(env, meta, callback.set);
  if (callback.isAsync) pushAsync(env, meta.subprog, callback.set);
  else pushCallback(env, meta.subprog, callback.set);
}

/** Calls bpf_loop. The kernel may inline the loop while its flags are known to be 0. */
function loop(env: Session, meta: CallMeta, set: Parameters<typeof pushCallback>[2]): void {
  const all = env.loops;
  const flagsZero = (): boolean => {
    const zero = T.isNull(env.val(4));
    if (zero) markPrecise(env, 4);
    return zero;
  };
  const known = all.get(env.insn);
  if (!known) all.set(env.insn, { fits: flagsZero(), subprog: meta.subprog });
  else if (known.fits) known.fits = flagsZero() && known.subprog === meta.subprog;
  if (env.facts.callbackLoops) markPrecise(env, 1);
  if (BigInt(env.frame.callbackDepth) < env.val(1).b.umax) return pushCallback(env, meta.subprog, set);
  const depth = env.frame.frameno;
  env.frame.callbackDepth = 0;
  if (env.log.level2) env.log.write(`frame${depth} bpf_loop iteration limit reached\n`);
}

function put(env: Session, v: T.Val): void {
  const r = env.reg(0);
  r.v = v;
  r.precise = false;
}

/** One processor's copy of a variable or of an object (RET_PTR_TO_MEM_OR_BTF_ID). */
function ownCopy({ btf, btfId, type }: T.Val, nullable: number): T.Val {
  const struct = btf?.type(btf.skipModifiers(btfId));
  if (struct?.kind === 'STRUCT' || struct?.kind === 'UNION')
    return T.pointer(T.PTR_TO_BTF_ID | (T.isRcu({ type }) ? T.MEM_ALLOC | T.MEM_RCU : nullable), { btf, btfId });
  return T.pointer(T.PTR_TO_MEM | T.MEM_RDONLY | nullable, { range: Math.max(btf?.sizeOf(btfId) ?? 0, 0) });
}

function resultType(env: Session, proto: HelperProto, meta: CallMeta): T.Val | null {
  const nullable = T.MAYBE_NULL;
  switch (proto.returns) {
    case 'value':
      return T.pointer(T.PTR_TO_MAP_VALUE | nullable, { map: meta.map });
    case 'local':
      return T.pointer(T.PTR_TO_MAP_VALUE, { map: meta.map });
    case 'record':
      return T.pointer(T.PTR_TO_MEM | T.MEM_RINGBUF | nullable, { range: meta.size });
    case 'slice':
      return T.pointer(T.PTR_TO_MEM | nullable, { range: meta.size, uid: meta.dynptr?.id ?? 0 });
    case 'memory':
    case 'memoryNull':
      return meta.percpu && ownCopy(meta.percpu, proto.returns === 'memory' ? 0 : nullable);
    case 'kptr':
      return meta.kptr && rulesOf(env, meta).exchangedValue(env, meta.kptr);
    case 'sock':
      return T.pointer(T.PTR_TO_SOCKET | nullable);
    case 'sockCommon':
      return T.pointer(T.PTR_TO_SOCK_COMMON | nullable);
    case 'tcpSock':
      return T.pointer(T.PTR_TO_TCP_SOCK | nullable);
    default:
      break;
  }
  if (proto.returns.startsWith('btfNull:')) {
    const btfId = env.btf.find('STRUCT', proto.returns.slice(8));
    return T.pointer(T.PTR_TO_BTF_ID | nullable, { btf: env.btf, btfId });
  }
  if (proto.returns.startsWith('btf:')) {
    const btfId = env.btf.find('STRUCT', proto.returns.slice(4));
    return T.pointer(T.PTR_TO_BTF_ID | (env.facts.trustedArgs ? T.PTR_TRUSTED : 0), { btf: env.btf, btfId });
  }
  return null;
}

const PROBES: ReadonlySet<number> = new Set([45, 67, 114, 115]);
const SMP_PROCESSOR_ID = 8;

function setResult(env: Session, proto: HelperProto, meta: CallMeta): void {
  if (proto.returns === 'void') return put(env, T.NO_VALUE);
  let v = resultType(env, proto, meta);
  if (!v) return put(env, T.scalar(numberResult(env, proto.id, meta)));
  if ((proto.returns === 'value' || proto.returns === 'local') && !meta.map)
    env.refuse(EINVAL, 'kernel subsystem misconfigured verifier');
  const isNeverNull = neverNull(env, proto, meta);
  // the id tells locks in one element from those in another
  const locks = mayLock(T.derive(v, { type: v.type & ~T.MAYBE_NULL }));
  if (v.type & T.MAYBE_NULL && (!isNeverNull || locks)) v = T.derive(v, { id: env.newId() });
  if (isNeverNull) v = T.derive(v, { type: v.type & ~T.MAYBE_NULL });
  if (proto.casts || meta.dynptr) v = T.derive(v, { refObjId: meta.dynptr?.refObjId ?? meta.refObjId });
  const acquires =
    proto.acquires || (proto.id === 1 && (meta.map?.type === MAP.SOCKMAP || meta.map?.type === MAP.SOCKHASH));
  if (acquires) {
    const id = acquire(env);
    v = T.derive(v, { id, refObjId: id });
  }
  put(env, v);
}

/** Whether a look-up cannot give NULL: an array, with a key known to be in range (can_elide_value_nullness). */
function neverNull(env: Session, proto: HelperProto, meta: CallMeta): boolean {
  const { map } = meta;
  if (!env.facts.lookupNeverNull || proto.id !== 1 || !map) return false;
  if ((map.type !== MAP.ARRAY && map.type !== MAP.PERCPU_ARRAY) || meta.size < 0) return false;
  return meta.size > 0 && meta.size <= map.maxEntries;
}

function numberResult(env: Session, id: number, meta: CallMeta): T.Val['b'] {
  if (id === SMP_PROCESSOR_ID && env.facts.linkedScalars) {
    const b = cloneBounds(UNKNOWN);
    const max = (env.environment.nrCpus ?? 2) - 1;
    b.umax = b.smax = BigInt(max);
    b.umin = b.smin = 0n;
    b.u32max = b.s32max = max;
    b.u32min = b.s32min = 0;
    return syncBounds(b);
  }
  if (!PROBES.has(id)) return UNKNOWN;
  const b = cloneBounds(UNKNOWN);
  b.smax = BigInt(meta.size);
  b.s32max = meta.size;
  b.smin = -4095n;
  b.s32min = -4095;
  return syncBounds(b);
}
