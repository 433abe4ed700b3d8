/*
 * Fences between page and worker. The worker answers in order, so messages after a ping's pong were made after
 * everything sent before the ping.
 */
export interface Fences {
  /** Number of a new ping; `then` runs when it is answered. */
  readonly raise: (then?: () => void) => number;
  readonly answered: (n: number) => void;
  /** Forgets all pings, after the worker's end. */
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
