/*
 * Draws a talk's stage, one idea at a time: the sentence on top, where heads do not hide it, the call, the states used
 * by this run in one row, and the run as bands. Laid out for the window's size, with few and large letters.
 */
import type { CallRecord, ColdSnapshot, History, LifecycleState, MapSnapshot } from '../../engine/index.ts';
import { capsuleMark } from '../lifecycle/capsule.ts';
import { measure } from '../lifecycle/layout.ts';
import { dashOf, STATE_PAINT } from '../paint.ts';
import type { Mark, Paint, Scene, Size, Theme } from '../scene.ts';
import { arrowHead, circle, clamp, cross, line, mono, path, pathOf, rect, text, ui } from '../shapes.ts';
import { fitText, textWidth, wrapText } from '../text-metrics.ts';
import { lettersOf, spansOf } from '../timeline/spans.ts';
import { counts } from '../words.ts';

export interface StageInput {
  readonly cold: ColdSnapshot;
  readonly history: History;
  /** the moment: engine time, ns, and events passed */
  readonly time: number;
  readonly event: number;
  readonly headline: string;
  /** as `7 of 12` */
  readonly n: number;
  readonly of: number;
  readonly errno: (errno: number) => string;
}

/** Font size of the headline at 1600 by 900 px; everything scales with the window and the text scale. */
const HEADLINE = 50;
const CALL = 25;
const NAME = 32;
const SMALL = 25;
/** Least font size, for phones, px. */
const LEAST = 11;
const LEAST_HEADLINE = 20;

const WORDS: Readonly<Record<LifecycleState, string>> = {
  INIT: 'created',
  READY: 'a link registers it',
  INUSE: 'registered',
  TOBEFREE: 'unregistered, still held',
  FREED: 'gone',
};

interface Stage {
  readonly input: StageInput;
  readonly size: Size;
  readonly theme: Theme;
  /** px per unit */
  readonly u: number;
}

export function stageScene(input: StageInput, size: Size, theme: Theme): Scene {
  const u = Math.min(size.width / 1600, size.height / 900) * theme.scale;
  const stage: Stage = { input, size, theme, u };
  const head = headMarks(stage);
  const low: Stage = { ...stage, u: Math.max(u, LEAST / SMALL) };
  const strip = stripHeight(low);
  const marks = [...head.marks, ...rowMarks(stage, head.bottom, size.height - strip), ...stripMarks(low, strip)];
  return { ...size, label: `Step ${input.n} of ${input.of}: ${input.headline}`, layers: [], marks };
}

function headMarks({ input, size, u }: Stage): { marks: Mark[]; bottom: number } {
  const x = 72 * u;
  const of = `${input.n} of ${input.of}`;
  const small = ui(Math.max(LEAST, SMALL * u), 500);
  const room = size.width - 2 * x - textWidth(of, small) - 30 * u;
  const letters = Math.max(LEAST_HEADLINE, HEADLINE * u);
  const font = ui(letters, 700);
  const end = { x: size.width - x, y: 26 * u + letters };
  const number = { x: end.x - textWidth(` of ${input.of}`, small), y: end.y };
  const marks: Mark[] = [
    text('of', end, ` of ${input.of}`, small, 'muted', { anchor: 'end' }),
    text('n', number, `${input.n}`, { ...small, weight: 700 }, 'text', { anchor: 'end' }),
  ];
  let y = 34 * u + letters;
  for (const [i, words] of wrapText(input.headline, room, font, 3).entries()) {
    const label = i === 0 ? { label: input.headline } : {};
    marks.push(text(`headline.${i}`, { x, y }, words, font, 'text', label));
    y += letters * 1.14;
  }
  const call = callMarks(input, x, y - 4 * u, size.width - 2 * x, u);
  return { marks: [...marks, ...call], bottom: y + 20 * u };
}

/** The call of an event that is shown: one that changed references, otherwise a refused one, otherwise the last. */
function toldCall({ history, event }: StageInput): CallRecord | undefined {
  const here = history.calls.filter((call) => call.event === event);
  const by = history.refs.findLast((ref) => ref.event === event)?.call;
  return here.find(({ n }) => n === by) ?? here.findLast(({ ret }) => ret < 0) ?? here.at(-1);
}

/** The step's call, and the transition of a map. */
function callMarks(input: StageInput, x: number, y: number, room: number, u: number): Mark[] {
  const { history, event, errno } = input;
  const call = toldCall(input);
  const move = history.transitions.findLast((one) => one.event === event);
  const font = mono(Math.max(LEAST, CALL * u), 500);
  const marks: Mark[] = [];
  const way = move ? `${move.map}: ${move.from ?? ''} → ` : '';
  const wayWidth = move ? textWidth(`${way}${move.to}`, font) + 40 * u : 0;
  let at = x;
  if (call) {
    const words = fitText(`${call.text}${call.ret < 0 ? ` = -${errno(-call.ret)}` : ''}`, room - wayWidth, font);
    marks.push(text('call', { x, y }, words, font, call.ret < 0 ? 'error' : 'muted', { label: `Call: ${words}` }));
    at += textWidth(words, font) + 40 * u;
  }
  if (move) {
    const paint = STATE_PAINT[move.to].ink;
    marks.push(
      text('way', { x: at, y }, way, font, 'muted'),
      text('way.to', { x: at + textWidth(way, font), y }, move.to, { ...font, weight: 700 }, paint),
    );
  }
  return marks;
}

const PLAIN: readonly LifecycleState[] = ['INIT', 'INUSE', 'TOBEFREE', 'FREED'];
const LINKED: readonly LifecycleState[] = ['INIT', 'READY', 'FREED'];

/** States that maps of this run reach, in the order of the lifecycle. */
function usedStates(history: History): LifecycleState[] {
  const seen = new Set(history.transitions.map(({ to }) => to));
  const isPlain = !seen.has('READY') || seen.has('INUSE');
  const order: readonly LifecycleState[] =
    isPlain && seen.has('READY') ? [...PLAIN.slice(0, 1), 'READY', ...PLAIN.slice(1)] : isPlain ? PLAIN : LINKED;
  return order.filter((state) => seen.has(state) || state === 'INIT');
}

/** An item of the row: an empty station, or a map. */
interface Place {
  readonly state: LifecycleState;
  readonly map: MapSnapshot | null;
  readonly half: number;
}

const EMPTY = 46;

function placesOf({ input, u }: Stage, radius: number): Place[] {
  return usedStates(input.history).flatMap((state): Place[] => {
    const here = state === 'FREED' ? [] : input.cold.maps.filter((map) => map.state === state);
    if (here.length === 0)
      return [{ state, map: null, half: Math.max(EMPTY * u, textWidth(state, ui(NAME * u, 800)) / 2) }];
    return here.map((map) => {
      const { reach } = measureOf(map, radius, u);
      return { state, map, half: reach };
    });
  });
}

const measureOf = (map: MapSnapshot, radius: number, u: number) =>
  measure(
    radius,
    {
      hasTokens: map.holders.some(({ kind }) => kind === 'socket'),
      hasKeepers: map.holders.some(({ kind }) => !counts(kind)),
      hasTags: map.holders.some(({ kind }) => kind !== 'socket'),
    },
    1.6 * u,
  );

const widthOf = (places: readonly Place[], gap: number): number =>
  places.reduce((sum, { half }) => sum + half * 2, 0) + gap * (places.length - 1);

/** Draws the row with the largest capsules that fit. */
function rowMarks(stage: Stage, top: number, bottom: number): Mark[] {
  const { size, u, input } = stage;
  const margin = 60 * u;
  const gap = 130 * u;
  const room = bottom - top - 110 * u;
  const fits = (radius: number): boolean => {
    const places = placesOf(stage, radius);
    const tallest = Math.max(...places.map(({ map, half }) => (map ? half : EMPTY * u)));
    return widthOf(places, gap) <= size.width - 2 * margin && tallest * 2 <= room;
  };
  let radius = 112 * u;
  while (radius > 20 && !fits(radius)) radius -= 2;
  const places = placesOf(stage, radius);
  const spare = Math.max(0, size.width - 2 * margin - widthOf(places, gap));
  const apart = gap + Math.min(spare / Math.max(1, places.length - 1), 120 * u);
  const y = top + Math.max(room * 0.5, 60 * u) + 10 * u;
  const marks: Mark[] = [];
  let x = (size.width - widthOf(places, apart)) / 2;
  const placed = places.map((place) => {
    const middle = x + place.half;
    x += place.half * 2 + apart;
    return { place, middle };
  });
  const taken = input.history.transitions.findLast(({ event }) => event === input.event);
  for (const [i, { place, middle }] of placed.entries()) {
    const next = placed[i + 1];
    if (next && next.place.state !== place.state)
      marks.push(
        ...arrow(
          stage,
          { from: middle + edgeOf(place, radius, u), to: next.middle - edgeOf(next.place, radius, u), y },
          place.state,
          next.place.state,
          taken?.from === place.state && taken.to === next.place.state,
        ),
      );
    marks.push(
      ...(place.map ? mapMarks(stage, place.map, radius, middle, y, i) : emptyMarks(stage, place.state, middle, y)),
    );
  }
  return marks;
}

const edgeOf = ({ map }: Place, radius: number, u: number): number => {
  if (!map) return EMPTY * u + 8 * u;
  const { outer } = measureOf(map, radius, u);
  return outer + 10 * u;
};

const WAY: Readonly<Partial<Record<string, string>>> = {
  'INIT INUSE': 'update',
  'INIT READY': 'update',
  'INUSE TOBEFREE': 'delete',
  'TOBEFREE FREED': '0 refs',
  'READY FREED': '0 refs',
};

interface Span {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

function arrow({ u }: Stage, { from, to, y }: Span, a: LifecycleState, b: LifecycleState, taken: boolean): Mark[] {
  if (to - from < 24 * u) return [];
  const id = `arrow.${a}.${b}`;
  const paint = taken ? STATE_PAINT[b].line : 'edge';
  const weight = (taken ? 6 : 3) * u;
  const dash = b === 'FREED' ? { dash: [9 * u, 7 * u] } : {};
  const word = WAY[`${a} ${b}`];
  const marks: Mark[] = [
    line(id, { x: from, y }, { x: to - 14 * u, y }, { stroke: paint, weight, ...dash }),
    arrowHead(`${id}.head`, { x: to, y }, 0, 22 * u, paint),
  ];
  // on a phone sockets take the place of the word
  if (word === undefined || SMALL * u < LEAST) return marks;
  const font = mono(SMALL * u, taken ? 700 : 500);
  const fill = taken ? STATE_PAINT[b].ink : 'muted';
  if (textWidth(word, font) < to - from + 40 * u)
    marks.push(
      text(`${id}.word`, { x: (from + to) / 2, y: y - Math.max(9, 18 * u) }, word, font, fill, {
        anchor: 'middle',
        halo: 'surface-1',
      }),
    );
  return marks;
}

/** Name of a state; on a phone without its explanation. */
function nameMark({ u }: Stage, id: string, state: LifecycleState, x: number, y: number, label: string): Mark[] {
  const font = ui(Math.max(LEAST + 1, NAME * u), 800);
  const name = text(`${id}.name`, { x, y }, state, font, STATE_PAINT[state].ink, { anchor: 'middle', label });
  const small = ui(SMALL * 0.84 * u, 500);
  if (small.size < LEAST) return [name];
  return [name, text(`${id}.words`, { x, y: y + 34 * u }, WORDS[state], small, 'muted', { anchor: 'middle' })];
}

function emptyMarks(stage: Stage, state: LifecycleState, x: number, y: number): Mark[] {
  const { u, input } = stage;
  const id = `station.${state}`;
  const gone = state === 'FREED' ? input.cold.maps.filter((map) => map.state === state) : [];
  const dash = dashOf(state, 4 * u);
  const paint: Paint = { stroke: STATE_PAINT[state].line, weight: 4 * u, round: true, ...(dash ? { dash } : {}) };
  const marks: Mark[] = [circle(id, { x, y }, EMPTY * u, { fill: 'surface-1', ...paint })];
  const letters = gone.map(({ letter }) => letter).join(' ');
  if (state === 'FREED' && letters === '')
    marks.push(cross(`${id}.cross`, { x, y }, 14 * u, { stroke: STATE_PAINT[state].line, weight: 4 * u }));
  if (letters !== '')
    marks.push(
      text(`${id}.letters`, { x, y: y + 11 * u }, letters, ui(30 * u, 700), 'freed-ink', { anchor: 'middle' }),
    );
  const label = letters === '' ? `${state}: no map` : `${state}: map ${letters}`;
  return [...marks, ...nameMark(stage, id, state, x, y + EMPTY * u + Math.max(20, 52 * u), label)];
}

function mapMarks(stage: Stage, map: MapSnapshot, radius: number, x: number, y: number, i: number): Mark[] {
  const { input, theme, u } = stage;
  const size = measureOf(map, radius, u);
  const { cold, history } = input;
  const about = {
    map,
    sockets: cold.sockets,
    calls: history.calls,
    leaving: [],
    grace: null,
    running: null,
    theme,
    text: 2.1 * u,
  };
  const capsule = capsuleMark({ letter: map.letter, x, y, measure: size }, { ...about, focus: i * 30 });
  const refs = `${map.state}: map ${map.letter}, ${map.refcnt} references`;
  return [
    capsule,
    ...nameMark(stage, `map.${map.letter}.station`, map.state, x, y + size.down + Math.max(18, 40 * u), refs),
  ];
}

const stripHeight = ({ input, u }: Stage): number => (46 + 54 * Math.max(1, lettersOf(input.history).length)) * u;

/** The run as a band per map; the past solid, the future faint. */
function stripMarks({ input, size, u }: Stage, height: number): Mark[] {
  const { history, time } = input;
  const top = size.height - height;
  const left = 124 * u;
  const right = size.width - 72 * u;
  const until = Math.max(1, history.until);
  const x = (at: number): number => left + ((right - left) * clamp(at, 0, until)) / until;
  const marks: Mark[] = [
    rect('strip', { x: 0, y: top, width: size.width, height }, 0, { fill: 'surface-2' }),
    path('strip.edge', pathOf('M', 0, top, 'L', size.width, top), { stroke: 'line', weight: 1.5 * u }),
  ];
  for (const [row, letter] of lettersOf(history).entries()) {
    const y = top + (24 + 54 * row) * u;
    marks.push(text(`strip.${letter}`, { x: 72 * u, y: y + 27 * u }, letter, ui(SMALL * u, 700), 'text'));
    for (const [i, span] of spansOf(history, letter).entries()) {
      for (const [part, from, to] of [
        ['past', span.from, Math.min(span.to, time)],
        ['future', Math.max(span.from, time), span.to],
      ] as const) {
        if (to > from)
          marks.push(
            ...band(
              `strip.${letter}.${i}.${part}`,
              span,
              { x: x(from), width: Math.max(2, x(to) - x(from) - 2 * u), y },
              part === 'future',
              u,
            ),
          );
      }
    }
  }
  const at = x(time);
  return [
    ...marks,
    line('strip.now', { x: at, y: top + 4 * u }, { x: at, y: size.height - 8 * u }, { stroke: 'text', weight: 4 * u }),
    path('strip.tip', pathOf('M', at - 11 * u, top + 4 * u, 'L', at + 11 * u, top + 4 * u, at, top + 18 * u, 'Z'), {
      fill: 'text',
    }),
  ];
}

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function band(
  id: string,
  span: ReturnType<typeof spansOf>[number],
  { x, y, width }: Bar,
  future: boolean,
  u: number,
): Mark[] {
  const look = STATE_PAINT[span.state];
  const height = (span.grace ? 16 : 38) * u;
  const solid = span.state === 'INUSE' || span.state === 'READY';
  const dash = dashOf(span.state, 2.4 * u);
  const paint: Paint = {
    fill: solid ? look.solid : look.fill,
    stroke: look.line,
    weight: 2 * u,
    ...(dash ? { dash, round: true } : {}),
  };
  const box = rect(id, { x, y: y + (38 * u - height) / 2, width, height }, 7 * u, paint);
  const font = ui(21 * u, 700);
  const words = span.state;
  const named = !future && !span.grace && textWidth(words, font) + 24 * u < width;
  const fill = solid ? 'on-state' : look.ink;
  const halo = span.state === 'TOBEFREE' ? { halo: 'surface-1' as const } : {};
  return [
    future ? { ...box, opacity: 0.4 } : box,
    ...(named ? [text(`${id}.name`, { x: x + 14 * u, y: y + 26 * u }, words, font, fill, halo)] : []),
  ];
}
