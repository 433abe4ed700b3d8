/* Bookkeeping of the memory of maps: cold state. */
/** Regions of the memory that maps may lie in. */
export type HeapName = 'arena' | 'kernel';

export interface Piece {
  /** linear address, bytes */
  readonly at: number;
  readonly bytes: number;
}

export interface Heap {
  /** ascending, never touching one another */
  readonly free: readonly Piece[];
  /** bytes taken from the region so far */
  readonly taken: number;
}
