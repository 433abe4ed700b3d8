/* One access of memory by an instruction. */
export interface MemAccess {
  readonly regno: number;
  readonly off: number;
  readonly size: number;
  readonly isWrite: boolean;
  /** register that is loaded or stored; -1 for none */
  readonly value: number;
  readonly aligned: boolean;
  readonly signed: boolean;
}
