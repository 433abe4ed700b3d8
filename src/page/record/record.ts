/*
 * Makes a scenario from the user's actions: the steps of the open scenario so far, and the user's commands, each with
 * its answer, so that the recording tests itself.
 */
import {
  errnoName,
  type Command,
  type History,
  type LoggedCommand,
  type Scenario,
  type ScenarioStep,
  type StepView,
} from '../../engine/index.ts';

export interface RecordedStep extends ScenarioStep {
  /** unique within the recording */
  readonly key: string;
}

export interface Recording {
  readonly title: string;
  readonly intro: string;
  readonly steps: readonly RecordedStep[];
}

/** Engine nanoseconds in a millisecond. */
const MS = 1e6;
/** Time after the last step, so that its effects are seen. */
const AFTER_NS = 400 * MS;

/** The errno of a refused call of an event; undefined when none was refused. */
const refusedIn = ({ calls }: Pick<History, 'calls'>, event: number): string | undefined => {
  const refused = calls.findLast((call) => call.event === event && call.ret < 0);
  return refused && errnoName(-refused.ret);
};

/** A command, with the page's view at that time. */
export interface SeenCommand {
  readonly time: number;
  readonly command: Command;
  readonly view?: StepView;
}

const sameCommand = (a: Command, b: Command): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The view at a command; undefined for a command from a link or file. */
const viewFor = (seen: readonly SeenCommand[], { time, command }: LoggedCommand): StepView | undefined =>
  seen.find((one) => one.time === time && sameCommand(one.command, command))?.view;

/**
 * Records a run up to `time`, ns: past steps of its scenario, and commands, in order of time. Commands have no caption
 * yet; the user writes it.
 */
export function record(
  scenario: Scenario,
  commands: readonly LoggedCommand[],
  history: Pick<History, 'calls'>,
  time: number,
  seen: readonly SeenCommand[] = [],
): Recording {
  const told = scenario.steps
    .filter(({ at }) => at <= time)
    .map((step, i): RecordedStep => ({ ...step, key: `told-${i}` }));
  const given = commands
    .filter((one) => one.time <= time)
    .map((one): RecordedStep => {
      const { event, time: at, command } = one;
      const answers = refusedIn(history, event);
      const view = viewFor(seen, one);
      const step = { key: `given-${event}`, at, caption: '', command };
      return { ...step, ...(answers === undefined ? {} : { answers }), ...(view ? { view } : {}) };
    });
  const steps = [...told, ...given].sort((a, b) => a.at - b.at);
  return { title: `${scenario.title}, my way`, intro: scenario.intro, steps };
}

/** Moves a step; the times keep their order. */
export function moveStep(recording: Recording, index: number, by: 1 | -1): Recording {
  const { steps } = recording;
  const other = index + by;
  if (!steps[index] || !steps[other]) return recording;
  const moved = steps.with(index, { ...steps[other], at: steps[index].at });
  return { ...recording, steps: moved.with(other, { ...steps[index], at: steps[other].at }) };
}

/** Changes a step; one with another time is moved to its place in the order. */
export function changeStep(recording: Recording, key: string, change: Partial<ScenarioStep>): Recording {
  const steps = recording.steps.map((step) => (step.key === key ? { ...step, ...change } : step));
  return { ...recording, steps: change.at === undefined ? steps : steps.sort((a, b) => a.at - b.at) };
}

export const dropStep = (recording: Recording, key: string): Recording => ({
  ...recording,
  steps: recording.steps.filter((step) => step.key !== key),
});

/** The recording as a scenario, based on the one with which it began. `texts`: those of the machine. */
export function asScenario(recording: Recording, base: Scenario, texts: Readonly<Record<string, string>>): Scenario {
  const steps = recording.steps.map(({ key: _, ...step }) => step);
  const last = steps.at(-1)?.at ?? 0;
  const words = recording.title
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return {
    ...base,
    id: `mine-${words.slice(0, 60) || 'recorded'}`,
    title: recording.title.trim().slice(0, 120) || 'Recorded',
    intro: recording.intro.slice(0, 400),
    texts: { ...base.texts, ...texts },
    steps,
    openAt: last,
    until: last + AFTER_NS,
    expect: [],
  };
}
