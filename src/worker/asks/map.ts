import type { Answerer } from './answerer.ts';

/** No view shows more of a map at once. */
const MOST_ELEMENTS = 64;

export const map: Answerer<'map'> = ({ whenIdle, late }, { machine: { kernel } }, { id }, answer) =>
  whenIdle(() => answer({ elements: late.mapElements(kernel, id, MOST_ELEMENTS), tags: late.creatorTags(kernel, id) }));
