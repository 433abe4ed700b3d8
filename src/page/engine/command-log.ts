/*
 * The actions on the lab since it was opened: enough to bring a new worker to the same state, since the engine is a
 * function of scenario, texts and commands.
 */
import type { Scenario, StepView } from '../../engine/index.ts';
import type { Begin, ToWorker } from '../../protocol/messages.ts';

export type Act = Extract<ToWorker, { type: 'command' | 'register-new' }>;

interface LoggedAct {
  /** engine time of the action, ns */
  readonly time: number;
  /** events before it */
  readonly event: number;
  readonly act: Act;
  /** view of the page at the action */
  readonly view?: StepView;
}

export interface CommandLog {
  readonly scenario: Scenario;
  readonly kernel: string;
  readonly texts: Readonly<Record<string, string>>;
  /** programs are loaded without being verified */
  readonly unverified: boolean;
  readonly acts: readonly LoggedAct[];
  /** commands with which it began, if it was opened from a link or file */
  readonly begin?: Begin;
}

export const emptyLog = (
  scenario: Scenario,
  kernel: string,
  texts: Readonly<Record<string, string>>,
  unverified = false,
  begin?: Begin,
): CommandLog => ({ scenario, kernel, texts, unverified, acts: [], ...(begin ? { begin } : {}) });

/** Adds an action. One in the past begins a branch, so later actions of the old branch are dropped. */
export const logAct = (log: CommandLog, act: Act, time: number, event = 0, view?: StepView): CommandLog => ({
  ...log,
  acts: [...log.acts.filter((logged) => logged.time <= time), { time, event, act, ...(view ? { view } : {}) }],
});

/** The log without an action that was never answered. */
export const withoutAct = (log: CommandLog, act: ToWorker | null): CommandLog => ({
  ...log,
  acts: log.acts.filter((logged) => logged.act !== act),
});

const seek = (time: number, event = 0): ToWorker =>
  event > 0 ? { type: 'seek', time, event } : { type: 'seek', time };

/** Actions that a worker has already done: up to number `n`, the last of which became event `event` of its run. */
export interface Done {
  readonly n: number;
  readonly event: number;
}

/**
 * Messages that bring a worker with the log's scenario to `time`, and to an event of that time; `done`: actions that it
 * has already done. Actions at the same moment follow each other directly: a seek between them would undo the first.
 */
export function replay({ acts }: CommandLog, time: number, event = 0, done: Done | null = null): ToWorker[] {
  const isDone = ({ act }: CommandLog['acts'][number]): boolean => done !== null && (act.n ?? 0) <= done.n;
  return [
    ...acts.flatMap((one, i): ToWorker[] => {
      if (isDone(one)) return [];
      const before = acts[i - 1];
      const goesOn = before !== undefined && before.time === one.time && before.event === one.event;
      if (!goesOn) return [seek(one.time, one.event), one.act];
      // seek to after the previous action, since the checkpoint may be before it
      return done !== null && isDone(before) ? [seek(one.time, done.event), one.act] : [one.act];
    }),
    seek(time, event),
  ];
}
