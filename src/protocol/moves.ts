/* Moves of the cursor. Each is answered by the frame that it leads to, and by a notice where it leads nowhere. */

type Direction = 1 | -1;

export type MoveMessage =
  /** engine seconds a second */
  | { readonly type: 'play'; readonly speed: number }
  | { readonly type: 'pause' }
  /** absolute engine time, ns; `event`: after this one of those that lie at that time */
  | { readonly type: 'seek'; readonly time: number; readonly event?: number }
  | { readonly type: 'step-event'; readonly direction: Direction }
  /** next or previous change of a map's state or reference count */
  | { readonly type: 'step-state'; readonly direction: Direction }
  /** next or previous marked event (system call, caption) */
  | { readonly type: 'step-call'; readonly direction: Direction }
  | SearchMessage;

/** Moves that may run on, or back, for long before they find their place. */
export type SearchMessage =
  /** next or previous instruction that any BPF program executed */
  | { readonly type: 'step-instruction'; readonly direction: Direction }
  /** to the next instruction of this function */
  | { readonly type: 'step-over' }
  /** out of this function, to its caller */
  | { readonly type: 'step-out' }
  /** on to the next time a line of a loaded text runs */
  | { readonly type: 'run-to'; readonly text: string; readonly line: number }
  /** back to where the run last met one of the breaks */
  | { readonly type: 'reverse' }
  /** back to what wrote these bytes last; with `value`, to when they last became it */
  | { readonly type: 'who-wrote'; readonly window: MemoryWindow; readonly value: readonly number[] | null }
  /** back to the instruction of this call that wrote a register last */
  | { readonly type: 'who-wrote-register'; readonly register: number }
  /** back to when a register of the stopped program last became a value (low and high word), also in its earlier calls */
  | { readonly type: 'when-register'; readonly register: number; readonly value: readonly [number, number] };

/** Bytes of the machine that a view wants every frame. */
export interface MemoryWindow {
  readonly address: number;
  readonly length: number;
}
