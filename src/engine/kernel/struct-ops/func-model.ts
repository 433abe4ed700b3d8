/* A prototype as a trampoline needs it: struct btf_func_model, made by btf_distill_func_proto. */
import type { Btf } from '../../btf/btf.ts';

export interface ArgModel {
  readonly name: string;
  /** bytes, 1 to 16 */
  readonly size: number;
  readonly pointer: boolean;
  readonly signed: boolean;
  readonly struct: boolean;
}

export interface FuncModel {
  readonly args: readonly ArgModel[];
  /** bytes of the result, 0: void */
  readonly retSize: number;
  /** the result is a signed integer */
  readonly retSigned?: boolean;
}

/** MAX_BPF_FUNC_ARGS */
export const MAX_ARGS = 12;
const MAX_ARG_BYTES = 16;
const INT_SIGNED = 1 << 24;

/** Registers (or stack slots of 8 bytes) that the arguments take. */
export function argSlots(model: FuncModel): number {
  return model.args.reduce((sum, { size }) => sum + Math.ceil(size / 8), 0);
}

/**
 * The model of a FUNC_PROTO; null for one that the kernel refuses (too many or variable arguments, a struct result).
 */
export function distillFuncProto(btf: Btf, proto: number): FuncModel | null {
  const type = btf.type(proto);
  if (type?.kind !== 'FUNC_PROTO' || type.params.length > MAX_ARGS) return null;
  const args = type.params.map(({ name, type: id }) => argModel(btf, name, id));
  if (args.some(({ size }) => size < 1 || size > MAX_ARG_BYTES)) return null;
  const ret = btf.type(btf.skipModifiers(type.type));
  if (ret?.kind === 'STRUCT' || ret?.kind === 'UNION') return null;
  const retSigned = (ret?.kind === 'INT' && (ret.extra & INT_SIGNED) !== 0) || (ret?.kind === 'ENUM' && ret.kindFlag);
  return { args, retSigned, retSize: ret?.kind === 'VOID' ? 0 : Math.max(0, btf.sizeOf(type.type)) };
}

function argModel(btf: Btf, name: string, id: number): ArgModel {
  const type = btf.type(btf.skipModifiers(id));
  return {
    name,
    size: btf.sizeOf(id),
    pointer: type?.kind === 'PTR',
    signed: type?.kind === 'INT' && (type.extra & INT_SIGNED) !== 0,
    struct: type?.kind === 'STRUCT' || type?.kind === 'UNION',
  };
}
