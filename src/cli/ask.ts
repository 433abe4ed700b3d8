/* `lab ask SCENARIO 'QUERY'`: a question over the whole run of a scenario. */
import { parseArgs } from 'node:util';
import { answerText, DEFAULT_KERNEL, Lab } from '../engine/index.ts';
import { parseQuery, QueryError, runQuery } from '../engine/late.ts';
import { shippedParts, Usage, type Verb } from './cli.ts';
import { scenarioOf } from './scenario.ts';

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { json: { type: 'boolean' }, kernel: { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

export const askVerb: Verb = {
  name: 'ask',
  usage: "ask SCENARIO 'QUERY' [--json] [--kernel NAME]",
  summary:
    'answers a question about a run: who took, who wrote, when was, how often, longest; or in the syntax of bpftrace',
  run(args) {
    const { values, positionals } = parse(args);
    const [id, query, ...more] = positionals;
    const scenario = scenarioOf(id);
    if (query === undefined) throw new Usage("which question? For example: 'who took of map A'");
    if (more.length > 0) throw new Usage(`the query is one argument in quotes; "${more[0]}" is outside them`);
    try {
      const plan = parseQuery(query);
      const parts = shippedParts(values.kernel ?? scenario.kernel ?? DEFAULT_KERNEL);
      const lab = new Lab(parts, scenario);
      lab.seek(scenario.until);
      const search = runQuery(plan, lab, () => new Lab(parts, scenario), scenario.until);
      let step = search.next();
      while (step.done !== true) step = search.next();
      console.log(values.json ? JSON.stringify(step.value) : answerText(step.value));
      return 0;
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      console.error(`${query}\n${' '.repeat(error.at)}^ ${error.problem}\nexpected: ${error.expected}`);
      return 2;
    }
  },
};
