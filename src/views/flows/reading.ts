/*
 * Reads series that grow. What was read of a series is kept with its buffer, so that the next picture costs only what
 * came since: a long run would otherwise be read whole four times a second.
 */
import { numberAt } from '../lists.ts';
import type { Column, Series } from '../../engine/index.ts';
import type { Domain, TimeScale } from '../time-axis.ts';
import { firstWithin, NO_SSTHRESH, noSteps, type Quantity, type Steps, stepper } from './window.ts';

interface Kept<S> {
  /** what the state depends on besides the samples */
  readonly under: string;
  readonly state: S;
  /** index of the first sample read; a longer series may have a later one before the domain */
  readonly first: number;
  /** index of the next sample */
  next: number;
}

/** One way of reading: a state, and what a sample changes in it. */
interface Reading<S, Of> {
  readonly start: () => S;
  readonly reader: (of: Of) => (state: S, i: number) => void;
}

/** Returns the state after the samples from the domain's beginning to `until`, ns. */
type Read<S, Of> = (of: Of, times: Column, domain: Domain, under: string) => S;

function createRead<S, Of>({ start, reader }: Reading<S, Of>): Read<S, Of> {
  // a column's buffer only grows at its end; another branch of the run has another buffer
  const known = new WeakMap<object, Kept<S>>();
  return (of, times, [from, to], under) => {
    const buffer = ArrayBuffer.isView(times) ? times.buffer : times;
    const found = known.get(buffer);
    const first = firstWithin(times, from);
    const goesOn = found?.under === under && found.first === first && found.next <= times.length;
    const kept = goesOn ? found : { under, state: start(), first, next: first };
    const read = reader(of);
    while (kept.next < times.length && numberAt(times, kept.next) <= to) read(kept.state, kept.next++);
    known.set(buffer, kept);
    return kept.state;
  };
}

/** A change of the congestion-avoidance state; it lasts until the next one. */
export interface StateChange {
  readonly from: number;
  readonly state: number;
}

/** The part of a picture in which a curve is drawn. */
export interface Strip {
  readonly top: number;
  readonly bottom: number;
  /** greatest value shown */
  readonly most: number;
  readonly y: (value: number) => number;
}

/** Key of a place in a picture: a curve read for one place is read again for another. */
export const placeOf = ({ domain, left, right }: TimeScale, { top, bottom, most }: Strip): string =>
  [...domain, left, right, top, bottom, most].join();

export interface Curve {
  /** `placeOf` its scale and panel, made once for all curves of a panel */
  readonly place: string;
  readonly times: Column;
  readonly values: Column;
  readonly from: number;
  readonly scale: TimeScale;
  readonly panel: Strip;
}

/** The readings of one picture, drawn again and again. */
export interface Readings {
  readonly greatest: (series: readonly Series[], quantity: Quantity, domain: Domain) => number;
  readonly changes: (series: Series, domain: Domain) => readonly StateChange[];
  /** `name`: which of the curves over these times */
  readonly steps: (name: Quantity | 'length', curve: Curve, to: number) => Steps;
}

const createGreatest = () =>
  createRead({
    start: () => ({ most: 0 }),
    reader: (values: Column) => (state, i) => {
      const value = numberAt(values, i);
      if (value !== NO_SSTHRESH && value > state.most) state.most = value;
    },
  });

const createSteps = () =>
  createRead({
    start: noSteps,
    reader: ({ times, values, from, scale, panel }: Curve) => stepper(times, values, from, scale, panel.y),
  });

const createChanges = () =>
  createRead({
    start: (): StateChange[] => [],
    reader:
      ({ time, caState, from }: Pick<Series, 'time' | 'caState'> & { readonly from: number }) =>
      (changes, i) => {
        const state = numberAt(caState, i);
        if (changes.at(-1)?.state !== state) changes.push({ from: Math.max(from, numberAt(time, i)), state });
      },
  });

export function createReadings(): Readings {
  const greatest = { cwnd: createGreatest(), ssthresh: createGreatest(), srttUs: createGreatest() };
  const steps = { cwnd: createSteps(), ssthresh: createSteps(), srttUs: createSteps(), length: createSteps() };
  const changes = createChanges();
  return {
    greatest: (series, quantity, domain) => {
      const read = greatest[quantity];
      const under = domain.join();
      return series.reduce((most, one) => Math.max(most, read(one[quantity], one.time, domain, under).most), 0);
    },
    changes: ({ time, caState }, domain) => changes({ time, caState, from: domain[0] }, time, domain, domain.join()),
    steps: (name, curve, to) => steps[name](curve, curve.times, [curve.from, to], curve.place),
  };
}
