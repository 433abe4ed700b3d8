/* Numbers of the WebAssembly binary format. */
import type * as W from './instructions.ts';

/**
 * Namespace of opcodes, as in `W.i32_add`: a module rather than an object, so that bundles contain numbers and no
 * names.
 */
export * as W from './instructions.ts';

export type WasmOp = (typeof W)[keyof typeof W];

/** 128-bit vector instructions: the opcode after the prefix, named as in W. */
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
