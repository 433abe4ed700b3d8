/* The part of the run that the timeline shows. */
import type { LabState } from '../../page/store/lab.ts';
import type { Domain } from '../../views/time-axis.ts';

/** Closest zoom, ns. */
const LEAST = 50_000;

/** Steps in which a growing run doubles: with many connections fewer, since every step draws all curves again. */
const STEPS = 8;
export const CROWD_STEPS = 2;

/**
 * The whole known run, with some space at the end. While a run grows, its end moves in steps: between them curves stay in place, and only
 * their ends are drawn.
 */
export function wholeRun(until: number, grows: boolean, steps = STEPS): Domain {
  const least = Math.max(until, LEAST) * 1.02;
  if (!grows) return [0, least];
  const step = 2 ** Math.floor(Math.log2(least)) / steps;
  return [0, Math.ceil(least / step) * step];
}

/** Whether the known run grows with each frame; a scenario's own time is computed before it is played. */
export const runGrows = ({ playing, scenario, history }: LabState): boolean =>
  playing && history !== null && history.until > (scenario?.until ?? 0);

function within([from, to]: Domain, whole: Domain): Domain {
  const span = Math.min(to - from, whole[1] - whole[0]);
  const start = Math.min(Math.max(from, whole[0]), whole[1] - span);
  return [start, start + span];
}

/** Moves the domain by a fraction of its width. */
export function panned([from, to]: Domain, part: number, whole: Domain): Domain {
  const by = (to - from) * part;
  return within([from + by, to + by], whole);
}

/** Zooms; `factor` below 1 shows less, `around` keeps its place. */
export function zoomed([from, to]: Domain, around: number, factor: number, whole: Domain): Domain {
  const span = Math.max(LEAST, (to - from) * factor);
  const part = Math.min(1, Math.max(0, (around - from) / (to - from)));
  const start = from + part * (to - from) - part * span;
  return within([start, start + span], whole);
}
