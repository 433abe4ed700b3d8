/* Waits for the engine's late part (src/engine/late.ts), which is fetched when something needs it. */
import type { Notice } from '../protocol/messages.ts';
import type { answerAsk } from './asks.ts';
import type { Job, Late } from './desk.ts';

export interface LateHost {
  /** the late part, installed; null while it is not loaded */
  readonly late: () => Late | null;
  /** answers the page's questions; fetched together with it */
  readonly answerAsk: () => typeof answerAsk | null;
  /** fetches it, again after a failure */
  readonly fetchLate: () => void;
  /** whether the last fetch failed */
  readonly lateFailed: () => boolean;
}

/** Fetches the late part; the job ends when it is loaded, or when fetching it failed. */
export function fetchedLate({ late, fetchLate, lateFailed }: LateHost, ended: (late: Late | null) => void): Job {
  fetchLate();
  return {
    name: 'fetching the rest of the engine',
    run: () => late() !== null || lateFailed(),
    progress: () => null,
    done: () => ended(late()),
    waits: true,
  };
}

export const LATE_FAILED: Notice = {
  kind: 'error',
  title: 'A part of the engine could not be loaded',
  detail: 'The last action needs it: try again.',
};
