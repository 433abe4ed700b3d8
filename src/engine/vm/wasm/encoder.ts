/* Writes WebAssembly modules that have only functions and one imported memory. */
import { EMPTY, I32, V, type ValueType, VECTOR, W, type WasmOp } from './opcodes.ts';

/**
 * A growing byte buffer. All generated code is appended to one, so that the generator never recurses or concatenates.
 */
export class CodeWriter {
  private bytes: Uint8Array;
  length = 0;
  /** offsets of branches that are seldom taken */
  readonly hints: number[] = [];

  /** `firstLocal`: number of the local that code calls 0 */
  constructor(
    capacity = 256,
    private readonly firstLocal = 0,
  ) {
    this.bytes = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.grow(1);
    this.bytes[this.length++] = value;
  }

  append(other: Uint8Array): void {
    if (this.length + other.length > this.bytes.length) this.grow(other.length);
    this.bytes.set(other, this.length);
    this.length += other.length;
  }

  /** LEB128 */
  u32(value: number): void {
    let rest = value >>> 0;
    for (; rest >= 0x80; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  s32(value: number): void {
    let rest = value | 0;
    while (rest < -0x40 || rest > 0x3f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.byte(rest & 0x7f);
  }

  /** from the two halves of a 64-bit number */
  s64(low: number, high: number): void {
    let lo = low | 0;
    let hi = high | 0;
    while (!(hi === lo >> 31 && lo >= -0x40 && lo <= 0x3f)) {
      this.byte((lo & 0x7f) | 0x80);
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
    }
    this.byte(lo & 0x7f);
  }

  name(text: string): void {
    const encoded = new TextEncoder().encode(text);
    this.u32(encoded.length);
    this.append(encoded);
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  // --- instructions

  op(op: WasmOp): this {
    this.byte(op);
    return this;
  }

  get(local: number): this {
    this.byte(W.local_get);
    this.u32(local + this.firstLocal);
    return this;
  }

  set(local: number): this {
    this.byte(W.local_set);
    this.u32(local + this.firstLocal);
    return this;
  }

  tee(local: number): this {
    this.byte(W.local_tee);
    this.u32(local + this.firstLocal);
    return this;
  }

  i32(value: number): this {
    this.byte(W.i32_const);
    this.s32(value);
    return this;
  }

  i64(low: number, high: number): this {
    this.byte(W.i64_const);
    this.s64(low, high);
    return this;
  }

  /** `immediate`: bytes after the opcode. */
  vector(op: (typeof V)[keyof typeof V], immediate: readonly number[] = []): this {
    this.byte(VECTOR);
    this.byte(op);
    for (const byte of immediate) this.byte(byte);
    return this;
  }

  /** A load or store at the i32 on the stack plus an offset; alignment is only a hint, byte is always true. */
  memory(op: WasmOp, offset = 0): this {
    this.byte(op);
    this.byte(0);
    this.u32(offset);
    return this;
  }

  call(fn: number): this {
    this.byte(W.call);
    this.u32(fn);
    return this;
  }

  block(op: typeof W.block | typeof W.loop | typeof W.if, type: ValueType | typeof EMPTY = EMPTY): this {
    this.byte(op);
    this.byte(type);
    return this;
  }

  /** Marks the next branch as seldom taken. */
  unlikely(): this {
    this.hints.push(this.length);
    return this;
  }

  branch(op: typeof W.br | typeof W.br_if, depth: number): this {
    this.byte(op);
    this.u32(depth);
    return this;
  }

  private grow(atLeast: number): void {
    const bigger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + atLeast));
    bigger.set(this.bytes);
    this.bytes = bigger;
  }
}

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export interface FunctionImport {
  readonly name: string;
  readonly type: FunctionType;
}

export interface WasmFunction {
  readonly name: string;
  readonly type: FunctionType;
  /** beyond the parameters */
  readonly locals: readonly ValueType[];
  /** instructions, without the final `end` */
  readonly body: Uint8Array;
  /** offsets in the body of branches that are seldom taken */
  readonly hints: readonly number[];
  readonly exported: boolean;
}

export interface WasmModule {
  readonly memoryPages: number;
  readonly imports: readonly FunctionImport[];
  readonly functions: readonly WasmFunction[];
}

export const NO_LOCALS: readonly ValueType[] = [];
const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const KIND = { function: 0, memory: 2 } as const;

/** Imports come from `env`: the memory as `memory`, functions by their names. Imported functions are numbered first. */
export function encodeModule({ memoryPages, imports, functions }: WasmModule): Uint8Array<ArrayBuffer> {
  const types = new TypeTable();
  const importTypes = imports.map(({ type }) => types.indexOf(type));
  const functionTypes = functions.map(({ type }) => types.indexOf(type));
  const out = new CodeWriter(1024);
  for (const byte of MAGIC) out.byte(byte);
  section(out, SECTION.type, types.list, (writer, { params, results }) => {
    writer.byte(0x60);
    for (const list of [params, results]) {
      writer.u32(list.length);
      for (const type of list) writer.byte(type);
    }
  });
  const memory = { name: 'memory', kind: KIND.memory, index: memoryPages };
  const functionImports = imports.map(({ name }, i) => ({ name, kind: KIND.function, index: importTypes[i] }));
  section(out, SECTION.import, [memory, ...functionImports], (writer, { name, kind, index }) => {
    writer.name('env');
    writer.name(name);
    writer.byte(kind);
    // limits: minimum and maximum, which are equal
    if (kind === KIND.memory) writer.byte(1);
    writer.u32(index);
    if (kind === KIND.memory) writer.u32(index);
  });
  section(out, SECTION.function, functionTypes, (writer, type) => writer.u32(type));
  const exported = functions.flatMap((fn, i) => (fn.exported ? [{ name: fn.name, index: imports.length + i }] : []));
  section(out, SECTION.export, exported, (writer, { name, index }) => {
    writer.name(name);
    writer.byte(KIND.function);
    writer.u32(index);
  });
  const heads = functions.map(({ locals }) => localDeclarations(locals));
  branchHints(out, imports.length, functions, heads);
  section(out, SECTION.code, functions, (writer, { body }, i) => {
    const head = heads[i];
    writer.u32(head.length + body.length + 1);
    writer.append(head);
    writer.append(body);
    writer.byte(W.end);
  });
  return out.take();
}

/** Custom section with branch hints: engines that read it move rarely run code out of the way. */
function branchHints(
  out: CodeWriter,
  imported: number,
  functions: readonly WasmFunction[],
  heads: readonly Uint8Array[],
): void {
  const UNLIKELY = [1, 0];
  const hinted = functions.flatMap(({ hints }, i) => (hints.length > 0 ? [i] : []));
  if (hinted.length === 0) return;
  const write = (writer: CodeWriter, i: number): void => {
    writer.u32(imported + i);
    writer.u32(functions[i].hints.length);
    for (const at of functions[i].hints) {
      writer.u32(heads[i].length + at);
      for (const byte of UNLIKELY) writer.byte(byte);
    }
  };
  section(out, SECTION.custom, hinted, write, 'metadata.code.branch_hint');
}

/** A section that is a list of items; a custom one begins with its name. */
export function section<T>(
  out: CodeWriter,
  id: number,
  items: readonly T[],
  write: (writer: CodeWriter, item: T, index: number) => void,
  name?: string,
): void {
  const writer = new CodeWriter();
  if (name !== undefined) writer.name(name);
  writer.u32(items.length);
  for (const [i, item] of items.entries()) write(writer, item, i);
  out.byte(id);
  out.u32(writer.length);
  out.append(writer.take());
}

/** Groups locals into runs of equal types, as the format wants. */
function localDeclarations(locals: readonly ValueType[]): Uint8Array {
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  const writer = new CodeWriter(16);
  writer.u32(runs.length);
  for (const { type, count } of runs) {
    writer.u32(count);
    writer.byte(type);
  }
  return writer.take();
}

class TypeTable {
  readonly list: FunctionType[] = [];
  private readonly known = new Map<string, number>();

  indexOf(type: FunctionType): number {
    const key = `${type.params.join()}:${type.results.join()}`;
    const index = this.known.get(key) ?? this.list.push(type) - 1;
    this.known.set(key, index);
    return index;
  }
}

export const fn = (params: readonly ValueType[], results: readonly ValueType[]): FunctionType => ({ params, results });
export const words = (count: number): ValueType[] => Array.from({ length: count }, () => I32);
