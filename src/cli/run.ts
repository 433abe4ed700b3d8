import { DEFAULT_KERNEL, formatReturn, Lab, type Scenario } from '../engine/index.ts';
import { ALL_SCENARIOS as SCENARIOS } from '../scenarios/all.ts';
import { checkFacts } from '../scenarios/facts.ts';
import { options, shippedParts, Usage, type Verb, withSamples } from './cli.ts';

const seconds = (ns: number): string => (ns / 1e9).toFixed(6);

/** Lists captions, system calls and transitions in order of time. */
function story(lab: Lab): string[] {
  const { calls, transitions, captions, messages, notes, refs } = lab.history;
  const lines = [
    ...captions.map((c) => ({ event: c.event, rank: 0, time: c.time, text: `-- ${c.text}` })),
    ...calls.map((c) => ({
      event: c.event,
      rank: 1,
      time: c.time,
      text: `${c.process}: ${c.text} = ${formatReturn(c.ret)}`,
    })),
    ...refs.map((r) => ({
      event: r.event,
      rank: 2,
      time: r.time,
      text: `map ${r.map}: ${r.who} ${r.gained ? 'takes' : 'drops'} a reference, ${r.refcnt} now`,
    })),
    ...transitions.map((t) => ({
      event: t.event,
      rank: 3,
      time: t.time,
      text: `map ${t.map}: ${t.from ?? '(none)'} -> ${t.to}`,
    })),
    ...messages
      .filter(({ level }) => level !== 'debug')
      .map((m) => ({
        event: m.event,
        rank: 5,
        time: m.time,
        text: `${m.process ?? 'kernel'}: ${m.source}: ${m.text}`,
      })),
    ...notes.map((n) => ({ event: n.event, rank: 4, time: n.time, text: `!! ${n.title}: ${n.detail}` })),
  ];
  return lines
    .sort((a, b) => a.event - b.event || a.rank - b.rank)
    .map(({ time, text }) => `${seconds(time)}  ${text}`);
}

function runScenario(scenario: Scenario, kernel: string): number {
  const own = kernel === (scenario.kernel ?? DEFAULT_KERNEL);
  const lab = new Lab(shippedParts(kernel), scenario);
  // the expected facts hold only for the scenario's own kernel
  const failed = own ? checkFacts(lab) : [];
  lab.seek(scenario.until);
  for (const line of story(lab)) console.log(line);
  for (const { fact, found } of failed) {
    const expected = [fact.state, fact.refs, fact.errno, fact.step, fact.said].filter((x) => x !== undefined).join(' ');
    console.log(`MISMATCH at ${seconds(fact.at)} (${fact.text}): expected ${expected}, found ${found}`);
  }
  if (own) console.log(`${scenario.expect.length - failed.length} facts hold, ${failed.length} do not`);
  return failed.length === 0 ? 0 : 1;
}

export const runVerb: Verb = {
  name: 'run',
  usage: 'run SCENARIO [--kernel NAME]',
  summary: 'runs a scenario and checks its facts',
  run(args) {
    const { values, rest } = options(args, ['kernel']);
    const [id, ...more] = rest;
    if (more.length > 0) throw new Usage(`takes one scenario, not "${more[0]}" too`);
    const scenario = SCENARIOS.find((s) => s.id === id);
    if (!scenario) {
      const known = SCENARIOS.map((s) => s.id).join(', ');
      throw new Usage(id === undefined ? `which one? ${known}` : `no scenario "${id}". There are: ${known}`);
    }
    return runScenario(withSamples(scenario), values.kernel ?? scenario.kernel ?? DEFAULT_KERNEL);
  },
};
