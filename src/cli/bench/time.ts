/** Benchmarks seeks, branches, differences and watches over a recorded run. */
import { Lab } from '../../engine/index.ts';
import { diffTimes, parseWatch, watchRun } from '../../engine/late.ts';
import { shippedParts, table } from '../cli.ts';
import { parseLink, simScenario } from '../sim.ts';
import { timed } from './measure.ts';

/** Measures, over 60 s with ten flows: going back, another branch, a difference, a watch over all of it. */
export function benchTime(): void {
  const scenario = simScenario({ cc: 'bpf_reno', link: parseLink('10mbit,20ms,50'), flows: 10, seconds: 60, seed: 1 });
  const fresh = (): Lab => new Lab(shippedParts(), scenario);
  const lab = fresh();
  // the first run compiles
  fresh().seek(60e9);
  const once = timed(() => lab.seek(60e9));
  const stepped = fresh();
  const byEvents = timed(() => {
    while (stepped.nextTime <= 60e9 && stepped.stepEvent(1));
  });
  const seeks = [31e9, 7e9, 52e9, 18e9, 44e9].map((time) => timed(() => lab.seek(time)));
  const seek = Math.max(...seeks);
  const diff = timed(() => {
    const search = diffTimes(lab, 20e9, 40e9);
    while (search.next().done !== true);
  });
  const branch = timed(() => {
    lab.seek(30e9);
    lab.command({ do: 'close', socket: 1 });
    lab.seek(31e9);
  });
  const other = fresh();
  const plan = parseWatch('tp->snd_cwnd * tp->srtt_us', other);
  const watch = timed(() => {
    const run = watchRun(plan, other, 60e9);
    while (run.next().done !== true);
  });
  console.log('time as a tool, 60 s with 10 flows, ms');
  const ms = (n: number): string => n.toFixed(0);
  const rows = [
    ['running once', ms(once), ''],
    ['the same, event by event', ms(byEvents), ''],
    ['the longest of five seeks', ms(seek), ''],
    ['a branch in its middle, one second of it', ms(branch), ''],
    ['the difference of two times', ms(diff), ''],
    ['a watch over all of it', ms(watch), `${(watch / once).toFixed(2)} x running once`],
    ['checkpoints held', `${(lab.checkpoints.bytes / 2 ** 20).toFixed(0)} MB`, `${lab.checkpoints.count}`],
  ];
  console.log(`${table(['', 'ms', ''], rows)}\n`);
}
