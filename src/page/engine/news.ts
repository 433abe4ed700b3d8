/* What the store is told with the frame that is drawn next, so that no picture mixes two moments. */
import { act } from '../frame.ts';
import { type LabState, told } from '../store/lab.ts';

/** null when the next frame tells nothing */
let news: Partial<LabState> | null = null;

/** What waits for the next frame; null when nothing does. */
export const waitingNews = (): Partial<LabState> | null => news;

export function tellWithFrame(change: Partial<LabState>): void {
  if (!news)
    act(() => {
      told(news ?? {});
      news = null;
    });
  news = { ...news, ...change };
}

/** Drops what waits, when it is about a run that has been replaced. */
export function forgetNews(): void {
  if (news) news = {};
}
