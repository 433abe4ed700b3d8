/* Makes labs: the one that the page opens, and its successor with other texts. */
import {
  type Command,
  declaresTypes,
  hasVerb,
  Lab,
  type MachineParts,
  openMachineParts,
  registerFirstVerbs,
  type Series,
  TYPES_TEXT,
} from '../engine/index.ts';
import { type Notice, PROTOCOL_VERSION, type ToWorker } from '../protocol/messages.ts';
import type { Job } from './desk.ts';
import { doAgain } from './do-again.ts';
import { badText } from './notices.ts';

export type OpenMessage = Extract<ToWorker, { type: 'open' }>;

/** First command of a run without verification. */
export const UNVERIFIED: Command = { do: 'verifier', to: 'skip' };

/** Reads the kernel that a page sends; a text says why its lab cannot be made. */
export function partsOf({ version, kernel, btf, ids }: OpenMessage): MachineParts | string {
  if (version !== PROTOCOL_VERSION) return 'The page and its engine are of different versions: reload the page.';
  const parts = openMachineParts(kernel, new Uint8Array(btf), new Uint32Array(ids));
  return parts.ok ? parts.value : `The kernel's BTF could not be read: ${parts.error.message}`;
}

/** Whether a lab needs the engine's late part: for types that its texts declare, or for verbs of its commands. */
export function opensLate({ scenario, kept, begin, texts }: OpenMessage): boolean {
  // otherwise every verb would seem to need the late part, and delay the first picture
  registerFirstVerbs();
  const commands = [...scenario.steps, ...((kept?.run ?? begin)?.commands ?? [])];
  return (
    declaresTypes({ ...scenario.texts, ...(kept?.texts ?? texts) }) ||
    commands.some(({ command }) => !hasVerb(command.do))
  );
}

/**
 * Makes the lab and calls back with it and the time at which it opens, ns; a job when commands are repeated first, else
 * null.
 */
export function openLab(parts: MachineParts, message: OpenMessage, made: (lab: Lab, time: number) => void): Job | null {
  const { scenario, texts, kept, begin, unverified } = message;
  const lab = new Lab(parts, scenario, texts);
  if (kept) {
    lab.takeUp(kept.run, kept.history);
    made(lab, lab.time);
    return null;
  }
  if (unverified) lab.command(UNVERIFIED);
  const { commands, time } = begin ?? { commands: [], time: scenario.openAt };
  if (commands.length > 0) return doAgain(lab, commands, () => made(lab, time));
  made(lab, time);
  return null;
}

/** Makes a lab of the same scenario with other texts; null when one of them does not assemble, which is told. */
export function labWith(
  parts: MachineParts,
  { scenario, history }: Lab,
  texts: Readonly<Record<string, string>>,
  tell: (notice: Notice) => void,
): Lab | null {
  // the curves so far are drawn beside the new ones
  const lab = new Lab(parts, scenario, texts, history.series.map(packedSeries));
  // types first, since programs may implement them
  const typesFirst = Object.entries(texts).sort(([a], [b]) => Number(b === TYPES_TEXT) - Number(a === TYPES_TEXT));
  for (const [name, text] of typesFirst) {
    const problem = lab.machine.checkText(text, name);
    if (!problem) continue;
    tell(badText(name, problem));
    return null;
  }
  return lab;
}

/** A finished series as typed arrays, to be sent once. */
const packedSeries = ({ socket, map, time, cwnd, ssthresh, srttUs, caState }: Series): Series => ({
  socket,
  map,
  time: Float64Array.from(time),
  cwnd: Uint32Array.from(cwnd),
  ssthresh: Uint32Array.from(ssthresh),
  srttUs: Uint32Array.from(srttUs),
  caState: Uint32Array.from(caState),
});
