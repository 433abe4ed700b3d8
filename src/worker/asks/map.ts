import type { Answerer } from './answerer.ts';

/** No view shows more of a map at once. */
const MOST_ELEMENTS = 64;

export const map: Answerer<'map'> = ({ whenIdle }, { machine }, { id }, answer) =>
  whenIdle(() => answer({ elements: machine.mapElements(id, MOST_ELEMENTS), tags: machine.creatorTags(id) }));
