/*
 * Draws the whole run as bands: the state of each map, its count, and the events. The past is solid, the future at 40
 * %: strokes and fills fade, text does not.
 */
import { spreadDown } from '../lists.ts';
import type { ColdSnapshot, History, MapLetter } from '../../engine/index.ts';
import { dashOf, STATE_PAINT } from '../paint.ts';
import type { Mark, Paint, Scene, Size } from '../scene.ts';
import { clamp, line, mono, path, pathOf, rect, text, ui } from '../shapes.ts';
import { fitText, textWidth } from '../text-metrics.ts';
import type { Domain, TimeScale } from '../time-axis.ts';
import { timeScale, timeTicks } from '../time-axis.ts';
import { timeText } from '../words.ts';
import { stepBelow } from '../zoom.ts';
import { eventMarks } from './event-marks.ts';
import type { Span, Step } from './spans.ts';
import { countsOf, FUTURE, lettersOf, spansOf } from './spans.ts';

export interface TimelineInput {
  readonly cold: ColdSnapshot;
  readonly history: History;
  /** the cursor: engine time, ns, and events passed */
  readonly time: number;
  readonly event: number;
  /** time range shown, ns */
  readonly domain: Domain;
  /** an expression over the run, with its own lane */
  readonly watch?: TimelineWatch | null;
}

/** A watched expression, drawn by watch-lane.ts, which is loaded on demand. */
export interface TimelineWatch {
  readonly label: string;
  /** least and greatest value, beside the lane's name */
  readonly range: string;
  readonly marks: (scale: TimeScale, now: number, top: number, bottom: number) => Mark[];
}

const AXIS = 22;
const EVENTS_ROW = 26;
/** Below this height only the bands are drawn. */
const FOLDED = 60;
const FOLDED_GUTTER = 108;
/** Below this width a folded timeline has no title, and its gutter is narrower. */
const UNTITLED = 420;
const UNTITLED_GUTTER = 34;

const gutter = (width: number): number => clamp(width * 0.083, 64, 118);

/** Scale of the timeline, with which the shell also converts pointer positions to times. */
export const timelineScale = (size: Size, domain: Domain): TimeScale =>
  size.height < FOLDED
    ? timeScale(domain, size.width < UNTITLED ? UNTITLED_GUTTER : FOLDED_GUTTER, size.width - 52)
    : timeScale(domain, gutter(size.width), size.width - 20);

/** What decides about lanes and rows. */
interface Lanes {
  readonly input: Pick<TimelineInput, 'cold' | 'history' | 'watch'>;
  readonly size: Size;
  readonly letters: readonly MapLetter[];
}

interface Frame extends Lanes {
  readonly input: TimelineInput;
  readonly scale: TimeScale;
}

export function timelineScene(input: TimelineInput, size: Size): Scene {
  const scale = timelineScale(size, input.domain);
  const frame: Frame = { input, size, scale, letters: lettersOf(input.history) };
  return { ...size, label: 'Timeline', layers: [], marks: size.height < FOLDED ? folded(frame) : unfolded(frame) };
}

/** Least height of a lane and of a row of counts, px. */
const LEAST_LANE = 15;
const LEAST_REFS = 34;
/** Height that a row of counts takes from the lanes, and the greatest height of a lane, px. */
const REFS = 36;
const MOST_LANE = 28;
/** Least height of a lane whose bands have names: the band is 7 px lower. */
const NAMED_LANE = 20;
/** Height of the axis, the events and the space between, px. */
const FIXED = AXIS + EVENTS_ROW + 8;

/** Maps that fit, in order: freed maps are left out first, then the oldest. */
function roomFor({ letters, input, size }: Lanes): {
  readonly shown: readonly MapLetter[];
  readonly rest: readonly MapLetter[];
} {
  const rows = Math.max(1, Math.floor((size.height - FIXED) / LEAST_LANE));
  if (letters.length <= rows) return { shown: letters, rest: [] };
  const gone = (letter: MapLetter): boolean => input.cold.maps.find((map) => map.letter === letter)?.state === 'FREED';
  const wanted = [...letters.filter((one) => !gone(one)).toReversed(), ...letters.filter(gone).toReversed()];
  const kept = new Set(wanted.slice(0, Math.max(1, rows - 1)));
  return { shown: letters.filter((one) => kept.has(one)), rest: letters.filter((one) => !kept.has(one)) };
}

/** Maps without a lane, by their letters. */
function restMarks(frame: Frame, rest: readonly MapLetter[], y: number): Mark[] {
  if (rest.length === 0) return [];
  const words = `+${rest.length}`;
  const names = fitText(rest.join(' '), frame.size.width - frame.scale.left - 20, ui(11));
  const label = `No room for map${rest.length === 1 ? '' : 's'} ${rest.join(', ')}: a higher timeline shows them`;
  return [
    text('lane.rest', { x: 16, y: y + 4 }, words, ui(12, 650), 'muted', { label }),
    text('lane.rest.names', { x: frame.scale.left + 4, y: y + 4 }, names, ui(11), 'muted'),
  ];
}

/** Lanes of maps, rows below them for counts and a watched expression, and the height of a lane. */
function rowsOf({ input, size }: Lanes, lanes: number): { rows: number; pitch: number } {
  const free = size.height - FIXED;
  const rows = clamp(Math.floor((free - lanes * LEAST_LANE) / LEAST_REFS), 0, input.watch ? 2 : 1);
  return { rows, pitch: clamp((free - rows * REFS) / Math.max(1, lanes), LEAST_LANE, MOST_LANE) };
}

/** Room that shows as many lanes, rows and names of states as a size does, for large text. */
export function timelineLeast(input: Lanes['input'], size: Size): Size {
  const width = stepBelow(size.width, [600, 372]);
  if (size.height < FOLDED) return { width, height: size.height };
  const frame = { input, size, letters: lettersOf(input.history) };
  const { shown, rest } = roomFor(frame);
  const lanes = shown.length + (rest.length > 0 ? 1 : 0);
  const { rows, pitch } = rowsOf(frame, lanes);
  const height = FIXED + rows * REFS + lanes * stepBelow(pitch, [NAMED_LANE, LEAST_LANE]);
  return { width, height: Math.min(size.height, height) };
}

function unfolded(frame: Frame): Mark[] {
  const { input, size, scale } = frame;
  const { shown: letters, rest } = roomFor(frame);
  const lanes = letters.length + (rest.length > 0 ? 1 : 0);
  const { rows, pitch } = rowsOf(frame, lanes);
  // a requested lane takes precedence over the counts
  const counted = rows === (input.watch ? 2 : 1);
  const refsTop = AXIS + 6 + pitch * lanes;
  const eventsY = size.height - 18;
  const bottom = eventsY - 14;
  const refsBottom = rows === 2 ? (refsTop + bottom) / 2 - 5 : bottom;
  const refs = counted ? refsOf({ ...frame, letters }, refsTop + 4, refsBottom) : { lines: [], names: [] };
  const flag = flagBox(frame);
  const ticks = timeTicks(scale, 14, [flag.x, flag.x + flag.width]);
  const grid = ticks.lines.map((x, i) =>
    line(`grid.${i}`, { x, y: AXIS }, { x, y: size.height - 8 }, { stroke: 'line' }),
  );
  return [
    ...grid,
    ...ticks.labels,
    ...letters.flatMap((letter, i) => lane(frame, letter, AXIS + 4 + pitch * (i + 0.5), pitch - 7)),
    ...restMarks(frame, rest, AXIS + 4 + pitch * (letters.length + 0.5)),
    ...(counted && letters.length > 0
      ? [...laneName('refs', 'refs', '', (refsTop + refsBottom) / 2, frame), ...refs.lines]
      : []),
    ...(input.watch && rows > 0
      ? watchLane(frame, input.watch, rows === 2 ? refsBottom + 8 : refsTop + 4, bottom)
      : []),
    ...(input.watch && rows === 0 ? [hiddenWords('watch', input.watch.label)] : []),
    ...laneName('events', 'events', '', eventsY, frame, captionAt(input)),
    ...eventMarks(input, scale, eventsY),
    // last, since what follows a moving mark is drawn anew with it
    ...refs.names,
    ...playhead(frame, flag),
  ];
}

/** An invisible mark whose label describes what has no room. */
const hiddenWords = (id: string, label: string): Mark => ({ kind: 'circle', id, cx: 0, cy: 0, r: 0, label });

function watchLane(frame: Frame, { label, range, marks }: TimelineWatch, top: number, bottom: number): Mark[] {
  const name = laneName('watch', 'watch', range, (top + bottom) / 2, frame, label);
  return [...name, ...marks(frame.scale, frame.input.time, top, bottom)];
}

/** Least distance between letters of a folded timeline, px; of lanes closer than that, not all are named. */
const LEAST_LETTER = 10;

function folded(frame: Frame): Mark[] {
  const { size, letters, scale } = frame;
  const pitch = size.height / Math.max(1, letters.length);
  const { x } = scale;
  const at = x(frame.input.time);
  const words = timeText(frame.input.time);
  const font = mono(11, 700);
  const width = textWidth(words, font) + 12;
  const left = at + width > size.width - 30 ? at - width : at;
  const middle = size.height / 2;
  return [
    ...(size.width < UNTITLED ? [] : [text('title', { x: 15, y: middle + 4 }, 'Timeline', ui(12, 650), 'text')]),
    ...letters.flatMap((letter, i) => [
      ...(i % Math.ceil(LEAST_LETTER / pitch) > 0
        ? []
        : [text(`lane.${letter}`, { x: scale.left - 20, y: pitch * (i + 0.5) + 4 }, letter, ui(10.5, 700), 'text')]),
      ...bands(frame, letter, pitch * (i + 0.5), clamp(pitch - 4, 4, 9), false),
    ]),
    line('playhead', { x: at, y: 0 }, { x: at, y: size.height }, { stroke: 'text', weight: 2 }),
    rect('playhead.flag', { x: left, y: middle - 8.5, width, height: 17 }, 4, { fill: 'text' }),
    text('playhead.time', { x: left + width / 2, y: middle + 4 }, words, font, 'bg', { anchor: 'middle' }),
  ];
}

function laneName(id: string, name: string, sub: string, y: number, { scale }: Frame, label?: string): Mark[] {
  const font = mono(11);
  const start = 16 + Math.max(18, textWidth(name, ui(12, 650)) + 9);
  return [
    text(`lane.${id}`, { x: 16, y: y + 4 }, name, ui(12, 650), 'text', label ? { label } : {}),
    text(`lane.${id}.sub`, { x: start, y: y + 4 }, fitText(sub, scale.left - start - 4, font), font, 'muted'),
  ];
}

function lane(frame: Frame, letter: MapLetter, y: number, height: number): Mark[] {
  const map = frame.input.cold.maps.find((one) => one.letter === letter);
  const name = map?.ccName || map?.name || '';
  const spans = spansOf(frame.input.history, letter).map(
    ({ state, grace, from }) => `${grace ? 'grace period' : state} from ${timeText(from)}`,
  );
  const label = `Map ${letter}: ${spans.join(', ')}`;
  return [...laneName(letter, letter, name, y, frame, label), ...bands(frame, letter, y, height, true)];
}

/** Part of a span inside the domain and on one side of the cursor. */
interface Piece {
  readonly span: Span;
  readonly from: number;
  readonly to: number;
  readonly future: boolean;
}

function piecesOf(spans: readonly Span[], [start, end]: Domain, now: number): Piece[] {
  return spans.flatMap((span): Piece[] => {
    const from = Math.max(span.from, start);
    const to = Math.min(span.to, end);
    if (to <= from) return [];
    if (to <= now) return [{ span, from, to, future: false }];
    if (from >= now) return [{ span, from, to, future: true }];
    return [
      { span, from, to: now, future: false },
      { span, from: now, to, future: true },
    ];
  });
}

function bands({ input, scale }: Frame, letter: MapLetter, y: number, height: number, named: boolean): Mark[] {
  const pieces = piecesOf(spansOf(input.history, letter), scale.domain, input.time);
  return pieces.flatMap((piece, i): Mark[] => {
    const { span, future } = piece;
    const look = STATE_PAINT[span.state];
    const x = scale.x(piece.from);
    const width = Math.max(1.5, scale.x(piece.to) - x - 1.5);
    const tall = span.grace ? Math.max(3, height * 0.4) : height;
    const id = `band.${letter}.${i}`;
    const dash = dashOf(span.state, 1.4);
    const solid = span.state === 'INUSE' || span.state === 'READY';
    const paint: Paint = {
      fill: solid ? look.solid : look.fill,
      stroke: look.line,
      weight: 1.3,
      ...(dash ? { dash, round: true } : {}),
    };
    const box = rect(id, { x, y: y - tall / 2, width, height: tall }, Math.min(4, tall / 2), paint);
    const body: Mark = future ? { ...box, opacity: FUTURE } : box;
    return named && !span.grace ? [body, ...bandName(id, piece, x, y, width, height)] : [body];
  });
}

function bandName(id: string, { span, future }: Piece, x: number, y: number, width: number, height: number): Mark[] {
  const font = ui(10.5, 700);
  if (height < 13 || textWidth(span.state, font, 0.4) + 14 > width) return [];
  const look = STATE_PAINT[span.state];
  const solid = span.state === 'INUSE' || span.state === 'READY';
  const fill = solid ? (future ? 'text' : 'on-state') : look.ink;
  const halo = span.state === 'TOBEFREE' ? { halo: 'surface-1' as const } : {};
  return [text(`${id}.name`, { x: x + 8, y: y + 3.8 }, span.state, font, fill, { spacing: 0.4, ...halo })];
}

/** A count as a stepped line between two times. */
function stepPath(
  steps: readonly Step[],
  from: number,
  to: number,
  x: (time: number) => number,
  y: (n: number) => number,
): string {
  let d = '';
  steps.forEach((step, i) => {
    const start = Math.max(step.time, from);
    const end = Math.min(steps[i + 1]?.time ?? to, to);
    if (end < start) return;
    d += pathOf(d === '' ? 'M' : 'L', x(start), y(step.refcnt), 'L', x(end), y(step.refcnt), '');
  });
  return d.trim();
}

/** The counts, and their names beside the playhead. */
interface Refs {
  readonly lines: readonly Mark[];
  readonly names: readonly Mark[];
}

function refsOf(frame: Frame, top: number, bottom: number): Refs {
  const { input, scale, letters } = frame;
  const all = letters.map((letter) => ({ letter, steps: countsOf(input.history, letter) }));
  const most = all.reduce((max, { steps }) => steps.reduce((m, step) => Math.max(m, step.refcnt), max), 1);
  const yOf =
    (lane: number) =>
    (refcnt: number): number =>
      bottom - ((bottom - top) * refcnt) / most - lane * 1.5;
  const lines = all.flatMap(({ letter, steps }, lane): Mark[] =>
    piecesOf(spansOf(input.history, letter), scale.domain, input.time).flatMap(
      ({ span, from, to, future }, i): Mark[] => {
        if (span.state === 'FREED') return [];
        const d = stepPath(steps, from, to, scale.x, yOf(lane));
        const dash = future ? { dash: [3, 3] } : {};
        const mark = path(`refs.${letter}.${i}`, d, { stroke: STATE_PAINT[span.state].line, weight: 2, ...dash });
        return d === '' ? [] : [future ? { ...mark, opacity: FUTURE } : mark];
      },
    ),
  );
  return { lines, names: refNames(frame, all, yOf, top, bottom) };
}

/** Letter and count beside the playhead, moved apart where lines are near each other. */
function refNames(
  { input, scale, size }: Frame,
  all: readonly { letter: MapLetter; steps: readonly Step[] }[],
  yOf: (lane: number) => (refcnt: number) => number,
  top: number,
  bottom: number,
): Mark[] {
  const at = scale.x(input.time);
  const right = at < size.width - 60;
  const names = all
    .flatMap(({ letter, steps }, lane) => {
      const map = input.cold.maps.find((one) => one.letter === letter);
      if (!map || map.state === 'FREED' || steps.length === 0) return [];
      // below its line, which would otherwise cross it
      return [{ letter, map, y: yOf(lane)(map.refcnt) + 13 }];
    })
    .sort((a, b) => a.y - b.y);
  spreadDown(names, 13);
  const over = Math.max(0, (names.at(-1)?.y ?? 0) - bottom - 6);
  return names.map(({ letter, map, y }): Mark => {
    const label = `Map ${letter} has ${map.refcnt} references`;
    // too many names for the height: the upper ones only get a label for screen readers
    if (y - over < top + 4 && names.length > 1)
      return { kind: 'circle', id: `refs.${letter}.name`, cx: 0, cy: 0, r: 0, label };
    return text(
      `refs.${letter}.name`,
      { x: at + (right ? 8 : -8), y: Math.max(top + 4, y - over) },
      `${letter} ${map.refcnt}`,
      mono(11, 700),
      STATE_PAINT[map.state].ink,
      { anchor: right ? 'start' : 'end', halo: 'surface-1', label },
    );
  });
}

interface Flag {
  readonly x: number;
  readonly width: number;
  readonly at: number;
  readonly words: string;
}

function flagBox({ input, scale, size }: Frame): Flag {
  const at = scale.x(input.time);
  const words = timeText(input.time);
  const width = textWidth(words, mono(11, 700)) + 18;
  return { x: clamp(at - width / 2, 2, size.width - width - 2), width, at, words };
}

function playhead({ size, scale }: Frame, { x, width, at, words }: Flag): Mark[] {
  if (at < scale.left - 1 || at > scale.right + 1) return [];
  const tip = clamp(at, x + 10, x + width - 10);
  return [
    line('playhead', { x: at, y: 20 }, { x: at, y: size.height - 6 }, { stroke: 'text', weight: 2 }),
    rect('playhead.flag', { x, y: 3, width, height: 17 }, 4, { fill: 'text' }),
    path('playhead.tip', pathOf('M', tip - 6, 19.5, 'L', tip + 6, 19.5, at, 26, 'Z'), { fill: 'text' }),
    text('playhead.time', { x: x + width / 2, y: 15.5 }, words, mono(11, 700), 'bg', { anchor: 'middle' }),
  ];
}

function captionAt({ cold, history }: TimelineInput): string {
  const caption = history.captions.find(({ n }) => n === cold.lastCaption);
  return caption ? `At the cursor: ${caption.text}` : 'Before the first step';
}

/** The slider's value for screen readers. */
export function timelineValueText(input: TimelineInput): string {
  const states = input.cold.maps.map(({ letter, state, refcnt }) => `map ${letter} ${state} ${refcnt}`);
  return [timeText(input.time), ...states].join(', ');
}
