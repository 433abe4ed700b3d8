/*
 * Moves that search for their place, a row of a table each. They use the session only through its desk; long searches
 * become jobs in slices.
 */
import type { Lab } from '../engine/index.ts';
import type { Answer } from '../engine/late.ts';
import type { ToWorker } from '../protocol/messages.ts';
import type { SearchMessage } from '../protocol/moves.ts';
import type { Desk, Job, LateDesk } from './desk.ts';
import { noMore } from './notices.ts';
import { searching } from './travel.ts';

type MessageOf<T extends SearchMessage['type']> = Extract<SearchMessage, { type: T }>;

/** `late`: needs the engine's late part. */
type Row<T extends SearchMessage['type']> =
  | { readonly late: false; readonly run: (desk: Desk, lab: Lab, m: MessageOf<T>) => void }
  | { readonly late: true; readonly run: (desk: LateDesk, lab: Lab, m: MessageOf<T>) => void };

type Searches = { readonly [T in SearchMessage['type']]: Row<T> };

const tell = ({ notice }: Desk, title: string, detail: string): void => notice({ kind: 'info', title, detail });

/** Title and detail of a notice. */
type Words = readonly [string, string];
const NONE_AFTER: Words = ['No BPF program runs after this point', 'No program runs in the next five seconds.'];
const NONE_BEFORE: Words = ['No BPF program ran before this point', 'This is the first of the run.'];

const SEARCHES: Searches = {
  reverse: {
    late: false,
    run: (desk, lab) => {
      if (lab.hasNoBreaks)
        tell(desk, 'There is nothing to go back to', 'Add a break first, or press F9 on a line of a program.');
      else desk.start(() => backJob(desk, lab));
    },
  },

  'step-event': {
    late: false,
    run: (desk, lab, { direction }) => desk.start(() => searching('stepping', lab.steppingEvent(direction), () => {})),
  },

  'step-state': {
    late: false,
    run: (desk, lab, { direction }) =>
      desk.start(() =>
        searching('stepping', lab.steppingState(direction), (found) => {
          if (!found) desk.notice(noMore('No map changes', lab, direction));
        }),
      ),
  },

  'step-call': {
    late: false,
    run: (desk, lab, { direction }) =>
      desk.start(() =>
        searching('stepping', lab.steppingCall(direction), (found) => {
          if (!found) desk.notice(noMore('No system call', lab, direction));
        }),
      ),
  },

  'step-instruction': {
    late: false,
    run: (desk, lab, { direction }) =>
      lookAhead(desk, lab, () => lab.steppingInstruction(direction), direction > 0 ? NONE_AFTER : NONE_BEFORE),
  },

  'step-over': {
    late: false,
    run: (desk, lab) => lookAhead(desk, lab, () => lab.steppingOver(), NONE_AFTER),
  },

  'step-out': {
    late: false,
    run: (desk, lab) => desk.stop(() => lab.stepOut()),
  },

  'run-to': {
    late: false,
    run: (desk, lab, place) =>
      lookAhead(desk, lab, () => lab.runningTo(place), [
        `Line ${place.line + 1} was not reached`,
        'It does not run in the next five seconds.',
      ]),
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

/** Searches for an instruction; the lab does not move when there is none. */
function lookAhead(desk: Desk, lab: Lab, search: () => Generator<void, boolean>, without: Words): void {
  desk.start(() =>
    searching('looking for an instruction', orReturn(lab, search()), (found) => {
      if (!found) tell(desk, ...without);
    }),
  );
}

/** Goes back to the present place after a search without result. */
function* orReturn<T>(lab: Lab, search: Generator<void, T>): Generator<void, T> {
  const { position, time } = lab;
  const found = yield* search;
  if (!found) yield* lab.returning(position, time);
  return found;
}

/** Searches back for a break; the lab does not move when there is none. */
const backJob = (desk: Desk, lab: Lab): Job =>
  searching('looking back for a break', lab.back(), (found) => {
    if (!found) tell(desk, 'No break was met before this point', 'This is the first of the run.');
  });

const NEVER = 'It never had this value before';

/** Runs a search and reports the answer; the lab does not move when there is none. */
const lookBack = (desk: Desk, lab: Lab, search: Generator<void, Answer | null>, without: string): Job =>
  searching('looking back', orReturn(lab, search), (answer) => {
    if (answer) tell(desk, answer.title, answer.detail);
    else tell(desk, without, 'Searched from here back to the start of the run.');
  });

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
