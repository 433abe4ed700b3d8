/** A failed assertion is a programming error of the engine, never an answer to bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`engine: ${message}`);
}

/** Closes an exhaustive switch. */
export function assertUnreachable(value: never): never {
  throw new Error(`engine: unreachable ${JSON.stringify(value)}`);
}

/** Returns a value that the caller knows to be there; throws an Error that names it when it is not. */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`engine: ${what} is missing`);
  return value;
}

/** Returns a list's or table's entry at a number that the caller knows to be in it; throws a RangeError with that number when it is not. */
export function entryOf<T>(table: { readonly [key: number]: T }, key: number): T {
  const found = table[key];
  if (found === undefined) throw new RangeError(`engine: nothing at ${key}`);
  return found;
}
