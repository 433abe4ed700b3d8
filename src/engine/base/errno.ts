import * as ERRNO from './errnos.ts';

export { ERRNO };

export type ErrnoName = keyof typeof ERRNO;

const NUMBERS: Readonly<Record<ErrnoName, number>> = { ...ERRNO };
const NAMES = new Map<number, ErrnoName>(Object.entries(NUMBERS).map(([name, n]) => [n, name as ErrnoName]));

export const errnoOf = (name: ErrnoName): number => NUMBERS[name];

/** Name of a positive errno; `errno N` for a number the table lacks. */
export function errnoName(n: number): string {
  return NAMES.get(n) ?? `errno ${n}`;
}

/** A system call's return as strace prints it: `0`, `3`, `-1 EBUSY`. */
export function formatReturn(ret: number): string {
  return ret < 0 ? `-1 ${errnoName(-ret)}` : String(ret);
}
