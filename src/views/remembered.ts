/** Wraps a function so that it returns its last result again while its arguments stay the same. */
export function remembered<A extends readonly unknown[], R>(make: (...args: A) => R): (...args: A) => R {
  let last: { readonly args: A; readonly made: R } | null = null;
  return (...args) => {
    if (!last || args.some((arg, i) => !Object.is(arg, last?.args[i]))) last = { args, made: make(...args) };
    return last.made;
  };
}
