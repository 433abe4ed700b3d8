/* How long the editor waits after a key before it checks the text. */

/** Pause for a text that is checked in no time, ms: about the time between two letters. */
const LEAST_MS = 200;
/** Longest pause, ms: later, a reader would take the last marks for those of the present text. */
const MOST_MS = 1500;
/** The pause is so many times the duration of the check, so that typing on is seldom held up by one. */
const TIMES = 10;

/** Pause before a check that last took `took` ms. */
export const pauseBefore = (took: number): number => Math.min(MOST_MS, Math.max(LEAST_MS, TIMES * took));
