/*
 * Words through which compiled programs and the machine talk. They lie at the end of the guard page: outside every
 * region, so neither checkpointed nor hashed, and meaningful only while a program runs.
 */

export const SCRATCH = {
  /** i32: programs within programs that run now */
  nesting: 0x0d00,
  /** a frame of the program's own that was left by giving up: see FRAME; one a depth */
  frames: 0x0d10,
  /** i32: instructions that may still run, known only where compiled code leaves for the kernel or gives up */
  fuel: 0x0f00,
  /** i32: slot at which the interpreter must go on */
  pc: 0x0f08,
  /** u64: the result */
  result: 0x0f18,
  /** u64 each: r0 to r10 when it gave up */
  registers: 0x0f20,
} as const;

/** What a function leaves when one that it called gave up: r6 to r9, and the slot of the call. */
export const FRAME = { bytes: 40, pc: 32 } as const;
