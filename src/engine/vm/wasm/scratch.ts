/*
 * Words through which compiled programs and the machine talk. They lie at the end of the guard page: outside every
 * region, so neither checkpointed nor hashed, and meaningful only while a program runs.
 */

export const SCRATCH = {
  /** i32: instructions that may still run */
  fuel: 0x0f00,
  /** i32: 1 when the compiled program gave up and the interpreter must go on at `pc` */
  bailed: 0x0f04,
  /** i32: slot */
  pc: 0x0f08,
  /** i32: low word of r10 beyond which no frame may begin */
  lastFrame: 0x0f0c,
  /** i32: bytes of the arena that are in use */
  arenaBytes: 0x0f10,
  /** u64: the result */
  result: 0x0f18,
  /** u64 each: r0 to r10 when it gave up */
  registers: 0x0f20,
} as const;
