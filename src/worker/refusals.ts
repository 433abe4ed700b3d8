/* Notices about refused calls of a command. */
import { type CallRecord, errnoName, type History } from '../engine/index.ts';
import type { Notice } from '../protocol/messages.ts';

/** The first refused call after an event, as a notice; null when none was. `explain` names the check that answered. */
export function refusalAfter(
  { calls, messages }: History,
  after: number,
  explain: (call: CallRecord) => string,
): Notice | null {
  const refused = calls.find((call) => call.event > after && call.ret < 0);
  const said = messages.filter(({ event }) => event > after);
  const answer = said.find(({ source }) => source === 'call');
  // the result of a member is no refusal, even if it is negative
  if (answer && answer.level !== 'error') return null;
  if (answer && refused?.trace.length === 0) return { kind: 'refused', title: refused.text, detail: answer.text };
  if (refused) {
    // libbpf prints the verifier's log
    const log = said.some(({ source, level }) => source === 'libbpf' && level !== 'debug');
    return { ...refusal(refused, explain), ...(log ? { log } : {}) };
  }
  // user space gave up before calling the kernel
  const warned = said.find(({ level }) => level === 'warn' || level === 'error');
  if (!warned) return null;
  const title = `${warned.source}: ${warned.text}`;
  return { kind: 'error', title, detail: 'The tab Processes has the whole log.', log: true };
}

/** The first program that the kernel refused, as a notice; later refusals only follow from it. */
export function refusedProgram({ calls }: History, explain: (call: CallRecord) => string): Notice | null {
  const refused = calls.find(({ ret, name }) => ret < 0 && name === 'BPF_PROG_LOAD');
  return refused ? refusal(refused, explain) : null;
}

/** A refusal as a notice: errno, then the kernel's message. */
const refusal = (call: CallRecord, explain: (call: CallRecord) => string): Notice => ({
  kind: 'refused',
  title: call.text,
  detail: call.message === null ? explain(call) : `${errnoName(-call.ret)}: ${call.message}`,
});
