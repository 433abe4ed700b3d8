/*
 * The three waits between a map's last reference and the freeing of its memory. On a real machine each takes from
 * microseconds to
 * seconds, by load and configuration. Here they are fixed, and long enough to be watched beside a round trip of 20 ms;
 * each kind of wait is a clock that can be held, released, and ended by hand.
 */

export const GRACE_CLOCKS = ['work', 'rcu', 'tasks'] as const;
export type GraceClock = (typeof GRACE_CLOCKS)[number];

/** ns from request to end */
export const GRACE_NS: Readonly<Record<GraceClock, number>> = {
  /** a queued work item waits for a worker about as long as for one tick of a 1000 Hz clock */
  work: 1_000_000,
  /** RCU: until every CPU has passed a quiescent state; three ticks at 250 Hz, as on an idle machine */
  rcu: 12_000_000,
  /** RCU-tasks: until every task has passed a voluntary context switch; slower, so twice as long */
  tasks: 24_000_000,
};
