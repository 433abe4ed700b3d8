/*
 * Moves that look for their place: each is a row of a table. They reach the session only through its desk, and what
 * takes long becomes a job of slices.
 */
import type { Lab } from '../engine/index.ts';
import type { ToWorker } from '../protocol/messages.ts';
import type { SearchMessage } from '../protocol/moves.ts';
import type { Desk, Job } from './desk.ts';

type Searches = {
  readonly [T in SearchMessage['type']]: {
    /** needs the engine's late part */
    readonly late: boolean;
    readonly run: (desk: Desk, lab: Lab, m: Extract<SearchMessage, { type: T }>) => void;
  };
};

const tell = ({ notice }: Desk, title: string, detail: string): void => notice({ kind: 'info', title, detail });
const AHEAD = 'No program does so in the next five seconds.';

const SEARCHES: Searches = {
  reverse: {
    late: true,
    run: (desk, lab) =>
      desk.stop(() => {
        if (lab.reverse()) return;
        if (lab.hasBreaks) tell(desk, 'None of the breaks was met before this point', 'This is the first of the run.');
        else tell(desk, 'There is nothing to go back to', 'Add a break first: on an edge, a count, a system call.');
      }),
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
        if (lab.whoWroteRegister(register)) return;
        tell(desk, `Nothing in this call wrote r${register}`, 'It is what it was when the program was called.');
      }),
  },

  // back to what changed bytes last, or to when they last became a value: the answer is where the lab then stands
  'who-wrote': {
    late: true,
    run: (desk, lab, { window, value }) =>
      desk.start(() =>
        lookBack(desk, lab, lab.lastChange(window, value), value ? NEVER : 'Nothing has written this since the start'),
      ),
  },

  'when-register': {
    late: true,
    run: (desk, lab, { register, value }) =>
      desk.start(() => lookBack(desk, lab, lab.lastHeld(register, value), NEVER)),
  },
};

const NEVER = 'It was never this value before';

/** A search, and its answer in words; without one the lab stands where it stood. */
function lookBack(desk: Desk, lab: Lab, search: Generator<void, void>, without: string): Job {
  const here = lab.position;
  return {
    name: 'looking back',
    run: (keepGoing) => {
      while (keepGoing()) if (search.next().done) return true;
      return false;
    },
    progress: () => null,
    done: () => {
      const { answer } = lab;
      if (answer) return tell(desk, answer.title, answer.detail);
      lab.goto(here);
      return tell(desk, without, 'Looked back from here to the start of the run.');
    },
  };
}

export const isSearch = (message: ToWorker): message is SearchMessage => Object.hasOwn(SEARCHES, message.type);

export const searchNeedsLate = ({ type }: SearchMessage): boolean => SEARCHES[type].late;

export function search<T extends SearchMessage['type']>(
  desk: Desk,
  lab: Lab,
  message: Extract<SearchMessage, { type: T }>,
): void {
  SEARCHES[message.type].run(desk, lab, message);
}
