/*
 * Buffers what the machine reports during an event. It is recorded when the event first runs to its end, and dropped
 * when the event is abandoned. Windows and queue lengths come with each packet, so they are kept in one array of
 * numbers, without an object for each.
 */
import type { MapLetter } from './commands.ts';
import type { Recorder } from './recorder.ts';

/** time, socket, letter, cwnd, ssthresh, srttUs, caState */
const WINDOW_WORDS = 7;
const NO_LETTER = -1;

/** A word of a list whose length is a multiple of its rows' words. */
const word = (list: readonly number[], at: number): number => list[at] ?? 0;

export class Pending {
  private readonly windows: number[] = [];
  private readonly queue: number[] = [];
  private readonly letters: MapLetter[] = [];
  private others: (() => void)[] = [];

  constructor(private readonly recorder: Recorder) {}

  /** Adds a rare report, which is made when the event has ended. */
  add(tell: () => void): void {
    this.others.push(tell);
  }

  readonly window: Recorder['window'] = (time, socket, map, cwnd, ssthresh, srttUs, caState) => {
    this.windows.push(time, socket, this.numberOf(map), cwnd, ssthresh, srttUs, caState);
  };

  readonly queueLength = (time: number, length: number): void => {
    this.queue.push(time, length);
  };

  drop(): void {
    this.windows.length = 0;
    this.queue.length = 0;
    this.others = [];
  }

  keep(): void {
    const { recorder, windows: w, queue: q } = this;
    for (const tell of this.others) tell();
    for (let i = 0; i < w.length; i += WINDOW_WORDS) {
      const letter = word(w, i + 2);
      const map = letter === NO_LETTER ? null : (this.letters[letter] ?? null);
      const [at, socket, cwnd, ssthresh] = [word(w, i), word(w, i + 1), word(w, i + 3), word(w, i + 4)];
      recorder.window(at, socket, map, cwnd, ssthresh, word(w, i + 5), word(w, i + 6));
    }
    for (let i = 0; i < q.length; i += 2) recorder.queueLength(word(q, i), word(q, i + 1));
    if (w.length > 0 || q.length > 0 || this.others.length > 0) this.drop();
  }

  private numberOf(map: MapLetter | null): number {
    if (map === null) return NO_LETTER;
    const known = this.letters.indexOf(map);
    return known >= 0 ? known : this.letters.push(map) - 1;
  }
}
