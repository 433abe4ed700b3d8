/*
 * Words through which compiled programs and the machine exchange values. They lie at the end of the guard page: outside
 * every
 * region, so neither checkpointed nor hashed, and meaningful only while a program runs.
 */

/** frames of functions that were left by giving up, one per depth: see FRAME */
export const frames = 0x0c00;
/** u64 each: r1 to r5 of a function that is called back */
export const callbackArgs = 0x0e80;
/** i32: present nesting depth of programs */
export const nesting = 0x0ed0;
/** i32: instructions that may still run, known only where compiled code leaves for the kernel or gives up */
export const fuel = 0x0f00;
/** i32: number of the place where the interpreter must go on */
export const place = 0x0f08;
/** u64: the result */
export const result = 0x0f18;
/** u64 each: r0 to r10 when it gave up */
export const registers = 0x0f20;

/** Words that a function saves when its callee gave up: r6 to r9, r1 to r5, the place of the call, and its turn. */
export const FRAME = { bytes: 80, saved: 0, args: 32, place: 72, turn: 76 } as const;
