/*
 * 64-bit arithmetic on registers kept as two int32 halves: what takes more than a line. Each works in place on register
 * d with operand s, as the instructions do.
 */

type Halves = Int32Array;

const TWO_32 = 0x1_0000_0000;
/** below this, doubles divide exactly */
const EXACT_HIGH = 0x20_0000;

/** High word of the product of two unsigned words. */
function mulHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  // neither sum reaches 2^32, so int32 arithmetic loses nothing
  const middle = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16);
  const other = Math.imul(a0, b1) + (middle & 0xffff);
  return (Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16)) | 0;
}

export function mul64(low: Halves, high: Halves, d: number, s: number): void {
  const a = low[d];
  const b = low[s];
  const cross = Math.imul(high[d], b) + Math.imul(a, high[s]);
  low[d] = Math.imul(a, b);
  high[d] = mulHigh(a, b) + cross;
}

export function lsh64(low: Halves, high: Halves, d: number, count: number): void {
  const n = count & 63;
  if (n === 0) return;
  if (n >= 32) {
    high[d] = low[d] << (n - 32);
    low[d] = 0;
  } else {
    high[d] = (high[d] << n) | (low[d] >>> (32 - n));
    low[d] <<= n;
  }
}

export function rsh64(low: Halves, high: Halves, d: number, count: number): void {
  const n = count & 63;
  if (n === 0) return;
  if (n >= 32) {
    low[d] = high[d] >>> (n - 32);
    high[d] = 0;
  } else {
    low[d] = (low[d] >>> n) | (high[d] << (32 - n));
    high[d] >>>= n;
  }
}

export function arsh64(low: Halves, high: Halves, d: number, count: number): void {
  const n = count & 63;
  if (n === 0) return;
  if (n >= 32) {
    low[d] = high[d] >> (n - 32);
    high[d] >>= 31;
  } else {
    low[d] = (low[d] >>> n) | (high[d] << (32 - n));
    high[d] >>= n;
  }
}

export function neg64(low: Halves, high: Halves, d: number): void {
  high[d] = low[d] === 0 ? -high[d] : ~high[d];
  low[d] = -low[d];
}

const big = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

function setBig(low: Halves, high: Halves, d: number, value: bigint): void {
  low[d] = Number(value & 0xffffffffn);
  high[d] = Number((value >> 32n) & 0xffffffffn);
}

function setNumber(low: Halves, high: Halves, d: number, value: number): void {
  low[d] = value % TWO_32;
  high[d] = value / TWO_32;
}

const isExact = (high: number): boolean => high >>> 0 < EXACT_HIGH;
const exact = (low: number, high: number): number => high * TWO_32 + (low >>> 0);

/** below this, a remainder that is off by one divisor is told by its sign and size in 32 bits */
const SMALL_DIVISOR = 0x4000_0000;

/**
 * Long division by a divisor of 32 bits, in digits of 32 bits for a small one, else of 16. Leaves the quotient in d and
 * returns the remainder.
 */
function divideBy32(low: Halves, high: Halves, d: number, divisor: number): number {
  const top = high[d] >>> 0;
  const upper = Math.floor(top / divisor);
  const rest = top - upper * divisor;
  high[d] = upper;
  if (divisor >= SMALL_DIVISOR) return divideRest(low, d, rest, divisor);
  // the double nearest to the quotient is off by one at most
  let quotient = Math.floor((rest * TWO_32 + (low[d] >>> 0)) / divisor) | 0;
  let remainder = (low[d] - Math.imul(quotient, divisor)) | 0;
  if (remainder < 0) {
    quotient--;
    remainder += divisor;
  } else if (remainder >= divisor) {
    quotient++;
    remainder -= divisor;
  }
  low[d] = quotient;
  return remainder;
}

/** The lower half, by digits of 16 bits: every step is exact in a double. */
function divideRest(low: Halves, d: number, rest: number, divisor: number): number {
  const middle = rest * 0x10000 + (low[d] >>> 16);
  const q1 = Math.floor(middle / divisor);
  const bottom = (middle - q1 * divisor) * 0x10000 + (low[d] & 0xffff);
  const q0 = Math.floor(bottom / divisor);
  low[d] = q1 * 0x10000 + q0;
  return bottom - q0 * divisor;
}

/** Unsigned; by 0 gives 0. */
export function div64(low: Halves, high: Halves, d: number, s: number): void {
  if (high[s] === 0) {
    if (low[s] === 0) {
      low[d] = 0;
      high[d] = 0;
    } else if (high[d] === 0) {
      low[d] = (low[d] >>> 0) / (low[s] >>> 0);
    } else {
      divideBy32(low, high, d, low[s] >>> 0);
    }
  } else if (isExact(high[d]) && isExact(high[s])) {
    setNumber(low, high, d, Math.floor(exact(low[d], high[d]) / exact(low[s], high[s])));
  } else {
    setBig(low, high, d, big(low[d], high[d]) / big(low[s], high[s]));
  }
}

/** Unsigned; by 0 leaves d. */
export function mod64(low: Halves, high: Halves, d: number, s: number): void {
  if (high[s] === 0) {
    if (low[s] === 0) return;
    low[d] = high[d] === 0 ? (low[d] >>> 0) % (low[s] >>> 0) : divideBy32(low, high, d, low[s] >>> 0);
    high[d] = 0;
  } else if (isExact(high[d]) && isExact(high[s])) {
    setNumber(low, high, d, exact(low[d], high[d]) % exact(low[s], high[s]));
  } else {
    setBig(low, high, d, big(low[d], high[d]) % big(low[s], high[s]));
  }
}

/** Towards zero; by 0 gives 0, the least number by -1 itself. */
export function sdiv64(low: Halves, high: Halves, d: number, s: number): void {
  if (low[s] === 0 && high[s] === 0) {
    low[d] = 0;
    high[d] = 0;
  } else {
    setBig(low, high, d, BigInt.asIntN(64, big(low[d], high[d])) / BigInt.asIntN(64, big(low[s], high[s])));
  }
}

/** With the dividend's sign; by 0 leaves d. */
export function smod64(low: Halves, high: Halves, d: number, s: number): void {
  if (low[s] === 0 && high[s] === 0) return;
  setBig(low, high, d, BigInt.asIntN(64, big(low[d], high[d])) % BigInt.asIntN(64, big(low[s], high[s])));
}

export function swap32(x: number): number {
  return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}

/** Byte order of the low `width` bits reversed, the rest cleared. */
export function swap(low: Halves, high: Halves, d: number, width: number): void {
  const first = swap32(low[d]);
  if (width === 64) {
    low[d] = swap32(high[d]);
    high[d] = first;
  } else {
    low[d] = width === 32 ? first : first >>> 16;
    high[d] = 0;
  }
}
