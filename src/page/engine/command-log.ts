/*
 * What has been done to the lab since it was opened. Enough to bring a new worker to the same state: the engine is a
 * function of its scenario, texts and commands.
 */
import type { Scenario } from '../../engine/index.ts';
import type { Begin, ToWorker } from '../../protocol/messages.ts';

export type Act = Extract<ToWorker, { type: 'command' | 'register-new' }>;

interface LoggedAct {
  /** engine time at which it was asked for, ns */
  readonly time: number;
  readonly act: Act;
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
export const logAct = (log: CommandLog, act: Act, time: number): CommandLog => ({
  ...log,
  acts: [...log.acts.filter((logged) => logged.time <= time), { time, act }],
});

/** The log without the act that was never answered. */
export const withoutAct = (log: CommandLog, act: ToWorker | null): CommandLog => ({
  ...log,
  acts: log.acts.filter((logged) => logged.act !== act),
});

/** Messages that lead a worker on which the log's scenario was opened to `time`. */
export const replay = (log: CommandLog, time: number): ToWorker[] => [
  ...log.acts.flatMap(({ time, act }): ToWorker[] => [{ type: 'seek', time }, act]),
  { type: 'seek', time },
];
