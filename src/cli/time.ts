/* `lab watch` and `lab diff`: a watched expression over a whole run, and the difference of two of its times. */
import { DEFAULT_KERNEL, Lab, subjectWords, valueWords } from '../engine/index.ts';
import { diffTimes, parseWatch, QueryError, watchRun } from '../engine/late.ts';
import { number, options, runTo, shippedParts, table, Usage, type Verb } from './cli.ts';
import { scenarioOf } from './scenario.ts';

/** widest cell of the difference table, in characters */
const MOST_COLUMNS = 44;

const BARS = ' ▁▂▃▄▅▆▇█';
const WIDTH = 60;

/** Draws values over time, a character for each part of the run. */
function sparkline(time: readonly number[], value: readonly number[], until: number, max: number): string {
  let at = 0;
  return Array.from({ length: WIDTH }, (_, i) => {
    const now = (until * (i + 1)) / WIDTH;
    while (at + 1 < time.length && time[at + 1] <= now) at++;
    const level = time.length === 0 || time[0] > now || max <= 0 ? 0 : Math.ceil((value[at] / max) * (BARS.length - 1));
    return BARS[Math.max(0, Math.min(level, BARS.length - 1))];
  }).join('');
}

export const watchVerb: Verb = {
  name: 'watch',
  usage: "watch SCENARIO 'EXPRESSION' [--kernel NAME]",
  summary: 'evaluates an expression over fields of tcp_sock after each event of a run, for each socket',
  run(args) {
    const { values, rest } = options(args, ['kernel']);
    const scenario = scenarioOf(rest[0]);
    const [, text, ...more] = rest;
    if (text === undefined || more.length > 0)
      throw new Usage("which expression? One argument in quotes, as 'tp->snd_cwnd * tp->srtt_us'");
    const lab = new Lab(shippedParts(values.kernel ?? scenario.kernel ?? DEFAULT_KERNEL), scenario);
    try {
      const plan = parseWatch(text, lab);
      const run = watchRun(plan, lab, scenario.until);
      let step = run.next();
      while (step.done !== true) step = run.next();
      const { lanes, until } = step.value;
      const most = Math.max(...lanes.map(({ max }) => max));
      const rows = lanes.map(({ socket, time, value, min, max, mean, changes }) => [
        socket,
        sparkline(time, value, until, most),
        min,
        max,
        mean.toFixed(1),
        changes,
      ]);
      console.log(table(['socket', text, 'min', 'max', 'mean', 'changes'], rows));
      return 0;
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      throw new Usage(error.message);
    }
  },
};

export const diffVerb: Verb = {
  name: 'diff',
  usage: 'diff SCENARIO SECONDS SECONDS',
  summary: 'what differs between two times of a run, and the event that changed it last',
  run(args) {
    const { rest } = options(args, []);
    const scenario = scenarioOf(rest[0]);
    if (rest.length !== 3) throw new Usage('takes two times, in seconds');
    const [a, b] = rest.slice(1).map((text) => Math.round(number(text, 0, 'a time', 0, 3600, false) * 1e9));
    const lab = new Lab(shippedParts(scenario.kernel ?? DEFAULT_KERNEL), scenario);
    runTo(lab, Math.max(a, b));
    const search = diffTimes(lab, a, b);
    let step = search.next();
    while (step.done !== true) step = search.next();
    const { rows, left } = step.value;
    const cut = (text: string): string => (text.length > MOST_COLUMNS ? `${text.slice(0, MOST_COLUMNS - 1)}…` : text);
    const shown = rows.map(({ subject, aspect, what, before, after, by }) =>
      [
        aspect,
        subjectWords(subject),
        what,
        valueWords(before),
        valueWords(after),
        by ? `#${by.event} ${by.words}` : '',
      ].map(cut),
    );
    if (shown.length === 0) console.log('nothing differs');
    else console.log(table(['', 'of', 'what', 'before', 'after', 'changed last by'], shown));
    if (left > 0) console.log(`${left} rows more are not listed`);
    return 0;
  },
};
