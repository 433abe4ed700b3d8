/* What a kernel version has of the code that programs become: numbers of its profile. */

/** `limit` (6.1): is the address above user space's? `range` (6.10): and below the vsyscall page? */
export type ProbeStyle = 'limit' | 'range';

export interface JitFacts {
  /** endbr64 at the entry, and after the frame's set-up */
  readonly endbr: boolean;
  /** bytes left for a tail call's counter, where there is none */
  readonly counterBytes: 2 | 3;
  readonly probe: ProbeStyle;
}

export interface XlatedFacts {
  /** bytes from the start of struct bpf_array to its values; of struct htab_elem to its key */
  readonly arrayValues: number;
  readonly hashKey: number;
}
