/* Notices of a session: why playing stopped, what a text lacks, which text replaces which. */
import { type Lab, type NoteRecord, type standIns, TYPES_TEXT } from '../engine/index.ts';
import type { Notice } from '../protocol/messages.ts';

const info = (title: string, detail: string): Notice => ({ kind: 'info', title, detail });

/** Says that a text with another name is used by the scenario's connections. */
export const standInNotice = ({ text, from, to }: ReturnType<typeof standIns>[number]): Notice =>
  info(
    `${to} takes the place of ${from}`,
    `${text} replaces the example: where the scenario uses ${from}, it now uses ${to}.`,
  );

/** Says that a key which steps from one change of a map, or one call, to the next has come to the end of what is known. `what`: the title's beginning. */
export function noMore(what: string, { history }: Lab, direction: 1 | -1): Notice {
  const known = `${(history.until / 1e6).toFixed(1)} ms`;
  return direction > 0
    ? info(`${what} after this point`, `The run is computed up to ${known}: play on, or act on a map.`)
    : info(`${what} before this point`, 'This is the start.');
}

export const stoppedByBreak = ({ metWords }: Lab): Notice =>
  info(`Stopped: ${metWords ?? 'a break was met'}`, 'Debug lists what playing stops at.');

/** Says why playing ended by itself: at a step that pauses, or at the scenario's end. */
export const playedToEnd = ({ time, scenario }: Lab): Notice =>
  time < scenario.until
    ? info('The scenario pauses here', 'Play goes on from this step.')
    : info('The scenario ends here', 'Press Play again to go on: connections keep running.');

interface TextProblem {
  readonly message: string;
  readonly line: number;
}

/** Reports a text that does not assemble, or declares no type. */
export const badText = (name: string, { message, line }: TextProblem): Notice => ({
  kind: 'error',
  title: name === TYPES_TEXT ? `${name} declares no type` : `${name} does not assemble`,
  detail: message,
  text: name,
  line,
});

/** Reports a text that cannot be registered, since it has no map. */
export const noMap = (name: string): Notice => ({
  kind: 'error',
  title: `${name} defines no map`,
  detail:
    'Its struct is named by a line such as .struct_ops tcp_congestion_ops. The + button has New program, which begins a text with one.',
  text: name,
  line: 0,
});

/** Keeps the first of equal warnings, since some come with every packet. */
export function firstOfEach(notes: readonly NoteRecord[]): NoteRecord[] {
  return [...new Map(notes.toReversed().map((note) => [note.title, note])).values()].toReversed();
}
