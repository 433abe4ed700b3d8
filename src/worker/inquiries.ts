/*
 * Questions to a lab, and moves that answer one: each is a row of a table. They reach the session only through its desk,
 * and what takes long becomes a job of slices.
 */
import { type Again, Lab, lateTools, type MachineParts, openMachineParts } from '../engine/index.ts';
import type { FromWorker, Notice, ToWorker } from '../protocol/messages.ts';

export type KeepGoing = () => boolean;

/** Long work, done a slice at a time. */
export interface Job {
  readonly name: string;
  /** true when it is done */
  readonly run: (keepGoing: KeepGoing) => boolean;
  readonly progress: () => number | null;
  readonly done: () => void;
}

/** What a session lets inquiries do. */
export interface Desk {
  readonly parts: MachineParts;
  readonly texts: Readonly<Record<string, string>>;
  readonly post: (message: FromWorker) => void;
  readonly notice: (notice: Notice) => void;
  /** once running work is done */
  readonly whenIdle: (act: () => void) => void;
  /** pauses, then does something once running work is done, then shows where that led */
  readonly stop: (act: () => void) => void;
  /** once running work is done; whatever it ends with is shown */
  readonly start: (job: () => Job) => void;
}

type Inquiry = Extract<
  ToWorker,
  {
    type:
      | 'reverse'
      | 'compare'
      | 'heat'
      | 'who-wrote'
      | 'who-wrote-register'
      | 'when-register'
      | 'step-instruction'
      | 'step-over'
      | 'step-out'
      | 'run-to'
      | 'program'
      | 'map';
  }
>;

type Handlers = { readonly [T in Inquiry['type']]: (desk: Desk, lab: Lab, m: Extract<Inquiry, { type: T }>) => void };

const tell = ({ notice }: Desk, title: string, detail: string): void => notice({ kind: 'info', title, detail });
const AHEAD = 'No program does so in the next five seconds.';

const HANDLERS: Handlers = {
  reverse: (desk, lab) =>
    desk.stop(() => {
      if (lab.reverse()) return;
      if (lab.hasBreaks) tell(desk, 'None of the breaks was met before this point', 'This is the first of the run.');
      else tell(desk, 'There is nothing to go back to', 'Add a break first: on an edge, a count, a system call.');
    }),

  'step-instruction': (desk, lab, { direction }) =>
    desk.stop(() => {
      if (lab.stepInstruction(direction)) return;
      if (direction > 0) tell(desk, 'No BPF program runs after this point', AHEAD);
      else tell(desk, 'No BPF program ran before this point', 'This is the first of the run.');
    }),

  'step-over': (desk, lab) =>
    desk.stop(() => {
      if (!lab.stepOver()) tell(desk, 'No BPF program runs after this point', AHEAD);
    }),

  'step-out': (desk, lab) => desk.stop(() => lab.stepOut()),

  'run-to': (desk, lab, place) =>
    desk.stop(() => {
      if (!lab.runTo(place)) tell(desk, `Line ${place.line + 1} was not reached`, AHEAD);
    }),

  'who-wrote-register': (desk, lab, { register }) =>
    desk.stop(() => {
      if (lab.whoWroteRegister(register)) return;
      tell(desk, `Nothing in this call wrote r${register}`, 'It is what it was when the program was called.');
    }),

  program: ({ post }, lab, { id }) => {
    const text = lab.machine.programText(id);
    if (text) post({ type: 'program', id, text });
  },

  map: ({ post, whenIdle }, { machine }, { id }) =>
    whenIdle(() => {
      post({
        type: 'map',
        id,
        contents: { elements: machine.mapElements(id, MOST_ELEMENTS), tags: machine.creatorTags(id) },
      });
    }),

  // back to what changed bytes last, or to when they last became a value: the answer is where the lab then stands
  'who-wrote': (desk, lab, { window, value }) =>
    desk.start(() =>
      lookBack(desk, lab, lab.lastChange(window, value), value ? NEVER : 'Nothing has written this since the start'),
    ),

  'when-register': (desk, lab, { register, value }) =>
    desk.start(() => lookBack(desk, lab, lab.lastHeld(register, value), NEVER)),

  // the same texts and commands on another kernel; the lab on the page stays where it is
  compare: (desk, lab, { kernel, of, btf, ids }) =>
    desk.start(() => {
      const parts = openMachineParts(kernel, new Uint8Array(btf), new Uint32Array(ids));
      if (!parts.ok) {
        desk.notice({ kind: 'error', title: `${kernel} could not be started`, detail: parts.error.message });
        return NOTHING;
      }
      const other = new Lab(parts.value, lab.scenario, desk.texts);
      return runAgain(
        `running on ${kernel}`,
        new (lateTools().Again)(other, lab.commands, Math.max(lab.scenario.until, lab.history.until)),
        () => {
          const { calls, transitions } = other.history;
          desk.post({ type: 'compared', kernel, of, calls, transitions });
        },
      );
    }),

  // how often each instruction ran up to the cursor: the same run once more, interpreted
  heat: (desk, lab) =>
    desk.start(() => {
      const { Again, countInstructions } = lateTools();
      const again = new Again(new Lab(desk.parts, lab.scenario, desk.texts), lab.commands, lab.time);
      const counted = countInstructions(again.lab.machine);
      const { time } = lab;
      return runAgain('counting instructions', again, () => desk.post({ type: 'heat', time, heat: counted() }));
    }),
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

/** No view shows more of a map at once. */
const MOST_ELEMENTS = 64;

const NOTHING: Job = { name: 'nothing', run: () => true, progress: () => null, done: () => {} };

const runAgain = (name: string, again: Again, done: () => void): Job => ({
  name,
  run: (keepGoing) => again.run(keepGoing),
  progress: () => again.progress,
  done,
});

/** Inquiries for which the engine needs its other part. */
const NEEDS_LATE_TOOLS: ReadonlySet<ToWorker['type']> = new Set([
  'reverse',
  'program',
  'map',
  'heat',
  'compare',
  'who-wrote',
  'who-wrote-register',
  'when-register',
]);

export const needsLateTools = ({ type }: ToWorker): boolean => NEEDS_LATE_TOOLS.has(type);

export const isInquiry = (message: ToWorker): message is Inquiry => message.type in HANDLERS;

export function inquire<T extends Inquiry['type']>(desk: Desk, lab: Lab, message: Extract<Inquiry, { type: T }>): void {
  HANDLERS[message.type](desk, lab, message);
}
