/* Generated code as WebAssembly text, one instruction a line, each with the BPF instruction that it came from. */
import { EMPTY, I64, V, VECTOR, W } from './opcodes.ts';

export interface WasmLine {
  /** blocks that are open around it */
  readonly depth: number;
  readonly text: string;
  /** slot of the BPF instruction; null for what belongs to none */
  readonly slot: number | null;
}

/** From this byte of a body on, code belongs to a slot; null: to none. */
export interface Mark {
  readonly at: number;
  readonly slot: number | null;
}

/** Names for the numbers in a body. */
export interface TextNames {
  readonly local: (index: number) => string;
  readonly fn: (index: number) => string;
}

const named = (ops: Readonly<Record<string, number>>): Map<number, string> =>
  new Map(Object.entries(ops).map(([key, byte]) => [byte, /^(br|end|if)/.test(key) ? key : key.replace('_', '.')]));
const NAMES = named(W);
const VECTOR_NAMES = named(V);

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
