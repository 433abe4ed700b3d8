/** A failed assertion is a programming error of the engine, never an answer to bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`engine: ${message}`);
}

/** Closes an exhaustive switch. */
export function assertUnreachable(value: never): never {
  throw new Error(`engine: unreachable ${JSON.stringify(value)}`);
}
