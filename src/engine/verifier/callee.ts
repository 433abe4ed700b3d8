/* What a call of a helper or kernel function reads and changes, by its prototype (get_call_summary). */
import { isHelperCall, isKfuncCall } from '../isa/flow.ts';
import type { Insn } from '../isa/insn.ts';
import { hasHelper, protoOf } from './protos/helpers.ts';
import { kfuncFlags } from './protos/kfuncs.ts';
import type { Session } from './session.ts';

/** get_smp_processor_id: the one helper that the verifier inlines on x86-64 */
const INLINED_HELPER = 8;
const INLINED_KFUNCS = new Set(['bpf_cast_to_kern_ctx', 'bpf_rdonly_cast']);

export interface Callee {
  /** registers that hold its arguments, one bit each */
  readonly reads: number;
  /** registers that the call changes, one bit each */
  readonly clobbers: number;
  readonly inlined: boolean;
}

function summary(args: number, returns: boolean, inlined: boolean): Callee {
  const reads = ((1 << args) - 1) << 1;
  return { reads, clobbers: reads | Number(returns), inlined };
}

/** Null for functions of the program, and where no prototype is known. */
export function calleeOf(env: Session, insn: Insn): Callee | null {
  if (isHelperCall(insn)) {
    const proto = hasHelper(insn.imm, env.caller, env.facts) ? protoOf(insn.imm) : null;
    return proto ? summary(proto.args.length, proto.returns !== 'void', insn.imm === INLINED_HELPER) : null;
  }
  if (!isKfuncCall(insn)) return null;
  const func = env.btf.type(insn.imm >>> 0);
  const proto = func ? env.btf.type(func.type) : null;
  if (!func || !proto || !kfuncFlags(func.name, env.program.type, env.facts.commonKfuncs)) return null;
  return summary(proto.params.length, proto.type !== 0, INLINED_KFUNCS.has(func.name));
}
