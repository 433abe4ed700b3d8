/* Duration of the talk so far, its planned duration, and the time of day. */
import { useEffect, useState } from 'react';
import { load, save } from '../../page/store/storage.ts';

const TICK_MS = 500;
const two = (n: number): string => String(n).padStart(2, '0');

const KEY = 'ops.play.talk-minutes';
const MOST_MINUTES = 600;

/** Whole minutes from 1 on; null when no duration is planned. */
function minutesOf(value: unknown): number | null {
  const minutes = Math.floor(Number(value));
  return minutes >= 1 ? Math.min(MOST_MINUTES, minutes) : null;
}

/** Counts from the time at which the talk left its first step. */
export function Timer({ startedAt }: { readonly startedAt: number }) {
  const [now, setNow] = useState(Date.now);
  const [planned, setPlanned] = useState(() => minutesOf(load(KEY)));
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const plan = (text: string): void => {
    const minutes = minutesOf(text);
    setPlanned(minutes);
    save(KEY, minutes);
  };
  const seconds = startedAt === 0 ? 0 : Math.max(0, Math.floor((now - startedAt) / 1000));
  const isOver = planned !== null && seconds > planned * 60;
  const clock = new Date(now);
  return (
    <section className="speaker-timer" aria-label="Time">
      <span className="speaker-elapsed" data-over={isOver || undefined}>
        {two(Math.floor(seconds / 60))}:{two(seconds % 60)}
        {isOver && <span className="spoken"> over time</span>}
      </span>
      <label className="note">
        of{' '}
        <input
          type="number"
          min={1}
          max={MOST_MINUTES}
          aria-label="Planned minutes of the talk"
          placeholder="–"
          value={planned ?? ''}
          onChange={({ target }) => plan(target.value)}
        />{' '}
        min
      </label>
      <span className="speaker-clock">
        {two(clock.getHours())}:{two(clock.getMinutes())}
      </span>
    </section>
  );
}
