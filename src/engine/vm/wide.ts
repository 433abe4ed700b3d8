/*
 * 64-bit arithmetic on registers kept as two int32 halves: the operations that take more than a line. Each works in
 * place on register
 * d with operand s, as the instructions do.
 */

type Words = Int32Array;

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

export function mul64(regs: Words, d: number, s: number): void {
  const a = regs[d];
  const b = regs[s];
  const cross = Math.imul(regs[d + 1], b) + Math.imul(a, regs[s + 1]);
  regs[d] = Math.imul(a, b);
  regs[d + 1] = mulHigh(a, b) + cross;
}

export function lsh64(regs: Words, d: number, count: number): void {
  const n = count & 63;
  if (n === 0) return;
  if (n >= 32) {
    regs[d + 1] = regs[d] << (n - 32);
    regs[d] = 0;
  } else {
    regs[d + 1] = (regs[d + 1] << n) | (regs[d] >>> (32 - n));
    regs[d] <<= n;
  }
}

export function rsh64(regs: Words, d: number, count: number): void {
  const n = count & 63;
  if (n === 0) return;
  if (n >= 32) {
    regs[d] = regs[d + 1] >>> (n - 32);
    regs[d + 1] = 0;
  } else {
    regs[d] = (regs[d] >>> n) | (regs[d + 1] << (32 - n));
    regs[d + 1] >>>= n;
  }
}

export function arsh64(regs: Words, d: number, count: number): void {
  const n = count & 63;
  if (n === 0) return;
  if (n >= 32) {
    regs[d] = regs[d + 1] >> (n - 32);
    regs[d + 1] >>= 31;
  } else {
    regs[d] = (regs[d] >>> n) | (regs[d + 1] << (32 - n));
    regs[d + 1] >>= n;
  }
}

export function neg64(regs: Words, d: number): void {
  regs[d + 1] = regs[d] === 0 ? -regs[d + 1] : ~regs[d + 1];
  regs[d] = -regs[d];
}

const big = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

function setBig(regs: Words, d: number, value: bigint): void {
  regs[d] = Number(value & 0xffffffffn);
  regs[d + 1] = Number((value >> 32n) & 0xffffffffn);
}

function setNumber(regs: Words, d: number, value: number): void {
  regs[d] = value % TWO_32;
  regs[d + 1] = value / TWO_32;
}

const isExact = (high: number): boolean => high >>> 0 < EXACT_HIGH;
const exact = (low: number, high: number): number => high * TWO_32 + (low >>> 0);

/** below this, a remainder that is off by one divisor shows in its sign and size in 32 bits */
const SMALL_DIVISOR = 0x4000_0000;

/**
 * Long division by a divisor of 32 bits, in digits of 32 bits for a small one, else of 16. Leaves the quotient in d and
 * returns the remainder.
 */
function divideBy32(regs: Words, d: number, divisor: number): number {
  const top = regs[d + 1] >>> 0;
  const upper = Math.floor(top / divisor);
  const rest = top - upper * divisor;
  regs[d + 1] = upper;
  if (divisor >= SMALL_DIVISOR) return divideRest(regs, d, rest, divisor);
  // the double nearest to the quotient is off by one at most
  let quotient = Math.floor((rest * TWO_32 + (regs[d] >>> 0)) / divisor) | 0;
  let remainder = (regs[d] - Math.imul(quotient, divisor)) | 0;
  if (remainder < 0) {
    quotient--;
    remainder += divisor;
  } else if (remainder >= divisor) {
    quotient++;
    remainder -= divisor;
  }
  regs[d] = quotient;
  return remainder;
}

/** The lower half, by digits of 16 bits: every step is exact in a double. */
function divideRest(regs: Words, d: number, rest: number, divisor: number): number {
  const middle = rest * 0x10000 + (regs[d] >>> 16);
  const q1 = Math.floor(middle / divisor);
  const bottom = (middle - q1 * divisor) * 0x10000 + (regs[d] & 0xffff);
  const q0 = Math.floor(bottom / divisor);
  regs[d] = q1 * 0x10000 + q0;
  return bottom - q0 * divisor;
}

/** Unsigned division; by 0 gives 0. */
export function div64(regs: Words, d: number, s: number): void {
  if (regs[s + 1] === 0) {
    if (regs[s] === 0) {
      regs[d] = 0;
      regs[d + 1] = 0;
    } else if (regs[d + 1] === 0) {
      regs[d] = (regs[d] >>> 0) / (regs[s] >>> 0);
    } else {
      divideBy32(regs, d, regs[s] >>> 0);
    }
  } else if (isExact(regs[d + 1]) && isExact(regs[s + 1])) {
    setNumber(regs, d, Math.floor(exact(regs[d], regs[d + 1]) / exact(regs[s], regs[s + 1])));
  } else {
    setBig(regs, d, big(regs[d], regs[d + 1]) / big(regs[s], regs[s + 1]));
  }
}

/** Unsigned remainder; by 0 leaves d. */
export function mod64(regs: Words, d: number, s: number): void {
  if (regs[s + 1] === 0) {
    if (regs[s] === 0) return;
    regs[d] = regs[d + 1] === 0 ? (regs[d] >>> 0) % (regs[s] >>> 0) : divideBy32(regs, d, regs[s] >>> 0);
    regs[d + 1] = 0;
  } else if (isExact(regs[d + 1]) && isExact(regs[s + 1])) {
    setNumber(regs, d, exact(regs[d], regs[d + 1]) % exact(regs[s], regs[s + 1]));
  } else {
    setBig(regs, d, big(regs[d], regs[d + 1]) % big(regs[s], regs[s + 1]));
  }
}

/** Signed division, towards zero; by 0 gives 0, the least number by -1 gives itself. */
export function sdiv64(regs: Words, d: number, s: number): void {
  if (regs[s] === 0 && regs[s + 1] === 0) {
    regs[d] = 0;
    regs[d + 1] = 0;
  } else {
    setBig(regs, d, BigInt.asIntN(64, big(regs[d], regs[d + 1])) / BigInt.asIntN(64, big(regs[s], regs[s + 1])));
  }
}

/** Signed remainder, with the dividend's sign; by 0 leaves d. */
export function smod64(regs: Words, d: number, s: number): void {
  if (regs[s] === 0 && regs[s + 1] === 0) return;
  setBig(regs, d, BigInt.asIntN(64, big(regs[d], regs[d + 1])) % BigInt.asIntN(64, big(regs[s], regs[s + 1])));
}

export function swap32(x: number): number {
  return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24);
}

/** Reverses the byte order of the low `width` bits and clears the rest. */
export function swap(regs: Words, d: number, width: number): void {
  const first = swap32(regs[d]);
  if (width === 64) {
    regs[d] = swap32(regs[d + 1]);
    regs[d + 1] = first;
  } else {
    regs[d] = width === 32 ? first : first >>> 16;
    regs[d + 1] = 0;
  }
}
