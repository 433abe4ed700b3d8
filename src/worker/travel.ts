/* Jobs that move a lab in time. */
import type { Lab } from '../engine/index.ts';
import type { Job } from './desk.ts';

/** Name of the job of a seek, which a newer seek replaces. */
export const SEEKING = 'seeking';

/** Runs to the scenario's end, so that the timeline shows what happens without further commands. */
export function runAhead(lab: Lab, done: () => void): Job {
  const until = Math.max(lab.scenario.until, lab.history.until, lab.time);
  return {
    name: 'running ahead',
    run: (keepGoing) => lab.advance(until, keepGoing),
    progress: () => lab.time / until,
    done,
  };
}

/** Goes to a time, ns; `event`: to just after this one of the events at that time. */
export function seekTo(lab: Lab, time: number, event: number | undefined, done: () => void): Job {
  lab.approach(time);
  const from = lab.time;
  return {
    name: SEEKING,
    run: (keepGoing) => lab.advance(time, keepGoing),
    progress: () => (time > from ? (lab.time - from) / (time - from) : 1),
    done: () => {
      if (event !== undefined && lab.position.event > event) lab.seekEvent(event);
      done();
    },
  };
}

/** Work that yields between its steps as a job; `answered` gets its answer. */
export function searching<T>(name: string, search: Generator<void, T>, answered: (answer: T) => void): Job {
  let end: () => void = () => {};
  return {
    name,
    run: (keepGoing) => {
      do {
        const step = search.next();
        if (step.done !== true) continue;
        end = () => answered(step.value);
        return true;
      } while (keepGoing());
      return false;
    },
    progress: () => null,
    done: () => end(),
  };
}

/** Returns to an event of the past. */
export const backTo = (lab: Lab, event: number, done: () => void): Job =>
  searching('coming back', lab.seekingEvent(event), done);
