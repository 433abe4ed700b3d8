/*
 * Long work that nothing can cut into slices (a long text inside a system call) says so as it goes: whoever runs the
 * engine may tell others that it still answers. What the engine computes never depends on it.
 */
let tell: (() => void) | null = null;

/** A power of two: rows between two words. */
const EVERY = 1 << 14;

export const whileWorking = (told: () => void): void => {
  tell = told;
};

/** Called in each row of long work. */
export const stillWorking = (row: number): void => {
  if (row > 0 && row % EVERY === 0) tell?.();
};
