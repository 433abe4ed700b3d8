/*
 * Counts how often each instruction of a program was executed, while a span of time is run again in the interpreter.
 * The counts are not part of the machine's state.
 */
export class ExecutionCounts {
  private readonly programs = new Map<number, Float64Array>();

  /** Watches one call of a program. `slots`: its length in 8-byte slots. */
  watch(program: number, slots: number): (pc: number) => void {
    let counts = this.programs.get(program);
    if (!counts) {
      counts = new Float64Array(slots);
      this.programs.set(program, counts);
    }
    const into = counts;
    return (pc) => {
      into[pc]++;
    };
  }

  /** By slot; the second slot of a wide instruction stays 0. Null: the program did not run. */
  of(program: number): Float64Array | null {
    return this.programs.get(program) ?? null;
  }

  /** Sum of the executed instructions of all programs. */
  get total(): number {
    let sum = 0;
    for (const counts of this.programs.values()) for (const count of counts) sum += count;
    return sum;
  }
}
