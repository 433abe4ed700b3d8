/*
 * Named branches: the commands given to the lab up to some time, which determine a run. Going to one opens it again at
 * its time. Each remembers the branch from which it was begun, so they form a tree.
 */
import { create } from 'zustand';
import type { OtherBranch } from '../protocol/asks/query.ts';
import { currentLog, openAgain } from './engine/engine.ts';
import type { CommandLog } from './engine/command-log.ts';
import { currentFrame } from './frame-source.ts';

export interface Branch {
  readonly name: string;
  /** the branch from which it was begun; null: the scenario itself */
  readonly from: string | null;
  readonly log: CommandLog;
  /** engine time at which it was kept, ns */
  readonly time: number;
}

interface Branches {
  readonly branches: readonly Branch[];
  /** the branch kept or opened last */
  readonly here: string | null;
}

export const MOST_BRANCHES = 50;

export const useBranches = create<Branches>(() => ({ branches: [], here: null }));

/** Branches with their depth in the tree, each below the one from which it was begun. */
export function branchTree(branches: readonly Branch[]): { readonly branch: Branch; readonly depth: number }[] {
  const known = new Set(branches.map(({ name }) => name));
  const below = (from: string | null, depth: number): { branch: Branch; depth: number }[] =>
    branches
      .filter((one) => (one.from !== null && known.has(one.from) ? one.from : null) === from)
      .flatMap((branch) => [{ branch, depth }, ...below(branch.name, depth + 1)]);
  return below(null, 0);
}

/** Keeps this run under a name; returns null, or why not. An existing name is moved to this run. */
export function keepBranch(text: string): string | null {
  const name = text.trim();
  const log = currentLog();
  const { branches, here } = useBranches.getState();
  if (name === '') return 'A branch needs a name.';
  if (name.length > 40) return 'A name has at most 40 characters.';
  if (!log) return 'No run is open yet.';
  const others = branches.filter((one) => one.name !== name);
  if (others.length >= MOST_BRANCHES) return `At most ${MOST_BRANCHES} branches are kept: forget one first.`;
  const before = branches.find((one) => one.name === name);
  const from = before ? before.from : here;
  useBranches.setState({ branches: [...others, { name, from, log, time: currentFrame().hot.time }], here: name });
  return null;
}

export function goToBranch(name: string): void {
  const branch = useBranches.getState().branches.find((one) => one.name === name);
  if (!branch) return;
  useBranches.setState({ here: name });
  openAgain(branch.log, branch.time);
}

/** Forgets a branch; its children become those of its parent. */
export function forgetBranch(name: string): void {
  const { branches, here } = useBranches.getState();
  const gone = branches.find((one) => one.name === name);
  const rest = branches.filter((one) => one !== gone);
  const moved = rest.map((one) => (one.from === name ? { ...one, from: gone?.from ?? null } : one));
  useBranches.setState({ branches: moved, here: here === name ? (gone?.from ?? null) : here });
}

/** A branch for a comparison with this one; a text says why they cannot be compared. */
export function otherBranch(name: string): OtherBranch | string {
  const branch = useBranches.getState().branches.find((one) => one.name === name);
  const log = currentLog();
  if (!branch || !log) return `there is no branch ${name}`;
  const { scenario, kernel, texts, unverified, begin, acts } = branch.log;
  if (scenario.id !== log.scenario.id) return `${name} is of another scenario (${scenario.title})`;
  if (kernel !== log.kernel) return `${name} is of another kernel (${kernel})`;
  return {
    texts,
    unverified,
    begin: begin?.commands ?? [],
    acts: acts.map(({ time, act }) =>
      act.type === 'command' ? { time, command: act.command } : { time, name: act.name, text: act.text },
    ),
  };
}
