/*
 * Structs in the machine's memory, read and written by field name. A cursor stands on one struct at a time: `at` is its
 * address, and each field is an accessor with a constant offset, so that `tp.snd_cwnd` costs one typed-array access.
 * Classes are shared by all machines with the same layout; only the views differ.
 */
import { KERNEL_BASE_HI, type Memory } from '../vm/memory.ts';

/** `u64` holds integers below 2^53; `ptr` is a kernel pointer, read as its low word. */
export type FieldKind = 'u8' | 'u16' | 'u32' | 'i32' | 'u64' | 'f64' | 'ptr' | 'bits';

export interface Place {
  readonly kind: FieldKind;
  /** bytes; for `bits`, the byte that holds the first bit */
  readonly offset: number;
  /** `bits` only: the field lies within one byte */
  readonly shift: number;
  readonly width: number;
}

export type Layout<K extends string> = Readonly<Record<K, Place>>;

/** A struct's fields as numbers, at the address `at`. */
export type Cursor<K extends string> = { at: number } & Record<K, number>;
export type CursorClass<K extends string> = new (memory: Memory) => Cursor<K>;

interface Views {
  /** `at` in words */
  w: number;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
}

const TWO_32 = 0x1_0000_0000;

type Accessor = { get: (this: Views) => number; set: (this: Views, value: number) => void };

function bits(offset: number, shift: number, width: number): Accessor {
  const mask = (1 << width) - 1;
  const clear = ~(mask << shift);
  return {
    get() {
      return (this.u8[this.w * 4 + offset] >> shift) & mask;
    },
    set(value) {
      const i = this.w * 4 + offset;
      this.u8[i] = (this.u8[i] & clear) | ((value & mask) << shift);
    },
  };
}

// one literal per kind, closed over the offset, so that the JIT compiler folds it into the access
const ACCESSORS: Readonly<Record<Exclude<FieldKind, 'bits'>, (offset: number) => Accessor>> = {
  u8: (offset) => ({
    get() {
      return this.u8[this.w * 4 + offset];
    },
    set(value) {
      this.u8[this.w * 4 + offset] = value;
    },
  }),
  u16: (offset) => {
    const i = offset >>> 1;
    return {
      get() {
        return this.u16[this.w * 2 + i];
      },
      set(value) {
        this.u16[this.w * 2 + i] = value;
      },
    };
  },
  u32: (offset) => {
    const i = offset >>> 2;
    return {
      get() {
        return this.u32[this.w + i];
      },
      set(value) {
        this.u32[this.w + i] = value;
      },
    };
  },
  i32: (offset) => {
    const i = offset >>> 2;
    return {
      get() {
        return this.i32[this.w + i];
      },
      set(value) {
        this.i32[this.w + i] = value;
      },
    };
  },
  u64: (offset) => {
    const i = offset >>> 2;
    return {
      get() {
        return this.u32[this.w + i] + this.u32[this.w + i + 1] * TWO_32;
      },
      set(value) {
        this.u32[this.w + i] = value;
        this.u32[this.w + i + 1] = value / TWO_32;
      },
    };
  },
  f64: (offset) => {
    const i = offset >>> 3;
    return {
      get() {
        return this.f64[(this.w >>> 1) + i];
      },
      set(value) {
        this.f64[(this.w >>> 1) + i] = value;
      },
    };
  },
  ptr: (offset) => {
    const i = offset >>> 2;
    return {
      get() {
        return this.u32[this.w + i];
      },
      set(value) {
        this.u32[this.w + i] = value;
        this.u32[this.w + i + 1] = value === 0 ? 0 : KERNEL_BASE_HI;
      },
    };
  },
};

function makeClass<K extends string>(layout: Layout<K>): CursorClass<K> {
  class RecordCursor implements Views {
    w = 0;
    readonly u8: Uint8Array;
    readonly u16: Uint16Array;
    readonly u32: Uint32Array;
    readonly i32: Int32Array;
    readonly f64: Float64Array;

    constructor(memory: Memory) {
      this.u8 = memory.u8;
      this.u16 = memory.u16;
      this.u32 = memory.u32;
      this.i32 = memory.i32;
      this.f64 = memory.f64;
    }

    get at(): number {
      return this.w * 4;
    }

    set at(address: number) {
      this.w = address >>> 2;
    }
  }
  for (const name in layout) {
    const { kind, offset, shift, width } = layout[name];
    Object.defineProperty(
      RecordCursor.prototype,
      name,
      kind === 'bits' ? bits(offset, shift, width) : ACCESSORS[kind](offset),
    );
  }
  const made: new (memory: Memory) => { at: number } = RecordCursor;
  return made as CursorClass<K>;
}

const classes = new Map<string, CursorClass<string>>();

export function cursorClass<K extends string>(layout: Layout<K>): CursorClass<K> {
  const key = JSON.stringify(layout);
  const known: CursorClass<K> = classes.get(key) ?? makeClass(layout);
  classes.set(key, known);
  return known;
}

const SIZES = { u8: 1, u16: 2, u32: 4, i32: 4, u64: 8, f64: 8, ptr: 8 } as const;

/** Lays a struct of our own out in the order given, each field on its natural boundary. */
export function packed<K extends string>(
  fields: Readonly<Record<K, keyof typeof SIZES>>,
): { readonly layout: Layout<K>; readonly size: number } {
  let end = 0;
  const layout = {} as Record<K, Place>;
  for (const name in fields) {
    const kind = fields[name];
    const size = SIZES[kind];
    const offset = (end + size - 1) & -size;
    layout[name] = { kind, offset, shift: 0, width: 0 };
    end = offset + size;
  }
  return { layout, size: (end + 7) & -8 };
}
