/* Moves of the cursor. Each is answered by a frame at the new place, or by a notice when there is none. */

type Direction = 1 | -1;

export type MoveMessage =
  /** engine seconds a second */
  | { readonly type: 'play'; readonly speed: number }
  | { readonly type: 'pause' }
  /** absolute engine time, ns; `event`: stop after this one of the events at that time */
  | { readonly type: 'seek'; readonly time: number; readonly event?: number }
  | SearchMessage;

/** Moves that may run forward or back for long before they find their place. */
export type SearchMessage =
  | { readonly type: 'step-event'; readonly direction: Direction }
  /** next or previous change of a map's state or reference count */
  | { readonly type: 'step-state'; readonly direction: Direction }
  /** next or previous marked event (system call, caption) */
  | { readonly type: 'step-call'; readonly direction: Direction }
  /** next or previous instruction that any BPF program executed */
  | { readonly type: 'step-instruction'; readonly direction: Direction }
  /** to the next instruction of this function */
  | { readonly type: 'step-over' }
  /** out of this function, to its caller */
  | { readonly type: 'step-out' }
  /** forward to the next run of a line of a loaded text */
  | { readonly type: 'run-to'; readonly text: string; readonly line: number }
  /** back to where the run last met one of the breaks */
  | { readonly type: 'reverse' }
  /** back to the last write of these bytes; with `value`, to when they last became that value */
  | { readonly type: 'who-wrote'; readonly window: MemoryWindow; readonly value: readonly number[] | null }
  /** back to the last instruction of this call that wrote a register */
  | { readonly type: 'who-wrote-register'; readonly register: number }
  /**
   * back to when a register of the stopped program last became a value (low and high word), in this or an earlier call
   */
  | { readonly type: 'when-register'; readonly register: number; readonly value: readonly [number, number] };

/** Bytes of the machine that a view wants every frame. */
export interface MemoryWindow {
  readonly address: number;
  readonly length: number;
}
