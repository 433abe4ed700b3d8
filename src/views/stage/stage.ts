/*
 * Draws a talk's stage, one idea at a time: the sentence on top, where heads do not hide it, the call, the states used
 * by this run in one row, and the run as bands. Laid out for the window's size, with few and large letters.
 */
import type { CallRecord, History, LifecycleState } from '../../engine/index.ts';
import { type CapsuleInput, type CapsuleMap, capsuleMark } from '../lifecycle/capsule.ts';
import { measure } from '../lifecycle/layout.ts';
import { dashOf, STATE_PAINT } from '../paint.ts';
import type { Mark, Paint, Scene, Size, Theme } from '../scene.ts';
import { arrowHead, circle, cross, line, mono, type Point, text, ui } from '../shapes.ts';
import { fitText, textWidth, wrapText } from '../text-metrics.ts';
import { counts } from '../words.ts';
import { stripOf } from './strip.ts';

export interface StageInput {
  readonly cold: { readonly maps: readonly CapsuleMap[]; readonly sockets: CapsuleInput['sockets'] };
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
  const low = Math.max(u, LEAST / SMALL);
  const strip = stripOf(input, size, low);
  const marks = [...head.marks, ...rowMarks(stage, head.bottom, size.height - strip.height), ...strip.marks];
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
  const from = move?.from ? `${move.from} → ` : '';
  const way = move ? `${move.map}: ${from}` : '';
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

/** An item of the row: an empty station, or a map. `more`: number of further maps of the state, for which there is no room. */
interface Place {
  readonly state: LifecycleState;
  readonly map: CapsuleMap | null;
  readonly half: number;
  readonly more: number;
}

const EMPTY = 46;

/** At most `most` of the maps, in their order: the one that the step moved, and the newest others. */
function someOf(maps: readonly CapsuleMap[], most: number, { history, event }: StageInput): readonly CapsuleMap[] {
  if (maps.length <= most) return maps;
  const moved = history.transitions.findLast((one) => one.event === event)?.map;
  const chosen = new Set(maps.toSorted((a, b) => Number(a.letter === moved) - Number(b.letter === moved)).slice(-most));
  return maps.filter((map) => chosen.has(map));
}

/** `most`: largest number of maps shown per state. */
function placesOf({ input, u }: Stage, radius: number, most: number): Place[] {
  return usedStates(input.history).flatMap((state): Place[] => {
    const all = state === 'FREED' ? [] : input.cold.maps.filter((map) => map.state === state);
    if (all.length === 0)
      return [{ state, map: null, half: Math.max(EMPTY * u, textWidth(state, ui(NAME * u, 800)) / 2), more: 0 }];
    const here = someOf(all, most, input);
    return here.map((map, i) => {
      const { reach } = measureOf(map, radius, u);
      return { state, map, half: reach, more: i === here.length - 1 ? all.length - here.length : 0 };
    });
  });
}

const measureOf = (map: CapsuleMap, radius: number, u: number) =>
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

/** Least radius of a capsule, px: smaller ones cannot be read from the last row, so fewer are shown. */
const LEAST_RADIUS = 48;

/** Draws the row with the largest capsules that fit. */
function rowMarks(stage: Stage, top: number, bottom: number): Mark[] {
  const { size, u, input } = stage;
  const margin = 60 * u;
  const gap = 130 * u;
  const room = bottom - top - 110 * u;
  let most = Math.max(1, input.cold.maps.length);
  const fits = (radius: number): boolean => {
    const places = placesOf(stage, radius, most);
    // the name below has space of its own, into which words beside the ring may reach
    const tallest = Math.max(
      ...places.map(({ map, half }) => (map ? Math.max(half, measureOf(map, radius, u).down - 16 * u) : EMPTY * u)),
    );
    return widthOf(places, gap) <= size.width - 2 * margin && tallest * 2 <= room;
  };
  const least = Math.max(20, LEAST_RADIUS * u);
  while (most > 1 && !fits(least)) most--;
  let radius = 112 * u;
  while (radius > 20 && !fits(radius)) radius -= 2;
  const places = placesOf(stage, radius, most);
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
      ...(place.map
        ? mapMarks(stage, place.map, radius, { x: middle, y }, place.more, i)
        : emptyMarks(stage, place.state, middle, y)),
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

interface Named {
  readonly id: string;
  readonly state: LifecycleState;
  readonly label: string;
  /** number of maps of the state without room */
  readonly more: number;
}

/** Name of a state; on a phone without its explanation. */
function nameMark({ u }: Stage, { id, state, label, more }: Named, { x, y }: Point): Mark[] {
  const font = ui(Math.max(LEAST + 1, NAME * u), 800);
  const small = ui(SMALL * 0.84 * u, 500);
  const isAlone = small.size < LEAST;
  const name = isAlone && more > 0 ? `${state} +${more}` : state;
  const words = more > 0 ? `and ${more} more` : WORDS[state];
  const mark = text(`${id}.name`, { x, y }, name, font, STATE_PAINT[state].ink, { anchor: 'middle', label });
  if (isAlone) return [mark];
  return [mark, text(`${id}.words`, { x, y: y + 34 * u }, words, small, 'muted', { anchor: 'middle' })];
}

function emptyMarks(stage: Stage, state: LifecycleState, x: number, y: number): Mark[] {
  const { u, input } = stage;
  const id = `station.${state}`;
  const gone = state === 'FREED' ? input.cold.maps.filter((map) => map.state === state) : [];
  const dash = dashOf(state, 4 * u);
  const paint: Paint = { stroke: STATE_PAINT[state].line, weight: 4 * u, round: true, ...(dash ? { dash } : {}) };
  const marks: Mark[] = [circle(id, { x, y }, EMPTY * u, { fill: 'surface-1', ...paint })];
  if (state === 'READY') marks.push(circle(`${id}.double`, { x, y }, (EMPTY - 9) * u, { ...paint, weight: 2.5 * u }));
  const letters = gone.map(({ letter }) => letter).join(' ');
  if (state === 'FREED' && letters === '')
    marks.push(cross(`${id}.cross`, { x, y }, 14 * u, { stroke: STATE_PAINT[state].line, weight: 4 * u }));
  if (letters !== '')
    marks.push(
      text(`${id}.letters`, { x, y: y + 11 * u }, letters, ui(30 * u, 700), 'freed-ink', { anchor: 'middle' }),
    );
  const label = letters === '' ? `${state}: no map` : `${state}: map ${letters}`;
  const at = { x, y: y + EMPTY * u + Math.max(20, 52 * u) };
  return [...marks, ...nameMark(stage, { id, state, label, more: 0 }, at)];
}

function mapMarks(stage: Stage, map: CapsuleMap, radius: number, { x, y }: Point, more: number, i: number): Mark[] {
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
  const others = more > 0 ? `, and ${more} more` : '';
  const label = `${map.state}: map ${map.letter}, ${map.refcnt} references${others}`;
  const at = { x, y: y + size.down + Math.max(18, 40 * u) };
  return [capsule, ...nameMark(stage, { id: `map.${map.letter}.station`, state: map.state, label, more }, at)];
}
