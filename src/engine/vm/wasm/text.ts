/* Generated code as WebAssembly text, one instruction a line, each with the BPF instruction that it came from. */
import { EMPTY, I64, V, VECTOR, W } from './opcodes.ts';

export interface WasmLine {
  /** blocks that are open around it */
  readonly depth: number;
  readonly text: string;
  /** slot of the BPF instruction; null for what belongs to none */
  readonly slot: number | null;
}

/** From this byte of a body on, the code belongs to this slot; null: to none. */
export interface Mark {
  readonly at: number;
  readonly slot: number | null;
}

/** Names for the numbers in a body. */
export interface TextNames {
  readonly local: (index: number) => string;
  readonly fn: (index: number) => string;
}

/**
 * First opcode of a row, then names; by opcode. Kept apart so that bundles that only compile contain the numbers alone.
 */
const ROWS: readonly (readonly [number, string])[] = [
  [0x00, 'unreachable'],
  [0x02, 'block loop if else'],
  [0x0b, 'end br br_if br_table return call call_indirect'],
  [0x1a, 'drop select'],
  [0x20, 'local.get local.set local.tee'],
  [0x28, 'i32.load i64.load'],
  [0x2d, 'i32.load8_u'],
  [0x30, 'i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u i32.store i64.store'],
  [0x3c, 'i64.store8 i64.store16 i64.store32'],
  [0x41, 'i32.const i64.const'],
  [0x45, 'i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u'],
  [0x50, 'i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u'],
  [0x6a, 'i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u'],
  [0x71, 'i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl'],
  [0x7c, 'i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u'],
  [0x83, 'i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u'],
  [0xa7, 'i32.wrap_i64'],
  [0xac, 'i64.extend_i32_s i64.extend_i32_u'],
  [0xbd, 'i64.reinterpret_f64'],
  [0xc0, 'i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s'],
];
export const NAMES = new Map(
  ROWS.flatMap(([first, names]) => names.split(' ').map((name, i) => [first + i, name] as const)),
);
const VECTOR_NAMES = new Map<number, string>([
  [V.v128_const, 'v128.const'],
  [V.i8x16_swizzle, 'i8x16.swizzle'],
  [V.i64x2_splat, 'i64x2.splat'],
  [V.f64x2_extract_lane, 'f64x2.extract_lane'],
]);

const isMemory = (op: number): boolean => op >= W.i32_load && op <= W.i64_store32;
const isLocal = (op: number): boolean => op >= W.local_get && op <= W.local_tee;
const opens = (op: number): boolean => op === W.block || op === W.loop || op === W.if;

export function bodyText(body: Uint8Array, marks: readonly Mark[], names: TextNames): WasmLine[] {
  const reader = new Reader(body);
  const lines: WasmLine[] = [];
  let depth = 0;
  let mark = 0;
  while (reader.at < body.length) {
    while (mark + 1 < marks.length && marks[mark + 1].at <= reader.at) mark++;
    const slot = marks.length > 0 && marks[mark].at <= reader.at ? marks[mark].slot : null;
    const op = reader.byte();
    if (op === W.end || op === W.else) depth--;
    const words =
      op === VECTOR ? vector(reader) : [NAMES.get(op) ?? `0x${op.toString(16)}`, ...operands(op, reader, names)];
    lines.push({ depth, text: words.join(' '), slot });
    if (opens(op) || op === W.else) depth++;
  }
  return lines;
}

function operands(op: number, reader: Reader, names: TextNames): string[] {
  if (isLocal(op)) return [names.local(reader.unsigned())];
  if (isMemory(op)) {
    reader.unsigned();
    const offset = reader.unsigned();
    return offset === 0 ? [] : [`offset=${offset}`];
  }
  if (opens(op)) {
    const type = reader.byte();
    return type === EMPTY ? [] : [`(result ${type === I64 ? 'i64' : 'i32'})`];
  }
  switch (op) {
    case W.br:
    case W.br_if:
      return [String(reader.unsigned())];
    case W.br_table:
      return Array.from({ length: reader.unsigned() + 1 }, () => String(reader.unsigned()));
    case W.call:
      return [names.fn(reader.unsigned())];
    case W.i32_const:
    case W.i64_const:
      return [constantText(reader.signed())];
    default:
      return [];
  }
}

function vector(reader: Reader): string[] {
  const op = reader.unsigned();
  const bytes = op === V.v128_const ? 16 : op === V.f64x2_extract_lane ? 1 : 0;
  const immediate = Array.from({ length: bytes }, () => String(reader.byte()));
  return [VECTOR_NAMES.get(op) ?? `0x${op.toString(16)}`, ...(op === V.v128_const ? ['i8x16'] : []), ...immediate];
}

/** Small numbers as such, addresses and masks in hex. */
function constantText(value: bigint): string {
  const size = value < 0n ? -value : value;
  return size < 0x10000n ? String(value) : `${value < 0n ? '-' : ''}0x${size.toString(16)}`;
}

class Reader {
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    return this.bytes[this.at++];
  }

  unsigned(): number {
    return Number(BigInt.asUintN(32, this.leb().value));
  }

  signed(): bigint {
    const { value, bits } = this.leb();
    return BigInt.asIntN(bits, value);
  }

  private leb(): { value: bigint; bits: number } {
    let value = 0n;
    let bits = 0;
    for (let more = true; more; bits += 7) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(bits);
      more = (byte & 0x80) !== 0;
    }
    return { value, bits };
  }
}
