import type { Answerer } from './answerer.ts';

/** Parses the texts as arming does, and drops the result. */
export const condition: Answerer<'condition'> = ({ late }, { machine }, { spec, when, print }, answer) => {
  const texts = { ...(when === '' ? {} : { when }), ...(print === '' ? {} : { print }) };
  try {
    if (spec) late.armBreak({ ...spec, ...texts }, machine);
    else late.armLine({ text: '', line: 0, ...texts }, machine);
    answer({ problem: null });
  } catch (error) {
    if (!(error instanceof late.QueryError)) throw error;
    answer({ problem: `Column ${error.at + 1}: ${error.problem}. Expected: ${error.expected}.` });
  }
};
