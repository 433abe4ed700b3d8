/* What of a command's calls the user should read. */
import { type CallRecord, errnoName, type History } from '../engine/index.ts';
import type { Notice } from '../protocol/messages.ts';

/** Of the first call after an event that was refused; null when none was. `explain`: which check answered. */
export function refusalAfter(
  { calls, messages }: History,
  after: number,
  explain: (call: CallRecord) => string,
): Notice | null {
  const refused = calls.find((call) => call.event > after && call.ret < 0);
  const said = messages.filter(({ event }) => event > after);
  const answer = said.find(({ source }) => source === 'call');
  // what a member answered is no refusal, also where it is a negative number
  if (answer && answer.level !== 'error') return null;
  if (answer && refused?.trace.length === 0) return { kind: 'refused', title: refused.text, detail: answer.text };
  if (refused) return refusal(refused, explain);
  // user space gives up before the kernel is asked
  const warned = said.find(({ level }) => level === 'warn' || level === 'error');
  if (!warned) return null;
  return { kind: 'error', title: `${warned.source}: ${warned.text}`, detail: 'All that was said: Processes.' };
}

/** Of the first program that the kernel did not load: what follows from that is only what is missing later. */
export function refusedProgram({ calls }: History, explain: (call: CallRecord) => string): Notice | null {
  const refused = calls.find(({ ret, name }) => ret < 0 && name === 'BPF_PROG_LOAD');
  return refused ? refusal(refused, explain) : null;
}

/** The kernel's message, and its errno before it. */
const refusal = (call: CallRecord, explain: (call: CallRecord) => string): Notice => ({
  kind: 'refused',
  title: call.text,
  detail: call.message === null ? explain(call) : `${errnoName(-call.ret)}: ${call.message}`,
});
