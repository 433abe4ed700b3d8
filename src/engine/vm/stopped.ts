/** Why a program was stopped. On Linux the verifier would have refused it before it ran. */
export type StopReason = 'fuel' | 'fault' | 'depth';

/** Thrown out of a program; the caller of the program catches it at the call boundary. */
export class ProgramStopped extends Error {
  constructor(
    readonly reason: StopReason,
    message: string,
    /** slot of the instruction */
    readonly pc: number,
    /** address that it tried to access, as [low, high]; null unless a fault */
    readonly address: readonly [number, number] | null,
    /** r0 to r10 before that instruction: low words, high words */
    readonly low: Uint32Array,
    readonly high: Uint32Array,
  ) {
    super(message);
    this.name = 'ProgramStopped';
  }
}

export function hex64(low: number, high: number): string {
  const upper = high >>> 0 === 0 ? '' : (high >>> 0).toString(16);
  const lower = (low >>> 0).toString(16);
  return `0x${upper}${upper === '' ? lower : lower.padStart(8, '0')}`;
}
