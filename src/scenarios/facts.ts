import type { ExpectedFact, Lab } from '../engine/index.ts';

export interface BrokenFact {
  readonly fact: ExpectedFact;
  readonly found: string;
}

/** Runs a lab through its scenario's expected facts; returns those that fail. */
export function checkFacts(lab: Lab): BrokenFact[] {
  const broken: BrokenFact[] = [];
  for (const fact of [...lab.scenario.expect].sort((a, b) => a.at - b.at)) {
    lab.seek(fact.at);
    const found = [...mapFacts(lab, fact), ...callFacts(lab, fact), ...saidFacts(lab, fact)];
    if (found.length > 0) broken.push({ fact, found: found.join(' ') });
  }
  return broken;
}

function mapFacts(lab: Lab, fact: ExpectedFact): string[] {
  if (fact.map === undefined) return [];
  const map = lab.cold().maps.find(({ letter }) => letter === fact.map);
  if (!map) return ['no such map'];
  const found: string[] = [];
  if (fact.state !== undefined && map.state !== fact.state) found.push(map.state);
  if (fact.refs !== undefined && map.refcnt !== fact.refs) found.push(`${map.refcnt} references`);
  return found;
}

function callFacts(lab: Lab, fact: ExpectedFact): string[] {
  if (fact.errno === undefined && fact.step === undefined) return [];
  const last = lab.history.calls.findLast(({ n }) => n <= lab.cold().lastCall);
  if (!last) return ['no call'];
  const answered = last.trace.at(-1)?.step;
  const found: string[] = [];
  if (fact.errno !== undefined && lab.machine.answerOf(last) !== fact.errno) found.push(lab.machine.answerOf(last));
  if (fact.step !== undefined && answered !== fact.step) found.push(`step ${answered}`);
  return found;
}

function saidFacts(lab: Lab, { said }: ExpectedFact): string[] {
  if (said === undefined) return [];
  const last = lab.history.messages.findLast(({ event, level }) => event <= lab.position.event && level !== 'debug');
  return last?.text.includes(said) ? [] : [last?.text ?? 'no message'];
}
