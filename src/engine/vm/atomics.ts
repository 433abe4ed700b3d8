/* Memory a byte at a time, for addresses of any alignment, and the atomic operations on it. */

export function unaligned(u8: Uint8Array, at: number): number {
  return u8[at] | (u8[at + 1] << 8) | (u8[at + 2] << 16) | (u8[at + 3] << 24);
}

export function storeUnaligned(u8: Uint8Array, at: number, value: number): void {
  u8[at] = value;
  u8[at + 1] = value >> 8;
  u8[at + 2] = value >> 16;
  u8[at + 3] = value >> 24;
}

/** Aligned words, the usual case, are read and written whole. */
function load(u8: Uint8Array, i32: Int32Array, at: number): number {
  return (at & 3) === 0 ? i32[at >>> 2] : unaligned(u8, at);
}

function store(u8: Uint8Array, i32: Int32Array, at: number, value: number): void {
  if ((at & 3) === 0) i32[at >>> 2] = value;
  else storeUnaligned(u8, at, value);
}

const FETCH = 1;
const CMPXCHG = 0xf1;

function atomicWord(operation: number, old: number, value: number): number {
  switch (operation & 0xf0) {
    case 0x00:
      return old + value;
    case 0x40:
      return old | value;
    case 0x50:
      return old & value;
    case 0xa0:
      return old ^ value;
    default:
      return value;
  }
}

export function atomic32(
  u8: Uint8Array,
  i32: Int32Array,
  regs: Int32Array,
  operation: number,
  at: number,
  s: number,
): void {
  const old = load(u8, i32, at);
  if (operation !== CMPXCHG || old === regs[0]) store(u8, i32, at, atomicWord(operation, old, regs[s]));
  if ((operation & FETCH) === 0) return;
  const r = operation === CMPXCHG ? 0 : s;
  regs[r] = old;
  regs[r + 1] = 0;
}

export function atomic64(
  u8: Uint8Array,
  i32: Int32Array,
  regs: Int32Array,
  operation: number,
  at: number,
  s: number,
): void {
  const oldLow = load(u8, i32, at);
  const oldHigh = load(u8, i32, at + 4);
  if (operation !== CMPXCHG || (oldLow === regs[0] && oldHigh === regs[1])) {
    let newLow = regs[s];
    let newHigh = regs[s + 1];
    switch (operation & 0xf0) {
      case 0x00:
        newLow = (newLow + oldLow) | 0;
        newHigh = newHigh + oldHigh + (newLow >>> 0 < oldLow >>> 0 ? 1 : 0);
        break;
      case 0x40:
        newLow |= oldLow;
        newHigh |= oldHigh;
        break;
      case 0x50:
        newLow &= oldLow;
        newHigh &= oldHigh;
        break;
      case 0xa0:
        newLow ^= oldLow;
        newHigh ^= oldHigh;
        break;
    }
    store(u8, i32, at, newLow);
    store(u8, i32, at + 4, newHigh);
  }
  if ((operation & FETCH) === 0) return;
  const r = operation === CMPXCHG ? 0 : s;
  regs[r] = oldLow;
  regs[r + 1] = oldHigh;
}
