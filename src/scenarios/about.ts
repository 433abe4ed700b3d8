/*
 * What menus know of each scenario, in their order: sorted by what it teaches. The scenario itself, with its texts, is
 * fetched when it is opened (src/scenarios/index.ts).
 */
import type { Profile } from '../engine/index.ts';

export const TOPICS = ['The life of a map', 'Refusals', 'Links', 'Who holds it', 'Programs and types', 'Kernels'] as const;

/** What a kernel must have for a scenario to be told on it. */
export const NEEDS = {
  links: { words: 'links of struct_ops maps (since 6.4)', has: ({ links }: Profile) => links },
  kfuncs: {
    words: 'kernel functions for congestion controls (since 5.13)',
    has: ({ release: [major, minor] }: Profile) => major > 5 || minor >= 13,
  },
  waits: { words: 'the grace period of a freed map (since 5.19)', has: ({ freeWaits }: Profile) => freeWaits },
  dummy: { words: 'the count outside of the value', has: ({ countInValue }: Profile) => !countInValue },
} as const;

export type Need = keyof typeof NEEDS;

export interface About {
  readonly id: string;
  readonly title: string;
  /** one sentence: what it teaches */
  readonly intro: string;
  readonly topic: (typeof TOPICS)[number];
  readonly needs: readonly Need[];
}

const ROWS: readonly About[] = [
  {
    id: 'replace-while-connected',
    title: 'Replace while connected',
    intro:
      'struct_ops lets a BPF program be the kernel’s TCP congestion control; this page is a small Linux that you can rewind.',
    topic: 'The life of a map',
    needs: ['kfuncs', 'dummy'],
  },
  {
    id: 'register-and-run',
    title: 'Register and run',
    intro: 'The shortest life of a struct_ops map: create, update, use, delete.',
    topic: 'The life of a map',
    needs: ['kfuncs', 'dummy'],
  },
  {
    id: 'name-taken',
    title: 'Name already taken',
    intro: 'Two maps with one congestion control name: the second update answers EEXIST, and may be tried again.',
    topic: 'Refusals',
    needs: ['kfuncs', 'links'],
  },
  {
    id: 'swap-by-link',
    title: 'Swap by link update',
    intro: 'A link registers a READY map, and swaps it in place: old connections stay, new ones get the new version.',
    topic: 'Links',
    needs: ['links'],
  },
  {
    id: 'loader-killed',
    title: 'The loader is killed',
    intro:
      'What stays registered when a loader dies before it can tidy up: a map for ever, a link only if it was pinned.',
    topic: 'Who holds it',
    needs: ['links'],
  },
  {
    id: 'as-modules',
    title: 'As modules',
    intro: 'The question of the review: would insmod, lsmod and rmmod say it better? The same calls under other names.',
    topic: 'Programs and types',
    needs: ['kfuncs', 'dummy'],
  },
  {
    id: 'built-by-clang',
    title: 'Built by clang',
    intro: 'An object that clang built from C is loaded as libbpf does it; what it counts lies in maps of its own.',
    topic: 'Programs and types',
    needs: ['kfuncs', 'dummy'],
  },
  {
    id: 'any-struct',
    title: 'Any struct',
    intro:
      'A struct of function pointers that is declared here becomes a struct_ops type; its members are called by hand.',
    topic: 'Programs and types',
    needs: ['dummy'],
  },
];

export const ABOUT: readonly About[] = TOPICS.flatMap((topic) => ROWS.filter((row) => row.topic === topic));

/** What a scenario says of itself. */
export function about(id: string): Pick<About, 'id' | 'title' | 'intro'> {
  const row = ROWS.find((one) => one.id === id);
  if (!row) throw new Error(`src/scenarios/about.ts has no row ${id}`);
  return { id, title: row.title, intro: row.intro };
}

/** What a kernel lacks of what a scenario needs, in words; empty where it can be told. */
export const lacks = ({ needs }: Pick<About, 'needs'>, profile: Profile): string[] =>
  needs.filter((need) => !NEEDS[need].has(profile)).map((need) => NEEDS[need].words);
