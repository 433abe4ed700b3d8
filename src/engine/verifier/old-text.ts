/* Registers and slots as kernels before 6.8 print them (print_verifier_state of 6.1): plain decimal numbers, all offsets. */
import { type Bounds, S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX } from './bounds.ts';
import { tnumText, U64_MAX } from './tnum.ts';
import * as T from './types.ts';

/** Name of a pointer's kind: ring buffer records were printed like all other allocated memory. */
const kindText = (type: number): string => (type & T.MEM_RINGBUF ? 'alloc_' : '') + T.typeText(type & ~T.MEM_RINGBUF);

/** Ends of ranges that say more than those printed before them. */
function rangesText(b: Bounds): string[] {
  const rows: readonly (readonly [string, bigint | number, boolean])[] = [
    ['smin', b.smin, BigInt.asUintN(64, b.smin) !== b.umin && b.smin !== S64_MIN],
    ['smax', b.smax, BigInt.asUintN(64, b.smax) !== b.umax && b.smax !== S64_MAX],
    ['umin', b.umin, b.umin !== 0n],
    ['umax', b.umax, b.umax !== U64_MAX],
    ['var_off', 0, b.m !== U64_MAX || b.v !== 0n],
    ['s32_min', b.s32min, BigInt(b.s32min) !== b.smin && b.s32min !== S32_MIN],
    ['s32_max', b.s32max, BigInt(b.s32max) !== b.smax && b.s32max !== S32_MAX],
    ['u32_min', b.u32min, BigInt(b.u32min) !== b.umin && b.u32min !== 0],
    ['u32_max', b.u32max, BigInt(b.u32max) !== b.umax && b.u32max !== U32_MAX],
  ];
  return rows.flatMap(([name, value, told]) =>
    told
      ? [
          name === 'var_off'
            ? `var_off=${tnumText(b)}`
            : `${name}=${name.startsWith('u32') ? Number(value) | 0 : value}`,
        ]
      : [],
  );
}

function attributes(v: T.Val): string[] {
  const base = T.baseType(v.type);
  const out: string[] = [];
  if (v.id) out.push(`id=${v.id}`);
  if (v.refObjId) out.push(`ref_obj_id=${v.refObjId}`);
  if (v.type !== T.SCALAR) out.push(`off=${v.off}`);
  if (T.isPacket(v.type)) out.push(`r=${v.range}`);
  else if (v.map && (base === T.CONST_PTR_TO_MAP || base === T.PTR_TO_MAP_VALUE || base === T.PTR_TO_MAP_KEY))
    out.push(`ks=${v.map.keySize},vs=${v.map.valueSize}`);
  if (v.b.m === 0n) out.push(`imm=${v.b.v.toString(16)}`);
  else out.push(...rangesText(v.b));
  return out;
}

/** A register's value. */
export function oldValueText(v: T.Val, precise: boolean): string {
  const mark = v.type === T.SCALAR && precise ? 'P' : '';
  const kind = v.type === T.SCALAR && v.b.m === 0n ? '' : kindText(v.type);
  if ((v.type === T.SCALAR || v.type === T.PTR_TO_STACK) && v.b.m === 0n)
    return mark + kind + BigInt.asIntN(64, v.b.v + BigInt(v.type === T.SCALAR ? 0 : v.off));
  const struct = T.baseType(v.type) === T.PTR_TO_BTF_ID ? (v.btf?.type(v.btfId)?.name ?? '') : '';
  return `${mark}${kind}${struct}(${attributes(v).join(',')})`;
}

/** What is spilled in a slot: its kind alone, or a number. */
export function oldSpillText(v: T.Val, precise: boolean): string {
  if (v.type !== T.SCALAR) return kindText(v.type);
  return (precise ? 'P' : '') + (v.b.m === 0n ? String(BigInt.asIntN(64, v.b.v)) : '');
}
