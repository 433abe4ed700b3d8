/*
 * Programs of struct_ops: the context is the array of the member's arguments, 8 bytes each, typed by the kernel's BTF
 * (btf_ctx_access); also which members of a kernel struct they may write (btf_struct_access of the struct_ops).
 */
import { own } from '../../base/own.ts';
import { EACCES } from '../../base/errnos.ts';
import type { Btf, BtfType } from '../../btf/btf.ts';
import { isStruct } from '../insn/btf-walk.ts';
import type { Session } from '../session.ts';
import { PTR_TO_BTF_ID, PTR_TRUSTED, SCALAR } from '../types.ts';
import type { CtxRules, CtxValue } from './rules.ts';

const SIZE = 96;
const ANY: CtxValue = { type: SCALAR };
const NUMBERS = new Set(['INT', 'ENUM', 'ENUM64', 'STRUCT', 'UNION', 'FLOAT']);

/**
 * Index of the argument at an offset; the result counts as one more argument, and anything beyond as another
 * (get_ctx_arg_idx).
 */
function argumentAt(btf: Btf, proto: BtfType, off: number): number {
  let at = 0;
  for (const [i, { type }] of proto.params.entries()) {
    at += Math.max(8, (Math.max(btf.sizeOf(type), 0) + 7) & ~7);
    if (off < at) return i;
  }
  const returns = proto.type === 0 ? null : btf.type(btf.skipModifiers(proto.type));
  at += returns && returns.kind !== 'VOID' ? 8 : 0;
  return off < at ? proto.params.length : proto.params.length + 1;
}

const FENTRY_LIKE: ReadonlySet<number> = new Set([25, 26, 27, 43]);

function access(env: Session, off: number, size: number, isWrite: boolean): CtxValue | null {
  const { btf, attach } = env;
  if (off < 0 || off >= SIZE || isWrite || off % size !== 0 || !attach) return null;
  const proto = btf.type(attach.proto);
  if (!proto) return null;
  if (off % 8 !== 0 && env.facts.narrowPointerRefused) {
    env.say(`func '${attach.member}' offset ${off} is not multiple of 8\n`);
    return null;
  }
  const i = argumentAt(btf, proto, off);
  if (i >= proto.params.length) return pastArguments(env, proto, i);
  return argument(env, proto.params[i].type, i, size);
}

function pastArguments(env: Session, proto: BtfType, i: number): CtxValue | null {
  const eat = env.program.expectedAttachType;
  // some member indexes equal attach types that have their own rules
  if (i === proto.params.length && FENTRY_LIKE.has(eat)) return ANY;
  env.say(`func '${env.attach?.member}' doesn't have ${i + 1}-th argument\n`);
  return null;
}

function argument(env: Session, typeId: number, i: number, size: number): CtxValue | null {
  const { btf, attach } = env;
  const name = attach?.member ?? '';
  const type = btf.type(btf.skipModifiers(typeId));
  if (!type) return ANY;
  if (NUMBERS.has(type.kind)) return ANY;
  if (type.kind !== 'PTR') {
    env.say(`func '${name}' arg${i} '${type.name}' has type ${type.kind}. Only pointer access is allowed\n`);
    return null;
  }
  if (size !== 8 && env.facts.narrowPointerRefused) {
    env.say(`func '${name}' size ${size} must be 8\n`);
    return null;
  }
  const target = btf.type(btf.skipModifiers(type.type));
  if (!target || target.kind === 'VOID' || target.kind === 'INT') return ANY;
  if (!isStruct(target)) {
    env.say(`func '${name}' arg${i} type ${target.kind} is not a struct\n`);
    return null;
  }
  env.say(`func '${name}' arg${i} has btf_id ${target.id} type ${target.kind} '${target.name}'\n`);
  const trusted = env.facts.trustedArgs ? PTR_TRUSTED : 0;
  return { type: PTR_TO_BTF_ID | trusted, btfId: promote(env, target) };
}

/** In tcp_congestion_ops every sock is known to be a tcp_sock. */
function promote(env: Session, target: BtfType): number {
  if (env.attach?.struct !== 'tcp_congestion_ops' || target.name !== 'sock') return target.id;
  return env.btf.find('STRUCT', 'tcp_sock') || target.id;
}

export const STRUCT_OPS: CtxRules<Session> = {
  packetWrites: false,
  packetAccess: false,
  skbLoads: false,
  access,
  returns(env) {
    const proto = env.attach ? env.btf.type(env.attach.proto) : null;
    return proto && proto.type === 0 ? 'void' : null;
  },
};

const TCP_WRITABLE: readonly (readonly [path: string, anywhere: boolean])[] = [
  ['inet_conn.icsk_inet.sk.sk_pacing_rate', false],
  ['inet_conn.icsk_inet.sk.sk_pacing_status', false],
  ['inet_conn.icsk_ca_priv', true],
  ['inet_conn.icsk_ack.pending', false],
  ['snd_cwnd', false],
  ['snd_cwnd_cnt', false],
  ['snd_ssthresh', false],
  ['ecn_flags', false],
];

/** Structs of which programs may write every field, by struct_ops type (bpf_dummy_ops_btf_struct_access). */
const WRITABLE_STRUCTS: Readonly<Record<string, string>> = { bpf_dummy_ops: 'bpf_dummy_ops_state' };

/**
 * Checks writes through a kernel pointer (bpf_tcp_ca_btf_struct_access); other struct_ops types of this machine allow
 * none.
 */
export function checkStructWrite(env: Session, btfId: number, off: number, size: number): void {
  const { btf } = env;
  const struct = btf.type(btfId);
  if (env.environment.writesStructs || own(WRITABLE_STRUCTS, env.attach?.struct ?? '') === struct?.name) return;
  if (env.attach?.struct !== 'tcp_congestion_ops' || struct?.name !== 'tcp_sock')
    env.refuse(EACCES, 'only read is supported');
  const fields = [...TCP_WRITABLE, ...env.facts.tcpWritable.map((name) => [name, false] as const)];
  for (const [path, anywhere] of fields) {
    const field = btf.field('tcp_sock', path);
    if (!field) continue;
    const end = field.byteOffset + Math.max(field.size, Math.ceil((field.bit + field.bitSize) / 8));
    const hit = anywhere ? off >= field.byteOffset && off < end : off === field.byteOffset;
    if (!hit) continue;
    if (off + size > end)
      env.refuse(EACCES, `write access at off ${off} with size ${size} beyond the member of tcp_sock ended at ${end}`);
    return;
  }
  env.refuse(EACCES, `no write support to tcp_sock at off ${off}`);
}
