/*
 * Menu entries of the scenarios, in the order of the menu. A scenario itself, with its texts, is fetched when it is
 * opened (src/scenarios/index.ts).
 */
import type { Profile } from '../engine/index.ts';

export const TOPICS = [
  'The life of a map',
  'Refusals',
  'Links',
  'Who holds it',
  'Programs and types',
  'Kernels',
] as const;

/** Features that a kernel must have for a scenario. */
export const NEEDS = {
  links: { words: 'links of struct_ops maps (since 6.4)', has: ({ links }: Profile) => links },
  kfuncs: {
    words: 'kernel functions for congestion controls (since 5.13)',
    has: ({ release: [major, minor] }: Profile) => major > 5 || minor >= 13,
  },
  answers: {
    words: 'results of members that reach their caller (v5.6 loses them)',
    has: ({ trampoline }: Profile) => !trampoline.plain,
  },
  common: {
    words: 'value structs that begin with bpf_struct_ops_common_value (since 6.9)',
    has: ({ release: [major, minor] }: Profile) => major > 6 || (major === 6 && minor >= 9),
  },
  noLinks: { words: 'a kernel from before links of struct_ops maps', has: ({ links }: Profile) => !links },
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
    needs: ['kfuncs'],
  },
  {
    id: 'register-and-run',
    title: 'Register and run',
    intro: 'The shortest life of a struct_ops map: create, update, use, delete.',
    topic: 'The life of a map',
    needs: ['kfuncs'],
  },
  {
    id: 'name-taken',
    title: 'Name already taken',
    intro: 'Two maps with one congestion control name: the second update answers EEXIST, and may be tried again.',
    topic: 'Refusals',
    needs: ['kfuncs'],
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
      'What stays registered when a loader dies before it can clean up: a map for ever, a link only if it was pinned.',
    topic: 'Who holds it',
    needs: ['links'],
  },
  {
    id: 'as-modules',
    title: 'As modules',
    intro: 'A question from the review: would insmod, lsmod and rmmod be clearer? The same calls under other names.',
    topic: 'Programs and types',
    needs: ['kfuncs'],
  },
  {
    id: 'built-by-clang',
    title: 'Built by clang',
    intro: 'An object that clang built from C is loaded as libbpf does; it counts in maps of its own.',
    topic: 'Programs and types',
    needs: ['kfuncs'],
  },
  {
    id: 'any-struct',
    title: 'Any struct',
    intro:
      'A struct of function pointers that is declared here becomes a struct_ops type; its members are called by hand.',
    topic: 'Programs and types',
    needs: ['answers'],
  },
  {
    id: 'member-missing',
    title: 'A member is missing',
    intro: 'A congestion control without undo_cwnd loads, and is refused by the update: validate answers EINVAL.',
    topic: 'Refusals',
    needs: [],
  },
  {
    id: 'refused-by-verifier',
    title: 'Refused by the verifier',
    intro: 'A program that writes where it may only read is refused before there is a map to register.',
    topic: 'Refusals',
    needs: [],
  },
  {
    id: 'link-detached',
    title: 'Detached while used',
    intro:
      'A link is detached while connections use its map: the name is free at once, the map is freed after the last of them.',
    topic: 'Links',
    needs: ['links'],
  },
  {
    id: 'namespace-default',
    title: 'The default of a namespace',
    intro: 'The sysctl takes a reference too, and keeps a deleted map until it is set to something else.',
    topic: 'Who holds it',
    needs: [],
  },
  {
    id: 'accepted-side',
    title: 'The accepted side',
    intro: 'A socket that a listener accepts takes the default, and a reference of which its client knows nothing.',
    topic: 'Who holds it',
    needs: [],
  },
  {
    id: 'two-versions',
    title: 'Two versions at once',
    intro: 'After a link update old and new connections run two versions side by side: compare their windows.',
    topic: 'Links',
    needs: ['links'],
  },
  {
    id: 'before-links',
    title: 'Before links',
    intro: 'The same loader on the first kernel with struct_ops: what that kernel refuses, and what is still the same.',
    topic: 'Kernels',
    needs: ['noLinks'],
  },
  {
    id: 'who-holds-it',
    title: 'Who took this reference?',
    intro:
      'A deleted map stays because one forgotten process holds it: go backwards to the call that took the reference.',
    topic: 'Who holds it',
    needs: [],
  },
  {
    id: 'own-value-struct',
    title: 'A value struct of its own',
    intro: 'A declared type has its own value struct, and an init that refuses a map without members.',
    topic: 'Programs and types',
    needs: ['common'],
  },
];

export const ABOUT: readonly About[] = TOPICS.flatMap((topic) => ROWS.filter((row) => row.topic === topic));

/** Menu entry of a scenario; throws for an unknown id. */
export function about(id: string): Pick<About, 'id' | 'title' | 'intro'> {
  const row = ROWS.find((one) => one.id === id);
  if (!row) throw new Error(`src/scenarios/about.ts has no row ${id}`);
  return { id, title: row.title, intro: row.intro };
}

/** Features that a scenario needs and a kernel lacks, as text; empty when it can run there. */
export const lacks = ({ needs }: Pick<About, 'needs'>, profile: Profile): string[] =>
  needs.filter((need) => !NEEDS[need].has(profile)).map((need) => NEEDS[need].words);
