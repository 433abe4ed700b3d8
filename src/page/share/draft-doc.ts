import type { Draft } from '../keep/draft.ts';
import { FIRST_SCENARIO } from '../../scenarios/index.ts';
import type { LabDoc } from './lab-doc.ts';

/** A draft of another tab as a lab. */
export const draftDoc = ({ scenario, kernel, edits, activeText, breakpoints, breaks, watches }: Draft): LabDoc => ({
  scenario: scenario ?? FIRST_SCENARIO,
  ...(kernel === null ? {} : { kernel }),
  texts: edits,
  view: { ...(activeText === null ? {} : { text: activeText }), breakpoints, breaks, watches },
});
