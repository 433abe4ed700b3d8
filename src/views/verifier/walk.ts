/*
 * Walks one path that the verifier followed through a program: its visits in order, what each changed, where a value
 * was made and where it is used next. States are texts as the kernel prints them; registers are compared by their text.
 */
import { entryOf } from '../lists.ts';
import type { VerifiedProgram, VerifiedVisit } from '../../engine/index.ts';

/** Registers and slots before a visit, by name: `R1`, `fp-8`. */
const knownIn = (visit: VerifiedVisit | undefined): ReadonlyMap<string, string> => new Map(visit?.known);

const valueIn = (visit: VerifiedVisit, name: string): string | undefined =>
  visit.known.find(([one]) => one === name)?.[1];

/** Numbers of a path's visits: those of its ancestors up to each fork, then its own. */
export function visitsOf({ paths, visits }: VerifiedProgram, path: number): number[] {
  const own = paths[path];
  if (!own) return [];
  const before = own.parent < 0 ? [] : visitsOf({ paths, visits } as VerifiedProgram, own.parent);
  const upTo = before.filter((visit) => visit <= own.fork);
  const from = Math.min(own.start, visits.length);
  const to = Math.min(own.outcome === 'running' ? visits.length : own.end, visits.length);
  return [...upTo, ...Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)];
}

export interface ChangedValue {
  readonly name: string;
  /** null: unknown at that time */
  readonly before: string | null;
  readonly after: string | null;
  readonly changed: boolean;
}

const rank = (name: string): number => (name.startsWith('R') ? Number(name.slice(1)) : 100 - Number(name.slice(2)));

/** The visit at a place in the order. */
export const visitAt = <V>(visits: readonly V[], order: readonly number[], at: number): V =>
  entryOf(visits, entryOf(order, at));

/** Values known before a visit and before the next one; `after` is null at the path's end. */
export function valuesAt({ visits }: VerifiedProgram, order: readonly number[], at: number): ChangedValue[] {
  const before = knownIn(visitAt(visits, order, at));
  const next = at + 1 < order.length ? visitAt(visits, order, at + 1) : null;
  const after = next ? knownIn(next) : before;
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted((a, b) => rank(a) - rank(b));
  return names.map((name) => {
    const was = before.get(name) ?? null;
    const is = after.get(name) ?? null;
    return { name, before: was, after: is, changed: was !== is };
  });
}

/** Index in the order at which a value became what it is before `at`; null: it has been so from the beginning. */
export function madeAt({ visits }: VerifiedProgram, order: readonly number[], at: number, name: string): number | null {
  const now = valueIn(visitAt(visits, order, at), name);
  for (let i = at - 1; i >= 0; i--) if (valueIn(visitAt(visits, order, i), name) !== now) return i;
  return null;
}

const mentions = (text: string, register: string): boolean =>
  new RegExp(`\\b[rw]${register.slice(1)}\\b`).test(text.toLowerCase());

/** First index in the order, from `at` on, whose instruction reads or writes a register; null when there is none. */
export function usedAt(program: VerifiedProgram, order: readonly number[], at: number, name: string): number | null {
  if (!name.startsWith('R')) return null;
  const { visits, insns } = program;
  for (let i = at; i < order.length; i++) if (mentions(insns[visitAt(visits, order, i).slot] ?? '', name)) return i;
  return null;
}

/** Short description of a path's end. */
export function outcomeOf({ paths, prunes }: VerifiedProgram, path: number): string {
  const outcome = paths[path]?.outcome ?? 'running';
  if (outcome === 'exit') return 'reaches exit';
  if (outcome === 'failed') return 'is refused';
  if (outcome === 'running') return 'was not followed to its end';
  const by = prunes.find((prune) => prune.path === path);
  return by && by.by >= 0
    ? `ends at ${by.insn}: a state that was followed from ${by.by} on covers it`
    : 'ends where a state covers it';
}
