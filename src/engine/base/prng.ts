/** Where a generator keeps its two words: an index into the machine's memory, so that its state rewinds with the rest. */
export interface PrngState {
  readonly words: Uint32Array;
  readonly index: number;
}

/** xorshift64 (Marsaglia 2003, shifts 13, 7, 17) on two 32-bit halves: state in memory, the same in every browser. */
export class Prng {
  constructor(private readonly state: PrngState) {}

  seed(seed: number): void {
    const { words, index } = this.state;
    // xorshift needs a non-zero state: the second word never is 0
    words[index] = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1);
    words[index + 1] = (seed ^ 0x2545f491) >>> 0 || 1;
  }

  /** Uniform in [0, 2^32). */
  u32(): number {
    const { words, index } = this.state;
    let lo = words[index];
    let hi = words[index + 1];
    hi ^= (hi << 13) | (lo >>> 19);
    lo ^= lo << 13;
    lo ^= (lo >>> 7) | (hi << 25);
    hi ^= hi >>> 7;
    hi ^= (hi << 17) | (lo >>> 15);
    lo ^= lo << 17;
    words[index] = lo;
    words[index + 1] = hi;
    return hi >>> 0;
  }

  /** Uniform in [0, below), below at most 2^32. */
  below(below: number): number {
    return Math.floor((this.u32() * below) / 0x1_0000_0000);
  }
}
