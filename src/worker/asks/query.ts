import { Lab, type LoggedCommand } from '../../engine/index.ts';
import type { OtherBranch, QueryReply } from '../../protocol/asks/query.ts';
import type { Late } from '../desk.ts';
import { doAgain } from '../do-again.ts';
import { commandsToRegister } from '../register-new.ts';
import type { Answerer } from './answerer.ts';

/** Repeats the run beside the page's, as a job in slices. */
export const query: Answerer<'query'> = (desk, lab, { text, until, other }, answer) => {
  const again = (): Lab => {
    const made = new Lab(desk.parts, lab.scenario, desk.texts);
    made.follow(lab.commands);
    return made;
  };
  try {
    const bare = (texts: Readonly<Record<string, string>>): Lab => new Lab(desk.parts, lab.scenario, texts);
    const search = other
      ? branches(desk.late, again(), bare(other.texts), other, until)
      : begin(desk.late, lab, again, text, until);
    let done: QueryReply | null = null;
    let progress = 0;
    desk.start(() => ({
      name: 'asking the run',
      run: (keepGoing) => {
        while (done === null && keepGoing()) {
          const step = search.next();
          if (step.done === true) done = step.value;
          else progress = step.value;
        }
        return done !== null;
      },
      progress: () => progress,
      done: () => void (done && answer(done)),
    }));
  } catch (error) {
    if (!(error instanceof desk.late.QueryError)) throw error;
    answer({ kind: 'wrong', at: error.at, problem: error.problem, expected: error.expected });
  }
};

const DIFF = /^\s*diff\s+([\d.]+)\s*(ms|s)?\s+([\d.]+)\s*(ms|s)?\s*$/;
const ns = (text: string, unit = 's'): number => Math.round(Number(text) * (unit === 'ms' ? 1e6 : 1e9));

function begin(late: Late, lab: Lab, again: () => Lab, text: string, until: number): Generator<number, QueryReply> {
  const watch = /^\s*watch\s+/.exec(text);
  if (watch) {
    const fresh = again();
    const blank = ' '.repeat(watch[0].length);
    return watched(late, late.parseWatch(blank + text.slice(blank.length), fresh), fresh, until);
  }
  const diff = DIFF.exec(text);
  if (diff) {
    const [, from = '', fromUnit, to = '', toUnit] = diff;
    return difference(late, again(), ns(from, fromUnit), ns(to, toUnit));
  }
  if (/^\s*diff\b/.test(text)) throw new late.QueryError(0, 'diff needs two times', 'diff 0.5s 1.2s');
  return answered(late, late.parseQuery(text), lab, again, until);
}

function* answered(
  late: Late,
  plan: ReturnType<Late['parseQuery']>,
  lab: Lab,
  again: () => Lab,
  until: number,
): Generator<number, QueryReply> {
  return { kind: 'answer', answer: yield* late.runQuery(plan, lab, again, until) };
}

function* watched(
  late: Late,
  plan: ReturnType<Late['parseWatch']>,
  lab: Lab,
  until: number,
): Generator<number, QueryReply> {
  return { kind: 'watch', watch: yield* late.watchRun(plan, lab, until) };
}

function* difference(late: Late, lab: Lab, a: number, b: number): Generator<number, QueryReply> {
  // run to the later time first, in slices
  while (!lab.advance(Math.max(a, b), () => false)) yield lab.time / Math.max(a, b);
  return { kind: 'diff', diff: yield* late.diffTimes(lab, a, b) };
}

/** Time up to which two logs of commands are equal, ns. */
function sharedUntil(a: readonly LoggedCommand[], b: readonly LoggedCommand[]): number {
  const same = (i: number): boolean =>
    a[i]?.event === b[i]?.event && JSON.stringify(a[i]?.command) === JSON.stringify(b[i]?.command);
  let i = 0;
  while (i < a.length && i < b.length && same(i)) i++;
  return Math.min(a[i]?.time ?? Number.POSITIVE_INFINITY, b[i]?.time ?? Number.POSITIVE_INFINITY);
}

/** Compares the same time on two branches. */
function* branches(
  late: Late,
  mine: Lab,
  theirs: Lab,
  other: OtherBranch,
  until: number,
): Generator<number, QueryReply> {
  if (other.unverified) theirs.command({ do: 'verifier', to: 'skip' });
  const begun = doAgain(theirs, other.begin, () => {});
  while (!begun.run(() => false)) yield (begun.progress() ?? 0) / 2;
  for (const act of other.acts) {
    if (act.time > until) break;
    while (!theirs.advance(act.time, () => false)) yield theirs.time / until / 2;
    const commands = 'command' in act ? [act.command] : commandsToRegister(theirs, act.name, act.text);
    for (const command of commands) theirs.command(command);
  }
  while (!theirs.advance(until, () => false)) yield theirs.time / until / 2;
  while (!mine.advance(until, () => false)) yield 0.5 + mine.time / until / 2;
  // different texts make different machines from the beginning
  const isOne = JSON.stringify(mine.machine.texts) === JSON.stringify(theirs.machine.texts);
  const since = isOne ? Math.min(until, sharedUntil(theirs.commands, mine.commands)) : 0;
  return { kind: 'diff', diff: yield* late.diffLabs(theirs, mine, since) };
}
