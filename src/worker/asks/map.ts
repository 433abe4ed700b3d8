import type { Answerer } from './answerer.ts';

/** Most elements of a map that a view shows. */
const MOST_ELEMENTS = 64;

export const map: Answerer<'map'> = ({ whenIdle, late }, { machine: { kernel } }, { id }, answer) =>
  whenIdle(() => answer({ elements: late.mapElements(kernel, id, MOST_ELEMENTS), tags: late.creatorTags(kernel, id) }));
