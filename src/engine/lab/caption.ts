import type { ScenarioStep } from './commands.ts';

/** A refused call with the name of its errno. */
interface RefusedCall {
  readonly text: string;
  readonly name: string;
}

/**
 * What a step says: its caption, where its calls were answered as the scenario expects; else what happened in its place.
 * A caption that is not so on this kernel, or with this text, would be believed.
 */
export function captionOf({ caption, answers }: ScenarioStep, refused: RefusedCall | null): string {
  if ((answers ?? null) === (refused?.name ?? null)) return caption;
  if (refused === null) return `Otherwise than this scenario tells it: no call was refused; ${answers} was expected.`;
  const expected = answers === undefined ? 'it was expected to succeed' : `${answers} was expected`;
  return `Otherwise than this scenario tells it: ${refused.text} answered ${refused.name}; ${expected}.`;
}
