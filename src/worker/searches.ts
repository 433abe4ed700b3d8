/*
 * Moves that search for their place, a row of a table each. They use the session only through its desk; long searches
 * become jobs in slices.
 */
import type { Lab } from '../engine/index.ts';
import type { Answer } from '../engine/late.ts';
import type { ToWorker } from '../protocol/messages.ts';
import type { SearchMessage } from '../protocol/moves.ts';
import type { Desk, Job, LateDesk } from './desk.ts';

type MessageOf<T extends SearchMessage['type']> = Extract<SearchMessage, { type: T }>;

/** `late`: needs the engine's late part. */
type Row<T extends SearchMessage['type']> =
  | { readonly late: false; readonly run: (desk: Desk, lab: Lab, m: MessageOf<T>) => void }
  | { readonly late: true; readonly run: (desk: LateDesk, lab: Lab, m: MessageOf<T>) => void };

type Searches = { readonly [T in SearchMessage['type']]: Row<T> };

const tell = ({ notice }: Desk, title: string, detail: string): void => notice({ kind: 'info', title, detail });
const AHEAD = 'No program runs in the next five seconds.';

const SEARCHES: Searches = {
  reverse: {
    late: false,
    run: (desk, lab) => {
      if (lab.hasNoBreaks)
        tell(desk, 'There is nothing to go back to', 'Add a break first, or press F9 on a line of a program.');
      else desk.start(() => backJob(desk, lab));
    },
  },

  'step-instruction': {
    late: false,
    run: (desk, lab, { direction }) =>
      desk.stop(() => {
        if (lab.stepInstruction(direction)) return;
        if (direction > 0) tell(desk, 'No BPF program runs after this point', AHEAD);
        else tell(desk, 'No BPF program ran before this point', 'This is the first of the run.');
      }),
  },

  'step-over': {
    late: false,
    run: (desk, lab) =>
      desk.stop(() => {
        if (!lab.stepOver()) tell(desk, 'No BPF program runs after this point', AHEAD);
      }),
  },

  'step-out': {
    late: false,
    run: (desk, lab) => desk.stop(() => lab.stepOut()),
  },

  'run-to': {
    late: false,
    run: (desk, lab, place) =>
      desk.stop(() => {
        if (!lab.runTo(place)) tell(desk, `Line ${place.line + 1} was not reached`, AHEAD);
      }),
  },

  'who-wrote-register': {
    late: true,
    run: (desk, lab, { register }) =>
      desk.stop(() => {
        if (desk.late.whoWroteRegister(lab.searched, register)) return;
        tell(desk, `Nothing in this call wrote r${register}`, 'Its value is that at the start of the call.');
      }),
  },

  // goes back to the last change of some bytes, or to where they last became a value
  'who-wrote': {
    late: true,
    run: (desk, lab, { window, value }) =>
      desk.start(() =>
        lookBack(
          desk,
          lab,
          desk.late.whoWrote(lab.searched, window, value),
          value ? NEVER : 'Nothing has written this since the start',
        ),
      ),
  },

  'when-register': {
    late: true,
    run: (desk, lab, { register, value }) =>
      desk.start(() => lookBack(desk, lab, desk.late.whenRegister(lab.searched, register, value), NEVER)),
  },
};

/** Searches in slices until the search ends; gives its answer. */
function searching<T>(name: string, search: Generator<void, T>, answered: (answer: T | null) => void): Job {
  let answer: T | null = null;
  return {
    name,
    run: (keepGoing) => {
      while (keepGoing()) {
        const step = search.next();
        if (step.done !== true) continue;
        answer = step.value;
        return true;
      }
      return false;
    },
    progress: () => null,
    done: () => answered(answer),
  };
}

/** Searches back for a break; the lab does not move when there is none. */
const backJob = (desk: Desk, lab: Lab): Job =>
  searching('looking back for a break', lab.back(), (found) => {
    if (!found) tell(desk, 'No break was met before this point', 'This is the first of the run.');
  });

const NEVER = 'It never had this value before';

/** Runs a search and reports the answer; the lab does not move when there is none. */
function lookBack(desk: Desk, lab: Lab, search: Generator<void, Answer | null>, without: string): Job {
  const here = lab.position;
  return searching('looking back', search, (answer) => {
    if (answer) return tell(desk, answer.title, answer.detail);
    lab.goto(here);
    return tell(desk, without, 'Searched from here back to the start of the run.');
  });
}

export const isSearch = (message: ToWorker): message is SearchMessage => Object.hasOwn(SEARCHES, message.type);

/** Runs a search; `withLate` calls back with the late desk once that part of the engine is loaded. */
export function search<T extends SearchMessage['type']>(
  desk: Desk,
  withLate: (act: (desk: LateDesk) => void) => void,
  lab: Lab,
  message: MessageOf<T>,
): void {
  const row: Row<T> = SEARCHES[message.type];
  if (row.late) withLate((late) => row.run(late, lab, message));
  else row.run(desk, lab, message);
}
