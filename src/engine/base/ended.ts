/* Work that yields between its steps, so that a worker can do it in slices. */

/** Does all of it at once; returns its answer. */
export function ended<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
