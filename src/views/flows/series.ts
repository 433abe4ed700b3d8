/*
 * Congestion window, round-trip time and queue over the time axis of the timeline. Lines are steps: a window holds until
 * it changes. The run before the last restart is drawn behind them, dashed and faded.
 */
import { numberAt, spreadDown } from '../lists.ts';
import type { SeriesInput } from './input.ts';
import type { Series } from '../../engine/index.ts';
import { lines, notEmpty, things } from '../display-list.ts';
import type { StatePaint } from '../paint.ts';
import { servedBy } from '../paint.ts';
import type { DisplayList, Mark, Scene, Size } from '../scene.ts';
import { clamp, cross, group, line, mono, path, text, ui } from '../shapes.ts';
import { textWidth } from '../text-metrics.ts';
import type { Domain, TimeScale } from '../time-axis.ts';
import { timeScale, timeTicks } from '../time-axis.ts';
import { timeText } from '../words.ts';
import { CA_BAND, caStateName } from './ca-states.ts';
import type { Panel } from './panels.ts';
import { AXIS, gridLayers, panelMarks, panelsOf } from './panels.ts';
import type { Quantity } from './window.ts';
import { lastAtOrBefore, NO_SSTHRESH, steppedPoints } from './window.ts';

const LEFT = 48;
/** Width of the right gutter with names and values, px. */
const RIGHT = 68;
const FUTURE = 0.4;
const GHOST = 0.45;

interface Frame {
  readonly input: SeriesInput;
  readonly size: Size;
  readonly scale: TimeScale;
  readonly focused: Series | null;
}

/** Scale of the time axis. */
const seriesScale = (size: Size, domain: Domain): TimeScale => timeScale(domain, LEFT, size.width - RIGHT);

export function seriesScene(input: SeriesInput, size: Size): Scene {
  const scale = seriesScale(size, input.domain);
  const shown = input.history.series.filter(({ time }) => time.length > 0 && numberAt(time, 0) <= input.domain[1]);
  const only = shown.length === 1 ? (shown[0] ?? null) : null;
  const focused = shown.find(({ socket }) => socket === input.focus) ?? only;
  const frame: Frame = { input, size, scale, focused };
  const panels = panelsOf(input, size.height, shown);
  const [window, rtt, queue] = panels;
  const ticks = timeTicks(scale, 13, null);
  const bands = focused ? stateBands(frame, focused) : [];
  const layers = [
    bandLayer(bands, window),
    ...gridLayers(panels, ticks.lines, scale, size.height),
    ...ghostLines(frame, window, 'cwnd'),
    ...(focused ? thresholdLine(frame, window, focused) : []),
    ...seriesLines(frame, window, shown, 'cwnd'),
    ...(rtt ? seriesLines(frame, rtt, shown, 'srttUs') : []),
    ...(queue ? queueLines(frame, queue) : []),
  ];
  return {
    ...size,
    label: 'Congestion window, round-trip time and queue over time',
    layers: layers.filter(notEmpty),
    marks: [
      ...ticks.labels,
      ...panels.flatMap((panel) => panelMarks(panel, scale)),
      ...bandNames(bands, window),
      ...ghostName(frame, window),
      ...lossMarks(frame, window, shown),
      line(
        'playhead',
        { x: scale.x(input.time), y: AXIS - 4 },
        { x: scale.x(input.time), y: size.height - 4 },
        {
          stroke: 'text',
          weight: 1.5,
        },
      ),
      ...names(frame, window, shown),
    ],
  };
}

const lookOf = (series: Series, { input }: Frame): StatePaint => servedBy(series.map, input.cold.maps);

/** The domain before and after the cursor. */
function sides({ input }: Frame): { readonly domain: Domain; readonly future: boolean }[] {
  const [from, to] = input.domain;
  const now = clamp(input.time, from, to);
  return [
    { domain: [from, now] as const, future: false },
    { domain: [now, to] as const, future: true },
  ].filter(({ domain }) => domain[1] > domain[0]);
}

const lastTime = ({ time }: Pick<Series, 'time'>): number => numberAt(time, time.length - 1);

function cut(series: Pick<Series, 'time'>, [from, to]: Domain): Domain | null {
  const start = Math.max(from, numberAt(series.time, 0));
  // the line of a closed connection ends at its last point
  const end = Math.min(to, lastTime(series));
  return end > start ? [start, end] : null;
}

function seriesLines(frame: Frame, panel: Panel, shown: readonly Series[], quantity: Quantity): DisplayList[] {
  return sides(frame).map(({ domain, future }) => {
    const builder = lines({ weight: 1.8, ...(future ? { opacity: FUTURE } : {}) });
    for (const one of shown) {
      const part = cut(one, domain);
      if (part)
        builder.add(lookOf(one, frame).line, ...steppedPoints(one.time, one[quantity], part, frame.scale.x, panel.y));
    }
    return builder.list();
  });
}

function ghostLines({ input, scale }: Frame, panel: Panel, quantity: Quantity): DisplayList[] {
  const builder = lines({ weight: 1.4, dash: [4, 4], opacity: GHOST });
  for (const ghost of input.history.ghosts) {
    const part = ghost.time.length > 0 ? cut(ghost, input.domain) : null;
    if (part) builder.add('text', ...steppedPoints(ghost.time, ghost[quantity], part, scale.x, panel.y));
  }
  return [builder.list()];
}

/** Explains the dashed lines, at the panel's right end. */
function ghostName({ input, scale }: Frame, panel: Panel): Mark[] {
  if (input.history.ghosts.length === 0) return [];
  const at = { x: scale.right - 4, y: panel.top + 10 };
  const words = 'dashed: previous run';
  return [text('ghosts', at, words, ui(10.5), 'muted', { anchor: 'end', halo: 'surface-1', label: words })];
}

/** ssthresh, if finite and inside the panel. */
function thresholdLine({ input, scale }: Frame, panel: Panel, series: Series): DisplayList[] {
  const builder = lines({ weight: 1.2, dash: [1, 4] });
  let first = 0;
  while (first < series.ssthresh.length && series.ssthresh[first] === NO_SSTHRESH) first++;
  if (first === series.ssthresh.length) return [];
  const [from, to] = input.domain;
  const part = cut(series, [Math.max(from, numberAt(series.time, first)), to]);
  const y = (value: number): number => Math.max(panel.top, panel.y(value));
  if (part) builder.add('muted', ...steppedPoints(series.time, series.ssthresh, part, scale.x, y));
  return [builder.list()];
}

function queueLines(frame: Frame, panel: Panel): DisplayList[] {
  const { queue } = frame.input.history;
  if (queue.time.length === 0) return [];
  return sides(frame).map(({ domain, future }) => {
    const builder = lines({ weight: 1.4, ...(future ? { opacity: FUTURE } : {}) });
    const part = cut(queue, domain);
    if (part) builder.add('muted', ...steppedPoints(queue.time, queue.length, part, frame.scale.x, panel.y));
    return builder.list();
  });
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: number;
}

/** Runs of one congestion-avoidance state within the domain. */
function stretches(series: Series, [from, to]: Domain): Stretch[] {
  const out: Stretch[] = [];
  for (let i = Math.max(0, lastAtOrBefore(series.time, from)); i < series.time.length; i++) {
    const at = numberAt(series.time, i);
    if (at >= to) break;
    const state = numberAt(series.caState, i);
    const end = Math.min(to, series.time[i + 1] ?? at);
    const last = out.at(-1);
    if (last && last.state === state) out[out.length - 1] = { ...last, to: end };
    else out.push({ from: Math.max(from, at), to: end, state });
  }
  return out;
}

/** Most bands drawn; of more, one per pixel is drawn, and the scene says so. */
const MOST_BANDS = 120;

/** Keeps the worst state of each pixel, and stretches wider than a pixel; keeps all when they are few. */
function onePerPixel<T extends Stretch>(all: readonly T[], most: number, scale: TimeScale): readonly T[] {
  if (all.length <= most) return all;
  const kept = new Map<number, T>();
  const wide: T[] = [];
  for (const one of all) {
    const pixel = Math.round(scale.x(one.from));
    const before = kept.get(pixel);
    if (!before || one.state > before.state) kept.set(pixel, one);
    else if (scale.x(one.to) - scale.x(one.from) > 1) wide.push(one);
  }
  return [...kept.values(), ...wide].sort((a, b) => a.from - b.from);
}

interface Band {
  readonly x: number;
  readonly width: number;
  readonly state: number;
  readonly label: string;
}

function stateBands({ input, scale }: Frame, series: Series): Band[] {
  const all = stretches(series, input.domain).filter(({ state }) => (CA_BAND[state] ?? 'none') !== 'none');
  return onePerPixel(all, MOST_BANDS, scale).map(({ from, to, state }) => ({
    x: scale.x(from),
    width: Math.max(1, scale.x(to) - scale.x(from)),
    state,
    label: `Connection ${series.socket} in ${caStateName(state)} from ${timeText(from)} to ${timeText(to)}`,
  }));
}

function bandLayer(bands: readonly Band[], { top, bottom }: Panel): DisplayList {
  const builder = things('bar', { weight: 2 });
  for (const { x, width, state } of bands) builder.add(CA_BAND[state] ?? 'none', x, top, width, bottom - top);
  return builder.list();
}

/** Names in bands that are wide enough; labels of every band for the text twin. */
function bandNames(bands: readonly Band[], { top }: Panel): Mark[] {
  const font = ui(10.5);
  return bands.map(({ x, width, state, label }, i) => {
    const name = caStateName(state);
    const fits = textWidth(name, font) + 8 <= width;
    const word = text(`ca.${i}.name`, { x: 4, y: 11 }, name, font, 'muted', { halo: 'surface-1' });
    return group(`ca.${i}`, { x, y: top }, fits ? [word] : [], { label });
  });
}

const MOST_LOSSES = 150;

type Entry = Stretch & { readonly series: Series };

/** All entries into Recovery or Loss within the domain. */
const entries = ({ input, focused }: Frame, shown: readonly Series[]): Entry[] =>
  (focused ? [focused] : shown).flatMap((series) =>
    stretches(series, input.domain)
      .filter(({ state }) => state >= 3)
      .map((stretch) => ({ series, ...stretch })),
  );

/** Marks where a connection enters Recovery (triangle) or Loss (cross). */
function lossMarks(frame: Frame, panel: Panel, shown: readonly Series[]): Mark[] {
  const { input, scale } = frame;
  const all = entries(frame, shown);
  const drawn = onePerPixel(all, MOST_LOSSES, scale);
  const marks = drawn.map(({ series, from, state }, i): Mark => {
    const at = Math.max(0, lastAtOrBefore(series.time, from) - 1);
    const x = scale.x(from);
    const y = Math.max(panel.top + 8, panel.y(numberAt(series.cwnd, at)) - 4);
    const id = `loss.${series.socket}.${i}`;
    const glyph =
      state === 4
        ? cross(`${id}.glyph`, { x: 0, y: -3 }, 3.5, { stroke: 'error', weight: 2 })
        : path(`${id}.glyph`, 'M -4.5 -7 L 4.5 -7 L 0 0 Z', { fill: 'error' });
    return group(id, { x, y }, [from > input.time ? { ...glyph, opacity: FUTURE } : glyph]);
  });
  return drawn.length < all.length ? [...marks, thinned(all.length, frame, panel)] : marks;
}

/** Note that several losses share a mark, with their number. */
function thinned(count: number, { scale }: Frame, panel: Panel): Mark {
  const words = `${count.toLocaleString('en')} losses, one mark per pixel: zoom in for each`;
  const at = { x: scale.right - 4, y: panel.bottom - 5 };
  return text('thinned', at, words, ui(10.5), 'muted', { anchor: 'end', halo: 'surface-1', label: words });
}

/** Height of a name, px. */
const NAME_HEIGHT = 13;

/** Number, map and value at the cursor, in the gutter; as many as fit, the focused one first. */
function names(frame: Frame, panel: Panel, shown: readonly Series[]): Mark[] {
  const { input, size, focused } = frame;
  const most = Math.max(1, Math.floor((panel.bottom - panel.top) / NAME_HEIGHT));
  const live = shown
    .filter((one) => numberAt(one.time, 0) <= input.time && lastTime(one) >= input.time)
    .sort((a, b) => Number(b === focused) - Number(a === focused))
    .slice(0, most)
    .map((series) => {
      const i = Math.max(0, lastAtOrBefore(series.time, input.time));
      return { series, i, y: panel.y(numberAt(series.cwnd, i)) + 4 };
    })
    .sort((a, b) => a.y - b.y);
  spreadDown(live, NAME_HEIGHT);
  const over = Math.max(0, (live.at(-1)?.y ?? 0) - panel.bottom + 2);
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
