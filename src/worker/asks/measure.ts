import { Lab } from '../../engine/index.ts';
import type { Answerer } from './answerer.ts';

/** Repeats the commands beside the lab, and measures the connections. */
export const measure: Answerer<'measure'> = (desk, lab, { until }, answer) =>
  desk.start(() => {
    const again = new desk.late.Measure(new Lab(desk.parts, lab.scenario, desk.texts), lab.commands, until);
    return {
      name: 'measuring the connections',
      run: (keepGoing) => again.run(keepGoing),
      progress: () => again.progress,
      done: () => answer(again.measured),
    };
  });
