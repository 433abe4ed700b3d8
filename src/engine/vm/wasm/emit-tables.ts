/* Micro-ops (vm/program.ts) that a single WebAssembly instruction implements. */
import { W, type WasmOp } from './opcodes.ts';

export const JSET = 0x40;
export const FETCH = 1;
export const CMPXCHG = 0xf1;

type Ops = Readonly<Record<number, WasmOp>>;

export const ALU64: Ops = {
  0x0f: W.i64_add,
  0x1f: W.i64_sub,
  0x2f: W.i64_mul,
  0x4f: W.i64_or,
  0x5f: W.i64_and,
  0x6f: W.i64_shl,
  0x7f: W.i64_shr_u,
  0xaf: W.i64_xor,
  0xcf: W.i64_shr_s,
};
export const ALU32: Ops = {
  0x0c: W.i32_add,
  0x1c: W.i32_sub,
  0x2c: W.i32_mul,
  0x4c: W.i32_or,
  0x5c: W.i32_and,
  0x6c: W.i32_shl,
  0x7c: W.i32_shr_u,
  0xac: W.i32_xor,
  0xcc: W.i32_shr_s,
};
/** by the operation bits of an atomic; exchanges store the source unchanged */
export const ATOMICS: Ops = { 0x00: W.i64_add, 0x40: W.i64_or, 0x50: W.i64_and, 0xa0: W.i64_xor };

export interface Access {
  readonly op: WasmOp;
  readonly bytes: number;
}

export const LOADS: Readonly<Record<number, Access>> = {
  0x71: { op: W.i64_load8_u, bytes: 1 },
  0x69: { op: W.i64_load16_u, bytes: 2 },
  0x61: { op: W.i64_load32_u, bytes: 4 },
  0x79: { op: W.i64_load, bytes: 8 },
  0x91: { op: W.i64_load8_s, bytes: 1 },
  0x89: { op: W.i64_load16_s, bytes: 2 },
  0x81: { op: W.i64_load32_s, bytes: 4 },
};
export const STORES: Readonly<Record<number, Access>> = {
  0x73: { op: W.i64_store8, bytes: 1 },
  0x6b: { op: W.i64_store16, bytes: 2 },
  0x63: { op: W.i64_store32, bytes: 4 },
  0x7b: { op: W.i64_store, bytes: 8 },
};

/** Comparisons by jump code: for the jump taken, and for it not taken. */
export const COMPARISONS: Readonly<Record<number, readonly [WasmOp, WasmOp]>> = {
  0x10: [W.i64_eq, W.i64_ne],
  0x20: [W.i64_gt_u, W.i64_le_u],
  0x30: [W.i64_ge_u, W.i64_lt_u],
  0x50: [W.i64_ne, W.i64_eq],
  0x60: [W.i64_gt_s, W.i64_le_s],
  0x70: [W.i64_ge_s, W.i64_lt_s],
  0xa0: [W.i64_lt_u, W.i64_ge_u],
  0xb0: [W.i64_le_u, W.i64_gt_u],
  0xc0: [W.i64_lt_s, W.i64_ge_s],
  0xd0: [W.i64_le_s, W.i64_gt_s],
};
export const I32_COMPARISONS: Ops = {
  [W.i64_eq]: W.i32_eq,
  [W.i64_ne]: W.i32_ne,
  [W.i64_lt_s]: W.i32_lt_s,
  [W.i64_lt_u]: W.i32_lt_u,
  [W.i64_gt_s]: W.i32_gt_s,
  [W.i64_gt_u]: W.i32_gt_u,
  [W.i64_le_s]: W.i32_le_s,
  [W.i64_le_u]: W.i32_le_u,
  [W.i64_ge_s]: W.i32_ge_s,
  [W.i64_ge_u]: W.i32_ge_u,
};
