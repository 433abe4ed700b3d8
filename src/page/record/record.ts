/*
 * What a visitor did becomes a scenario: the steps of the one that was open up to there, and the commands that were
 * given, each with the answer that it got, so that the recording is a test of itself.
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
/** After the last step, so that what follows of it is seen. */
const AFTER_NS = 400 * MS;

/** The errno with which a call of an event was refused; undefined where none was. */
const refusedIn = ({ calls }: Pick<History, 'calls'>, event: number): string | undefined => {
  const refused = calls.findLast((call) => call.event === event && call.ret < 0);
  return refused && errnoName(-refused.ret);
};

/** A command, with how the page looked when it was asked for. */
export interface SeenCommand {
  readonly time: number;
  readonly command: Command;
  readonly view?: StepView;
}

const sameCommand = (a: Command, b: Command): boolean => JSON.stringify(a) === JSON.stringify(b);

/** `seen` may lack a command that was taken from elsewhere. */
const viewFor = (seen: readonly SeenCommand[], { time, command }: LoggedCommand): StepView | undefined =>
  seen.find((one) => one.time === time && sameCommand(one.command, command))?.view;

/**
 * A recording of a run up to `time`: steps of its scenario that have happened, then commands, in the order of time. A
 * command without a word gets none: it is written in its place afterwards.
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

/** Another order of what is done: the times stay where they are. */
export function moveStep(recording: Recording, index: number, by: 1 | -1): Recording {
  const { steps } = recording;
  const other = index + by;
  if (!steps[index] || !steps[other]) return recording;
  const moved = steps.with(index, { ...steps[other], at: steps[index].at });
  return { ...recording, steps: moved.with(other, { ...steps[index], at: steps[other].at }) };
}

/** A step at another time takes its place in the order. */
export function changeStep(recording: Recording, key: string, change: Partial<ScenarioStep>): Recording {
  const steps = recording.steps.map((step) => (step.key === key ? { ...step, ...change } : step));
  return { ...recording, steps: change.at === undefined ? steps : steps.sort((a, b) => a.at - b.at) };
}

export const dropStep = (recording: Recording, key: string): Recording => ({
  ...recording,
  steps: recording.steps.filter((step) => step.key !== key),
});

/** The recording as a scenario, on the base of the one that it began with. `texts`: as the machine had them. */
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
