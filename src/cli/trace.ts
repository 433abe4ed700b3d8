/* `lab trace`: runs with a tracepoint, and prints a line each time it is met. */
import { type Break, DEFAULT_KERNEL, Lab, type LineBreak } from '../engine/index.ts';
import { armBreak, armLine, QueryError } from '../engine/late.ts';
import { options, shippedParts, Usage, type Verb } from './cli.ts';
import { scenarioOf } from './scenario.ts';

/** Parses `FILE:LINE` to a place in the loaded text, with a 0-based line. */
function lineOf(given: string): LineBreak {
  const match = /^(.+):(\d+)$/.exec(given);
  if (!match || Number(match[2]) < 1) throw new Usage(`--line takes FILE:LINE, not "${given}"`);
  return { text: match[1], line: Number(match[2]) - 1 };
}

/** Arms one tracepoint: on a line, on part of a system call, or where a condition becomes true. */
function arm(lab: Lab, what: string | undefined, values: Readonly<Record<string, string | undefined>>): void {
  const { line, call, when, print } = values;
  const more = { trace: true, ...(print === undefined ? {} : { print }) };
  const only = when === undefined ? {} : { when };
  const asked = [what, line, call].filter((one) => one !== undefined);
  if (asked.length !== 1) throw new Usage("takes one of 'CONDITION', --line FILE:LINE and --call TEXT");
  try {
    if (line !== undefined) {
      const spec = lineOf(line);
      if (!Object.hasOwn(lab.scenario.texts, spec.text)) {
        throw new Usage(`there is no text ${spec.text}. There are: ${Object.keys(lab.scenario.texts).join(', ')}`);
      }
      lab.arm([], [armLine({ ...spec, ...more, ...only }, lab.machine)]);
      return;
    }
    const on: Break =
      call === undefined ? { on: 'condition', text: what ?? '' } : { on: 'call', text: call, refused: false };
    lab.arm([armBreak({ ...on, ...more, ...only }, lab.machine)], []);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new Usage(error.message);
  }
}

export const traceVerb: Verb = {
  name: 'trace',
  usage:
    "trace SCENARIO 'CONDITION' | --line FILE:LINE | --call TEXT [--when CONDITION] [--print EXPR,...] [--kernel NAME]",
  summary: 'prints a line each time that a condition becomes true, a line of a program runs, or a call is made',
  run(args) {
    const { values, rest } = options(args, ['line', 'call', 'when', 'print', 'kernel']);
    const scenario = scenarioOf(rest[0]);
    if (rest.length > 2) throw new Usage(`takes one condition in quotes, not "${rest[2]}" too`);
    const lab = new Lab(shippedParts(values.kernel ?? scenario.kernel ?? DEFAULT_KERNEL), scenario);
    arm(lab, rest[1], values);
    lab.play(scenario.until);
    const { lines, left } = lab.traced;
    for (const { time, text } of lines) console.log(`${(time / 1e9).toFixed(6)}  ${text}`);
    console.log(`${lines.length + left} hits${left > 0 ? `; the first ${lines.length} are listed` : ''}`);
    return 0;
  },
};
