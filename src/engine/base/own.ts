/**
 * The value under a key that comes from outside: a text, a file, a command line. `record[key]` would find what every
 * object has (`constructor`, `toString`) for a key of that name.
 */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
