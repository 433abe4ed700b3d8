/*
 * The part of the "BPF modules" idea that Linux lacks: an object may leave functions undefined that are found in
 * objects already loaded. They are copied in before the programs are loaded, so that the kernel sees ordinary
 * subprograms, and nothing holds the library.
 */
import type { AssembledFunction, AssembledObject } from '../isa/object.ts';

export interface Library {
  readonly letter: string;
  readonly object: AssembledObject;
}

export interface Linked {
  readonly object: AssembledObject;
  /** names that no library has */
  readonly missing: readonly string[];
  /** where each name was found */
  readonly found: readonly { readonly name: string; readonly letter: string }[];
}

/** Functions that an object offers: those that implement no member. */
export const exportsOf = ({ functions }: AssembledObject): AssembledFunction[] =>
  functions.filter(({ member }) => member === null);

/** Links an object with libraries; of two functions with one name the newest is used, as with symbols loaded later. */
export function linkLibraries(object: AssembledObject, libraries: readonly Library[]): Linked {
  const added: AssembledFunction[] = [];
  const found: { name: string; letter: string }[] = [];
  const missing: string[] = [];
  const renamed = new Map<string, string>();
  for (const { name, line } of object.externs) {
    const library = libraries.findLast((one) => exportsOf(one.object).some((fn) => fn.name === name));
    if (!library) {
      missing.push(name);
      continue;
    }
    found.push({ name, letter: library.letter });
    renamed.set(name, take(library, name, line, added));
  }
  const own = object.functions.map((fn) => ({ ...fn, uses: fn.uses.map((use) => rename(use, renamed)) }));
  return { object: { ...object, functions: [...own, ...added], externs: [] }, missing, found };
}

type Use = AssembledFunction['uses'][number];
const rename = (use: Use, names: ReadonlyMap<string, string>): Use => ({
  ...use,
  target: names.get(use.target) ?? use.target,
});

/** Copies a function and the functions that it calls, under unique names; all its lines become the `.extern` line. */
function take({ letter, object }: Library, name: string, line: number, added: AssembledFunction[]): string {
  const alias = (target: string): string => `${letter}_${target}`;
  const wanted = [name];
  for (const next of wanted) {
    const fn = object.functions.find((one) => one.name === next);
    if (!fn || added.some((one) => one.name === alias(next))) continue;
    const uses = fn.uses.map((use) => ({ ...use, target: alias(use.target) }));
    added.push({ ...fn, name: alias(next), member: null, lines: fn.lines.map(() => line), uses });
    wanted.push(...fn.uses.map(({ target }) => target));
  }
  return alias(name);
}
