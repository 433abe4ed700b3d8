/*
 * What the worker tells of the lab's state, held back until the frame that it belongs to is drawn, so that no picture
 * mixes two moments of the run.
 */
import { act } from '../frame.ts';
import { lab, type LabState, told } from '../store/lab.ts';

/** parts of a frame that has not come yet */
let parts: Partial<LabState> = {};
/** what the store is told at the next animation frame; null when nothing is */
let news: Partial<LabState> | null = null;

/** Tells the store at the next animation frame. */
export function tellWithFrame(change: Partial<LabState>): void {
  if (!news)
    act(() => {
      told(news ?? {});
      news = null;
    });
  news = { ...news, ...change };
}

/** Holds a part of the state for its frame, which comes after it. */
export function holdForFrame(part: Partial<LabState>): void {
  parts = { ...parts, ...part };
}

/** Tells the parts of a frame that has come; a frame also ends the running job. */
export function tellFrame(playing: boolean): void {
  if (news ?? (lab().playing !== playing || lab().job)) holdForFrame({ playing, job: null });
  if (Object.keys(parts).length > 0) tellWithFrame(parts);
  parts = {};
}

export function tellJobEnd(): void {
  if (news?.job ?? lab().job) tellWithFrame({ job: null });
}

/** Drops what is not told yet: it is about a run that another one replaces. */
export function forgetNews(): void {
  parts = {};
  if (news) news = {};
}
