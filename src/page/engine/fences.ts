/*
 * The worker answers in order: what follows a ping's pong was made after everything that was sent before the ping.
 */
export interface Fences {
  /** Number of a new ping; `then` runs when its answer comes. */
  readonly raise: (then?: () => void) => number;
  readonly answered: (n: number) => void;
  /** The worker is gone and answers none of them. */
  readonly forget: () => void;
}

export function createFences(): Fences {
  let last = 0;
  const waiting = new Map<number, () => void>();
  return {
    raise: (then) => {
      last++;
      if (then) waiting.set(last, then);
      return last;
    },
    answered: (n) => {
      const then = waiting.get(n);
      waiting.delete(n);
      then?.();
    },
    forget: () => waiting.clear(),
  };
}
