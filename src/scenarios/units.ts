/** Scenarios speak in milliseconds; the engine counts nanoseconds. */
export const ms = (milliseconds: number): number => milliseconds * 1_000_000;
