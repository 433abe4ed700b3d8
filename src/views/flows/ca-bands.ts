/* Draws states of congestion avoidance over the time axis: bands behind the window, and a mark at each loss. */
import type { Series } from '../../engine/index.ts';
import { numberAt } from '../lists.ts';
import { things } from '../display-list.ts';
import type { DisplayList, Mark } from '../scene.ts';
import { group, text, ui } from '../shapes.ts';
import { textWidth } from '../text-metrics.ts';
import type { Domain, TimeScale } from '../time-axis.ts';
import { timeText } from '../words.ts';
import { CA_BAND, caStateName } from './ca-states.ts';
import type { Panel } from './panels.ts';
import type { Readings, StateChange } from './reading.ts';
import { lastAtOrBefore } from './window.ts';

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: number;
}

/** Runs of one congestion-avoidance state within the domain. */
function stretches(series: Series, domain: Domain, { changes }: Readings): Stretch[] {
  const end = Math.min(domain[1], numberAt(series.time, series.time.length - 1));
  const all = changes(series, domain);
  return all.map(({ from, state }, i) => ({ from, state, to: all[i + 1]?.from ?? end }));
}

/** Most bands drawn; of more, one per pixel is drawn, and the scene says so. */
const MOST_BANDS = 120;

/** Keeps the worst state of each pixel, and stretches wider than a pixel; keeps all when they are few. */
function onePerPixel(all: readonly Stretch[], scale: TimeScale): readonly Stretch[] {
  if (all.length <= MOST_BANDS) return all;
  const kept = new Map<number, Stretch>();
  const wide: Stretch[] = [];
  for (const one of all) {
    const pixel = Math.round(scale.x(one.from));
    const before = kept.get(pixel);
    if (!before || one.state > before.state) kept.set(pixel, one);
    else if (scale.x(one.to) - scale.x(one.from) > 1) wide.push(one);
  }
  return [...kept.values(), ...wide].sort((a, b) => a.from - b.from);
}

export interface Band {
  readonly x: number;
  readonly width: number;
  readonly state: number;
  readonly label: string;
}

/** Bands for the states of a connection that have one. */
export function stateBands(series: Series, scale: TimeScale, readings: Readings): Band[] {
  const all = stretches(series, scale.domain, readings).filter(({ state }) => (CA_BAND[state] ?? 'none') !== 'none');
  return onePerPixel(all, scale).map(({ from, to, state }) => ({
    x: scale.x(from),
    width: Math.max(1, scale.x(to) - scale.x(from)),
    state,
    label: `Connection ${series.socket} in ${caStateName(state)} from ${timeText(from)} to ${timeText(to)}`,
  }));
}

export function bandLayer(bands: readonly Band[], { top, bottom }: Panel): DisplayList {
  const builder = things('bar', { weight: 2 });
  for (const { x, width, state } of bands) builder.add(CA_BAND[state] ?? 'none', x, top, width, bottom - top);
  return builder.list();
}

/** Names in bands that are wide enough; labels of every band for the text twin. */
export function bandNames(bands: readonly Band[], { top }: Panel): Mark[] {
  const font = ui(10.5);
  return bands.map(({ x, width, state, label }, i) => {
    const name = caStateName(state);
    const fits = textWidth(name, font) + 8 <= width;
    const word = text(`ca.${i}.name`, { x: 4, y: 11 }, name, font, 'muted', { halo: 'surface-1' });
    return group(`ca.${i}`, { x, y: top }, fits ? [word] : [], { label });
  });
}

const MOST_LOSSES = 150;

/** The states that a loss begins: Recovery and Loss. */
const isLoss = (state: number): boolean => state >= 3;

interface Entry extends StateChange {
  readonly series: Series;
}

/** Every loss when they are few, else the worst of each pixel; and their number. A thousand connections have very many. */
function entriesOf(
  of: readonly Series[],
  scale: TimeScale,
  { changes }: Readings,
): { readonly drawn: readonly Entry[]; readonly count: number } {
  const first: Entry[] = [];
  const worst = new Map<number, Entry>();
  let count = 0;
  for (const series of of) {
    for (const { from, state } of changes(series, scale.domain)) {
      if (!isLoss(state)) continue;
      if (++count <= MOST_LOSSES) first.push({ series, from, state });
      const pixel = Math.round(scale.x(from));
      const before = worst.get(pixel);
      if (!before || state > before.state) worst.set(pixel, { series, from, state });
    }
  }
  // in the order of time: what is drawn again begins at the first mark that differs
  const drawn = count <= MOST_LOSSES ? first : [...worst.values()];
  return { drawn: drawn.sort((a, b) => a.from - b.from), count };
}

/** Marks where connections enter Recovery (triangle) or Loss (cross), each above its window. */
export function lossesOf(
  of: readonly Series[],
  scale: TimeScale,
  panel: Panel,
  readings: Readings,
): { readonly layers: DisplayList[]; readonly marks: Mark[] } {
  const { drawn, count } = entriesOf(of, scale, readings);
  const wedges = things('wedge', { weight: 0 });
  const crosses = things('cross', { weight: 2 });
  for (const { series, from, state } of drawn) {
    const at = Math.max(0, lastAtOrBefore(series.time, from) - 1);
    const y = Math.max(panel.top + 8, panel.y(numberAt(series.cwnd, at)) - 4);
    if (state === 4) crosses.add('error', scale.x(from), y - 3, 3.5);
    else wedges.add('error', scale.x(from), y, 4.5);
  }
  const marks = drawn.length < count ? [thinned(count, scale, panel)] : [];
  return { layers: [wedges.list(), crosses.list()], marks };
}

/** Note that several losses share a mark, with their number. */
function thinned(count: number, scale: TimeScale, panel: Panel): Mark {
  const words = `${count.toLocaleString('en')} losses, one mark per pixel: zoom in for each`;
  const at = { x: scale.right - 4, y: panel.bottom - 5 };
  return text('thinned', at, words, ui(10.5), 'muted', { anchor: 'end', halo: 'surface-1', label: words });
}
