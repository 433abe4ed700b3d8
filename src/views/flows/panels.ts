/* The stacked panels of the series: their scales, and the grid behind the lines. */
import { scaleLinear } from 'd3';
import { lines } from '../display-list.ts';
import type { DisplayList, Mark, Size } from '../scene.ts';
import { clamp, line, mono, text, ui } from '../shapes.ts';
import type { Series } from '../../engine/index.ts';
import type { TimeScale } from '../time-axis.ts';
import { stepBelow } from '../zoom.ts';
import type { SeriesInput } from './input.ts';
import type { Readings, Strip } from './reading.ts';

/** Height of the time axis on top, px. */
export const AXIS = 20;
/** Space between panels. */
const GAP = 12;

export interface Panel extends Strip {
  readonly id: string;
  readonly name: string;
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
  /** y of a limit that the quantity cannot exceed; null when there is none */
  readonly limit: number | null;
}

/** Heights from which there are two panels, and three, px. */
const TWO = 120;
const THREE = 170;

/** Room that shows as many panels as a size does, for large text. */
export const seriesLeast = ({ width, height }: Size): Size => ({
  width: stepBelow(width, [372]),
  height: stepBelow(height, [THREE, TWO, 80]),
});

/** Divides the height among panels; a low picture has fewer. */
export function panelsOf(
  input: Omit<SeriesInput, 'time' | 'focus'>,
  height: number,
  shown: readonly Series[],
  { greatest }: Readings,
): readonly [Panel, ...Panel[]] {
  const { domain, cold, history } = input;
  const places = cold.path.queuePackets;
  const window = {
    id: 'cwnd',
    name: 'cwnd',
    unit: '',
    per: 1,
    share: 0.54,
    most: greatest([...shown, ...history.ghosts], 'cwnd', domain),
  };
  const others = [
    { id: 'rtt', name: 'RTT', unit: ' ms', per: 1000, share: 0.24, most: greatest(shown, 'srttUs', domain) },
    { id: 'queue', name: 'queue', unit: '', per: 1, share: 0.22, most: places },
  ].slice(0, height < TWO ? 0 : height < THREE ? 1 : 2);
  const total = others.reduce((sum, { share }) => sum + share, window.share);
  const room = height - AXIS - 6 - GAP * others.length;
  let top = AXIS + 2;
  const panelOf = ({ id, name, unit, per, share, most }: typeof window): Panel => {
    const tall = (room * share) / total;
    const bottom = top + tall;
    const scale = scaleLinear([0, Math.max(most / per, 1) * 1.06], [bottom, top + 2]);
    const ticks = scale
      .ticks(clamp(Math.floor(tall / 22), 2, 5))
      .map((tick) => ({ tick, y: scale(tick), label: `${tick}${unit}` }))
      .filter(({ tick, y }) => Number.isInteger(tick) && y >= top + 2 && y <= bottom - 4);
    const limit = id === 'queue' ? scale(places) : null;
    const panel: Panel = { id, name, top, bottom, most, y: (value) => scale(value / per), ticks, limit };
    top = bottom + GAP;
    return panel;
  };
  return [panelOf(window), ...others.map(panelOf)];
}

/** Grid behind the lines: times, values, and the limit of the queue. */
export function gridLayers(
  panels: readonly Panel[],
  times: readonly number[],
  scale: TimeScale,
  height: number,
): DisplayList[] {
  const grid = lines({ weight: 1 });
  const limits = lines({ weight: 1, dash: [2, 3] });
  for (const x of times) grid.add('line', x, AXIS, x, height - 4);
  for (const { ticks, limit } of panels) {
    for (const { y } of ticks) grid.add('line', scale.left, y, scale.right, y);
    if (limit !== null) limits.add('edge', scale.left, limit, scale.right, limit);
  }
  return [grid.list(), limits.list()];
}

export function panelMarks({ id, name, top, bottom, ticks }: Panel, scale: TimeScale): Mark[] {
  const font = mono(10.5);
  return [
    line(`${id}.base`, { x: scale.left, y: bottom }, { x: scale.right, y: bottom }, { stroke: 'line-strong' }),
    text(`${id}.name`, { x: scale.left + 6, y: top + 10 }, name, ui(11, 650), 'text', { halo: 'surface-1' }),
    ...ticks.map(({ y, label }) =>
      text(`${id}.tick.${label}`, { x: scale.left - 6, y: y + 3.8 }, label, font, 'dim', { anchor: 'end' }),
    ),
  ];
}
