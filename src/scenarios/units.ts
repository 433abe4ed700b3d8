/** Converts the milliseconds of scenarios to the engine's nanoseconds. */
export const ms = (milliseconds: number): number => milliseconds * 1_000_000;
