/** The kernel's tick: CONFIG_HZ of Debian's kernels. */
export const HZ = 250;
const JIFFY_NS = 1_000_000_000 / HZ;
const JIFFY_US = 1_000_000 / HZ;

/** Jiffies start five minutes before their low word wraps, as in Linux (INITIAL_JIFFIES). */
const INITIAL_JIFFIES = 0x1_0000_0000 - 300 * HZ;

/** jiffies_64 at an engine time. */
export function jiffiesAt(ns: number): number {
  return INITIAL_JIFFIES + Math.floor(ns / JIFFY_NS);
}

/** Engine time at which a jiffy begins. */
export function jiffyStart(jiffies: number): number {
  return (jiffies - INITIAL_JIFFIES) * JIFFY_NS;
}

/** Rounds up, as usecs_to_jiffies does. */
export function usecsToJiffies(us: number): number {
  return Math.ceil(us / JIFFY_US);
}

export function jiffiesToUsecs(jiffies: number): number {
  return jiffies * JIFFY_US;
}
