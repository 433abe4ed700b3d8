/* Numbers of the WebAssembly binary format. */
import type * as W from './instructions.ts';

/** `W.i32_add`: a module and not an object, so that bundles carry numbers and no names. */
export * as W from './instructions.ts';

export type WasmOp = (typeof W)[keyof typeof W];

/** Of 128-bit vectors: what stands after the prefix, as in W. */
export const VECTOR = 0xfd;
export const V = {
  v128_const: 0x0c,
  i8x16_swizzle: 0x0e,
  i64x2_splat: 0x12,
  f64x2_extract_lane: 0x21,
} as const;

export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;
export type ValueType = typeof I32 | typeof I64 | typeof V128;
/** Block type of a block that leaves nothing. */
export const EMPTY = 0x40;
