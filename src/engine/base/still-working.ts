/*
 * Reports progress of long work that cannot be cut into slices (a long text inside a system call, a million instructions
 * under the microscope), so that whoever runs the engine can send a heartbeat. Results never depend on it.
 */
let tell: (() => void) | null = null;

/** Rows between two reports; a power of two. */
const EVERY = 1 << 14;

export const whileWorking = (told: () => void): void => {
  tell = told;
};

/** Counts one row of long work, and reports after every so many. */
export const stillWorking = (row: number): void => {
  if (row > 0 && row % EVERY === 0) tell?.();
};
