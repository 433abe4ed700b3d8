/*
 * Which helpers and kernel functions a struct_ops program may call (get_func_proto of its type, and the kfunc sets), and
 * how the verifier says no. Other program types are not judged here.
 */
import { ERRNO } from '../base/errno.ts';
import { decode, instructionSlots } from '../isa/insn.ts';
import { helperName } from '../isa/helper-names.ts';
import { CALL_KIND, OPCODE } from '../isa/opcodes.ts';
import type { KernelParts } from './core.ts';
import type { Profile } from './profiles.ts';

/** bpf_tcp_ca_check_kfunc_ids and what modules add when they are loaded; the rest is common to all programs */
const TCP_KFUNCS =
  /^(tcp_reno_(ssthresh|cong_avoid|undo_cwnd)|tcp_slow_start|tcp_cong_avoid_ai|cubictcp_\w+|dctcp_\w+|bbr_\w+)$/;
const COMMON_KFUNCS = /^bpf_/;

interface Caller {
  readonly struct: string;
  readonly member: string;
}

function mayCall(id: number, { helpers }: Profile, { struct, member }: Caller): boolean {
  if (helpers.base.includes(id)) return true;
  if (struct !== 'tcp_congestion_ops') return false;
  return helpers.tcp.includes(id) || (helpers.tcpButRelease.includes(id) && member !== 'release');
}

type Machine = Pick<KernelParts, 'profile' | 'btf' | 'has' | 'whole'>;

export interface RefusedCall {
  readonly slot: number;
  readonly errno: number;
  readonly text: string;
}

/**
 * The first call in the order of the instructions that this program may not make; null when there is none. `reached`: 1
 * for each slot that can run; null: all of them. `caller` null: a program of another type, of which only the kernel
 * functions of struct_ops are known not to be its.
 */
export function refusedCall(
  machine: Machine,
  insns: Uint8Array,
  reached: Uint8Array | null,
  caller: Caller | null,
): RefusedCall | null {
  const { profile, has } = machine;
  for (const slot of instructionSlots(insns)) {
    if (reached && reached[slot] === 0) continue;
    const { opcode, src, imm } = decode(insns, slot);
    if (opcode !== OPCODE.CALL) continue;
    if (src === CALL_KIND.HELPER && caller) {
      const text = refusedHelper(imm, profile, caller);
      if (text !== null) return { slot, errno: ERRNO.EINVAL, text };
      if (has?.('helper', imm) === false) return missing(slot, `helper ${helperName(imm)}#${imm}`);
    } else if (src === CALL_KIND.KFUNC) {
      const name = kfuncName(machine, imm);
      const allowed = name === '' || COMMON_KFUNCS.test(name) || (caller !== null && TCP_KFUNCS.test(name));
      if (!allowed) return { slot, errno: ERRNO.EACCES, text: `calling kernel function ${name} is not allowed` };
      if (has?.('kfunc', imm) === false) return missing(slot, `kernel function ${name}#${imm}`);
    }
  }
  return null;
}

/** Name of a FUNC of the kernel; empty where it is not known. */
export function kfuncName({ btf, whole }: Pick<KernelParts, 'btf' | 'whole'>, id: number): string {
  const type = btf.type(id) ?? whole?.()?.type(id);
  return type?.kind === 'FUNC' ? type.name : '';
}

/** Linux has it. */
const missing = (slot: number, what: string): RefusedCall => ({
  slot,
  errno: ERRNO.EINVAL,
  text: `${what} is not in this machine`,
});

function refusedHelper(id: number, profile: Profile, caller: Caller): string | null {
  if (id < 0 || id > profile.lastHelper) return `invalid func unknown#${id}`;
  if (mayCall(id, profile, caller)) return null;
  return `${profile.noHelper} ${helperName(id)}#${id}`;
}
