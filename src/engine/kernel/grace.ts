/*
 * The three waits between a map's last reference and its memory. On a real machine each takes from microseconds to
 * seconds, by load and configuration. Here they are fixed, and long enough to be watched beside a round trip of 20 ms.
 */

/** A queued work item waits for a worker about as long as for one tick of a 1000 Hz clock. */
export const WORKQUEUE_NS = 1_000_000;
/** Every CPU passes a quiescent state: three ticks at 250 Hz, as an idle machine takes. */
export const RCU_NS = 12_000_000;
/** Every task passes a voluntary context switch: slower, twice the other. */
export const RCU_TASKS_NS = 24_000_000;
