/*
 * What has been done to the lab since it was opened. Enough to bring a new worker to the same state: the engine is a
 * function of its scenario, texts and commands.
 */
import type { Scenario, StepView } from '../../engine/index.ts';
import type { Begin, ToWorker } from '../../protocol/messages.ts';

export type Act = Extract<ToWorker, { type: 'command' | 'register-new' }>;

interface LoggedAct {
  /** engine time at which it was asked for, ns */
  readonly time: number;
  /** events that had passed */
  readonly event: number;
  readonly act: Act;
  /** how the page looked when it was asked for */
  readonly view?: StepView;
}

export interface CommandLog {
  readonly scenario: Scenario;
  readonly kernel: string;
  readonly texts: Readonly<Record<string, string>>;
  /** programs are loaded without being verified */
  readonly unverified: boolean;
  readonly acts: readonly LoggedAct[];
  /** what it began with, where it was taken from elsewhere */
  readonly begin?: Begin;
}

export const emptyLog = (
  scenario: Scenario,
  kernel: string,
  texts: Readonly<Record<string, string>>,
  unverified = false,
  begin?: Begin,
): CommandLog => ({ scenario, kernel, texts, unverified, acts: [], ...(begin ? { begin } : {}) });

/** Acting in the past forks a branch: what came later on the old one is no part of this one. */
export const logAct = (log: CommandLog, act: Act, time: number, event = 0, view?: StepView): CommandLog => ({
  ...log,
  acts: [...log.acts.filter((logged) => logged.time <= time), { time, event, act, ...(view ? { view } : {}) }],
});

/** The log without the act that was never answered. */
export const withoutAct = (log: CommandLog, act: ToWorker | null): CommandLog => ({
  ...log,
  acts: log.acts.filter((logged) => logged.act !== act),
});

const seek = (time: number, event = 0): ToWorker =>
  event > 0 ? { type: 'seek', time, event } : { type: 'seek', time };

/** What a worker has done already: acts up to number `n`, the last of which became event `event` of its run. */
export interface Done {
  readonly n: number;
  readonly event: number;
}

/**
 * Messages that lead a worker on which the log's scenario was opened to `time`, and to an event of that time; `done`: what
 * it did before. Acts that were asked for at one moment follow each other: going back between them would undo the first.
 */
export function replay({ acts }: CommandLog, time: number, event = 0, done: Done | null = null): ToWorker[] {
  const isDone = ({ act }: CommandLog['acts'][number]): boolean => done !== null && (act.n ?? 0) <= done.n;
  return [
    ...acts.flatMap((one, i): ToWorker[] => {
      if (isDone(one)) return [];
      const before = acts[i - 1];
      const goesOn = before !== undefined && before.time === one.time && before.event === one.event;
      if (!goesOn) return [seek(one.time, one.event), one.act];
      // after the one before it, which a checkpoint may lie before
      return done !== null && isDone(before) ? [seek(one.time, done.event), one.act] : [one.act];
    }),
    seek(time, event),
  ];
}
