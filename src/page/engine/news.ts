/* What the store is told of the worker's messages: with the frame that is drawn next, so that no picture mixes two moments. */
import { act } from '../frame.ts';
import { lab, type LabState, told } from '../store/lab.ts';

type Change = Partial<LabState>;

/** parts of the lab's state whose frame has not come yet */
let parts: Change = {};
/** what the store is told at the next animation frame; null when nothing is */
let news: Change | null = null;

export function tellWithFrame(change: Change): void {
  if (!news)
    act(() => {
      told(news ?? {});
      news = null;
    });
  news = { ...news, ...change };
}

/** Keeps a part of the state until the worker's next frame comes, to which it belongs. */
export function keepForFrame(change: Change): void {
  parts = { ...parts, ...change };
}

/** The frame has come to which the kept parts belong. */
export function frameCame(playing: boolean): void {
  if (news ?? (lab().playing !== playing || lab().job)) keepForFrame({ playing, job: null });
  if (Object.keys(parts).length > 0) tellWithFrame(parts);
  parts = {};
}

/** Ends the shown job, if there is one. */
export function endJob(): void {
  if (news?.job ?? lab().job) tellWithFrame({ job: null });
}

export function forgetNews(): void {
  parts = {};
  if (news) news = {};
}
