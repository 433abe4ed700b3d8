/* What a session tells of its own accord: why playing stopped, what a text lacks, what stands in for what. */
import { type Lab, type NoteRecord, type standIns, TYPES_TEXT } from '../engine/index.ts';
import type { Notice } from '../protocol/messages.ts';

const info = (title: string, detail: string): Notice => ({ kind: 'info', title, detail });

/** A text with another name has the scenario's connections all the same. */
export const standInNotice = ({ text, from, to }: ReturnType<typeof standIns>[number]): Notice =>
  info(
    `${to} takes the place of ${from}`,
    `${text} stands in for the example: what the scenario asks for as ${from}, it asks for as ${to}.`,
  );

export function noMoreChanges({ history }: Lab, direction: 1 | -1): Notice {
  const known = `${(history.until / 1e6).toFixed(1)} ms`;
  return direction > 0
    ? info('No map changes after this point', `The run is known up to ${known}: play on, or do something to a map.`)
    : info('No map changes before this point', 'This is the start.');
}

export const stoppedByBreak = ({ metWords }: Lab): Notice =>
  info(`Stopped: ${metWords ?? 'a break was met'}`, 'Debug lists what playing stops at.');

/** Where playing ends by itself: at a step that pauses, or with the scenario. */
export const playedToEnd = ({ time, scenario }: Lab): Notice =>
  time < scenario.until
    ? info('The scenario pauses here', 'Play goes on from this step.')
    : info('The scenario ends here', 'Play again to go on: what runs, runs on.');

interface TextProblem {
  readonly message: string;
  readonly line: number;
}

/** A text that cannot become a program, or declares no type. */
export const badText = (name: string, { message, line }: TextProblem): Notice => ({
  kind: 'error',
  title: name === TYPES_TEXT ? `${name} declares no type` : `${name} does not assemble`,
  detail: message,
  text: name,
  line,
});

/** A warning that comes with every packet is told once. */
export function firstOfEach(notes: readonly NoteRecord[]): NoteRecord[] {
  return [...new Map(notes.toReversed().map((note) => [note.title, note])).values()].toReversed();
}
