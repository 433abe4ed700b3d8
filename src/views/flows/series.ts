/*
 * Congestion window, round-trip time and queue over the time axis of the timeline. Lines are steps: a window holds until
 * it changes. The run before the last restart is drawn behind them, dashed and faded.
 */
import { numberAt, spreadDown } from '../lists.ts';
import type { SeriesInput } from './input.ts';
import type { ColdSnapshot, Column, History, Series } from '../../engine/index.ts';
import { lines, notEmpty } from '../display-list.ts';
import type { PaintName, StatePaint } from '../paint.ts';
import { servedBy } from '../paint.ts';
import type { DisplayList, Mark, Scene, Size } from '../scene.ts';
import { clamp, group, line, mono, rect, text, ui } from '../shapes.ts';
import { textWidth } from '../text-metrics.ts';
import type { Domain, TimeScale } from '../time-axis.ts';
import { timeScale, timeTicks } from '../time-axis.ts';
import { bandLayer, bandNames, lossesOf, stateBands } from './ca-bands.ts';
import { caStateName } from './ca-states.ts';
import { crowdLayers, crowdWords, MOST_CURVES, type Polyline } from './crowd.ts';
import type { Panel } from './panels.ts';
import { AXIS, gridLayers, panelMarks, panelsOf } from './panels.ts';
import { createReadings, placeOf, type Readings } from './reading.ts';
import { mapCurves, mapLine, nthInState, twinWords } from './twins.ts';
import type { Quantity } from './window.ts';
import { lastAtOrBefore, lastPoints, NO_SSTHRESH, steppedPoints } from './window.ts';

const LEFT = 48;
/** Width of the right gutter with names and values, px. */
const RIGHT = 68;
const FUTURE = 0.4;
const GHOST = 0.45;

/** Input of the drawing, except the time. */
interface Frame {
  readonly cold: ColdSnapshot;
  readonly history: History;
  readonly size: Size;
  readonly scale: TimeScale;
  readonly shown: readonly Series[];
  readonly focused: Series | null;
  readonly readings: Readings;
}

/** The parts that stay while the cursor moves: the curves and their labels. */
export interface SeriesCurves {
  readonly frame: Frame;
  readonly panels: readonly [Panel, ...Panel[]];
  readonly layers: readonly DisplayList[];
  readonly marks: readonly Mark[];
}

/** Draws the curves of one run again and again; what was read of them is kept in `readings`. */
export function seriesCurves(
  readings: Readings,
  cold: ColdSnapshot,
  history: History,
  domain: Domain,
  focus: number | null,
  size: Size,
): SeriesCurves {
  const scale = timeScale(domain, LEFT, size.width - RIGHT);
  const shown = history.series.filter(({ time }) => time.length > 0 && numberAt(time, 0) <= domain[1]);
  const only = shown.length === 1 ? (shown[0] ?? null) : null;
  const focused = shown.find(({ socket }) => socket === focus) ?? only;
  const frame: Frame = { cold, history, size, scale, shown, focused, readings };
  const panels = panelsOf({ cold, history, domain }, size.height, shown, readings);
  const ticks = timeTicks(scale, 13, null);
  const bands = focused ? stateBands(focused, scale, readings) : [];
  const [window, rtt, queue] = panels;
  const losses = lossesOf(focused ? [focused] : shown, scale, window, readings);
  const layers = [
    bandLayer(bands, window),
    ...gridLayers(panels, ticks.lines, scale, size.height),
    ...ghostLines(frame, window, 'cwnd'),
    ...(focused ? thresholdLine(frame, window, focused) : []),
    ...seriesLines(frame, window, 'cwnd'),
    ...(rtt ? seriesLines(frame, rtt, 'srttUs') : []),
    ...(queue ? queueLine(frame, queue) : []),
    ...losses.layers,
  ];
  return {
    frame,
    panels,
    layers: layers.filter(notEmpty),
    marks: [
      ...ticks.labels,
      ...panels.flatMap((panel) => panelMarks(panel, scale)),
      ...bandNames(bands, window),
      ...notes(frame, window),
      ...losses.marks,
    ],
  };
}

/** The curves with the cursor at `time`, ns; a veil covers everything after it. */
export function seriesAt(curves: SeriesCurves, time: number): Scene {
  const { frame, panels, layers, marks } = curves;
  const { size, scale } = frame;
  // while a run grows, its history comes a little later than the cursor
  const known = Math.min(time, frame.history.until);
  const idle = idleAt(frame, known);
  const x = scale.x(time);
  const bottom = size.height - 4;
  const at = clamp(x, scale.left, scale.right);
  const future = { x: at, y: AXIS, width: scale.right - at, height: bottom - AXIS };
  return {
    ...size,
    label: 'Congestion window, round-trip time and queue over time',
    layers,
    marks: [
      ...(future.width > 0 ? [rect('future', future, 0, { fill: 'surface-1', fillOpacity: 1 - FUTURE })] : []),
      ...marks,
      ...idleLines(curves, idle, known),
      line('playhead', { x, y: AXIS - 4 }, { x, y: bottom }, { stroke: 'text', weight: 1.5 }),
      ...names(frame, panels[0], idle, known),
    ],
  };
}

/** The whole picture. */
export const seriesScene = ({ cold, history, time, domain, focus }: SeriesInput, size: Size): Scene =>
  seriesAt(seriesCurves(createReadings(), cold, history, domain, focus, size), time);

const lookOf = (series: Series, { cold }: Frame): StatePaint => servedBy(series.map, cold.maps);
const nthOf = (series: Series, { cold }: Frame): number => nthInState(series.map, cold.maps);

const lastTime = ({ time }: Pick<Series, 'time'>): number => numberAt(time, time.length - 1);

function cut(series: Pick<Series, 'time'>, [from, to]: Domain): Domain | null {
  const start = Math.max(from, numberAt(series.time, 0));
  // the line of a closed connection ends at its last point
  const end = Math.min(to, lastTime(series));
  return end > start ? [start, end] : null;
}

/** A curve over the panel's time axis, its colour, and which of the maps of that colour it belongs to. */
interface Drawn {
  readonly paint: PaintName;
  readonly nth: number;
  readonly times: Column;
  readonly values: Column;
}

/** Points of the piece of each curve that lies within the picture. */
function piecesOf(
  { readings, scale }: Frame,
  panel: Panel,
  name: Quantity | 'length',
  curves: readonly Drawn[],
): { readonly paint: PaintName; readonly nth: number; readonly points: Polyline }[] {
  const place = placeOf(scale, panel);
  return curves.flatMap(({ paint, nth, times, values }) => {
    const part = times.length > 0 ? cut({ time: times }, scale.domain) : null;
    if (!part) return [];
    const [from, to] = part;
    const steps = readings.steps(name, { times, values, from, scale, panel, place }, to);
    return [{ paint, nth, points: [steps.points, lastPoints(steps, scale.x(to))] }];
  });
}

function seriesLines(frame: Frame, panel: Panel, name: Quantity): DisplayList[] {
  const { shown, focused, scale } = frame;
  const drawn = (series: readonly Series[]): ReturnType<typeof piecesOf> =>
    piecesOf(
      frame,
      panel,
      name,
      series.map((one) => ({
        paint: lookOf(one, frame).line,
        nth: nthOf(one, frame),
        times: one.time,
        values: one[name],
      })),
    );
  if (shown.length <= MOST_CURVES) return mapCurves(drawn(shown), { weight: 1.8 });
  return [
    ...crowdLayers(drawn(shown), scale, { weight: 1.8, bands: true }),
    ...(focused ? mapCurves(drawn([focused]), { weight: 2.4 }) : []),
  ];
}

function ghostLines(frame: Frame, panel: Panel, name: Quantity): DisplayList[] {
  const { ghosts } = frame.history;
  const look = { weight: 1.4, dash: [4, 4], opacity: GHOST };
  const drawn = ghosts.map((one): Drawn => ({ paint: 'text', nth: 0, times: one.time, values: one[name] }));
  const pieces = piecesOf(frame, panel, name, drawn);
  if (ghosts.length > MOST_CURVES) return crowdLayers(pieces, frame.scale, { ...look, bands: false });
  return mapCurves(pieces, look);
}

/** Explain the lines that are not plain, at the panel's right end. */
function notes({ cold, history, shown, scale }: Frame, panel: Panel): Mark[] {
  const letters = new Set(shown.map(({ map }) => map));
  const said = [
    { id: 'ghosts', words: history.ghosts.length > 0 ? 'dashed: previous run' : '' },
    { id: 'crowd', words: shown.length > MOST_CURVES ? crowdWords(shown.length) : '' },
    { id: 'twins', words: twinWords(letters, cold.maps) },
  ].filter(({ words }) => words !== '');
  return said.map(({ id, words }, i) => {
    const at = { x: scale.right - 4, y: panel.top + 10 + i * 14 };
    return text(id, at, words, ui(10.5), 'muted', { anchor: 'end', halo: 'surface-1', label: words });
  });
}

/** ssthresh, if finite and inside the panel. */
function thresholdLine({ scale }: Frame, panel: Panel, series: Series): DisplayList[] {
  const builder = lines({ weight: 1.2, dash: [1, 4] });
  let first = 0;
  while (first < series.ssthresh.length && series.ssthresh[first] === NO_SSTHRESH) first++;
  if (first === series.ssthresh.length) return [];
  const [from, to] = scale.domain;
  const part = cut(series, [Math.max(from, numberAt(series.time, first)), to]);
  const y = (value: number): number => Math.max(panel.top, panel.y(value));
  if (part) builder.addLine('muted', steppedPoints(series.time, series.ssthresh, part, scale, y));
  return [builder.list()];
}

function queueLine(frame: Frame, panel: Panel): DisplayList[] {
  const { queue } = frame.history;
  const drawn: Drawn = { paint: 'muted', nth: 0, times: queue.time, values: queue.length };
  return mapCurves(piecesOf(frame, panel, 'length', [drawn]), { weight: 1.4 });
}

/** Open connections at the cursor that have sent and received nothing for a while: their values hold. */
function idleAt({ shown, cold }: Frame, time: number): ReadonlySet<Series> {
  const open = new Map(cold.sockets.filter(({ sk }) => sk !== 0).map(({ id, map }) => [id, map]));
  const last = new Map(shown.map((one) => [one.socket, one]));
  // undefined: no socket with that number; null: one without a map
  const isOpen = ({ socket, map }: Series): boolean => open.get(socket) === map;
  return new Set(shown.filter((one) => lastTime(one) < time && isOpen(one) && last.get(one.socket) === one));
}

/** Their curves from the last packet to the cursor. */
function idleLines({ frame, panels: [window, rtt] }: SeriesCurves, idle: ReadonlySet<Series>, time: number): Mark[] {
  const { scale, shown } = frame;
  if (shown.length > MOST_CURVES) return [];
  return [...idle].flatMap((one) => {
    const [from, to] = [scale.x(lastTime(one)), Math.min(scale.right, scale.x(time))];
    const held = ({ y, id }: Panel, values: Column): Mark[] => {
      const at = y(numberAt(values, values.length - 1));
      const paint = { stroke: lookOf(one, frame).line, weight: 1.8 };
      const name = `series.${one.socket}.${id}.idle`;
      return mapLine(name, nthOf(one, frame), { x: from, y: at }, { x: to, y: at }, paint);
    };
    if (to <= from || from < scale.left) return [];
    return [...held(window, one.cwnd), ...(rtt ? held(rtt, one.srttUs) : [])];
  });
}

/** Height of a name, px. */
const NAME_HEIGHT = 13;

/** Number, map and value at the cursor, in the gutter; as many as fit, the focused one first. */
function names(frame: Frame, panel: Panel, idle: ReadonlySet<Series>, time: number): Mark[] {
  const { shown, size, focused } = frame;
  const most = Math.max(1, Math.floor((panel.bottom - panel.top) / NAME_HEIGHT));
  const live = shown
    .filter((one) => numberAt(one.time, 0) <= time && (lastTime(one) >= time || idle.has(one)))
    .sort((a, b) => Number(b === focused) - Number(a === focused))
    .slice(0, most)
    .map((series) => {
      const i = Math.max(0, lastAtOrBefore(series.time, time));
      return { series, i, y: panel.y(numberAt(series.cwnd, i)) + 4 };
    })
    .sort((a, b) => a.y - b.y);
  spreadDown(live, NAME_HEIGHT);
  const over = Math.max(0, (live.at(-1)?.y ?? 0) - panel.bottom + 2);
  // in an order that stays, since moving elements within the page is costly
  live.sort((a, b) => a.series.socket - b.series.socket);
  return live.map(({ series, i, y }, focus): Mark => {
    const words = `${series.socket}${series.map === null ? '' : ` ${series.map}`} ${series.cwnd[i]}`;
    const font = mono(11, series === focused ? 800 : 600);
    const width = textWidth(words, font);
    const id = `series.${series.socket}`;
    const served = series.map === null ? '' : `, map ${series.map}`;
    const label = `Connection ${series.socket}${served}: cwnd ${series.cwnd[i]}, RTT ${(numberAt(series.srttUs, i) / 1000).toFixed(1)} ms, ${caStateName(numberAt(series.caState, i))}`;
    const x = size.width - 6 - width;
    const word = text(`${id}.name`, { x: 0, y: 0 }, words, font, lookOf(series, frame).ink, { halo: 'surface-1' });
    return group(id, { x, y: Math.max(panel.top + 9, y - over) }, [word], {
      label,
      action: { command: 'select.socket', args: { socket: series.socket, map: series.map } },
      hit: { x: -4, y: -11, width: width + 8, height: 16, radius: 5 },
      focus,
    });
  });
}
