/* Facts about a kernel version's JIT: part of its profile. */

/** `limit` (6.1): is the address above user space's? `range` (6.10): and below the vsyscall page? */
export type ProbeStyle = 'limit' | 'range';

export interface JitFacts {
  /** endbr64 at the entry, and after the frame's set-up */
  readonly endbr: boolean;
  /** bytes reserved for the tail call counter in programs without tail calls */
  readonly counterBytes: 2 | 3;
  readonly probe: ProbeStyle;
}

export interface XlatedFacts {
  /** bytes from the start of struct bpf_array to its values; of struct htab_elem to its key */
  readonly arrayValues: number;
  readonly hashKey: number;
}
