import type { ScenarioStep } from './commands.ts';

/** A refused call with the name of its errno. */
interface RefusedCall {
  readonly text: string;
  readonly name: string;
}

/**
 * Text of a step: its caption if its calls were answered as the scenario expects; otherwise what happened instead. A
 * caption that is wrong for this kernel or program text would mislead.
 */
export function captionOf({ caption, answers }: ScenarioStep, refused: RefusedCall | null): string {
  if ((answers ?? null) === (refused?.name ?? null)) return caption;
  if (refused === null) return `Not as this scenario says: no call was refused; ${answers} was expected.`;
  const expected = answers === undefined ? 'it was expected to succeed' : `${answers} was expected`;
  return `Not as this scenario says: ${refused.text} answered ${refused.name}; ${expected}.`;
}
