/**
 * Looks up a key that comes from outside (a text, a file, a command line). `record[key]` would also find inherited
 * properties such as `constructor` and `toString`.
 */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
