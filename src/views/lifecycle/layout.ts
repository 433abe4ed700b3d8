/*
 * Computes positions of stations and capsules from the size in pixels. INIT, INUSE, TOBEFREE and FREED form one row,
 * READY is in a row below. Capsules get the largest radius with which both rows fit; the gaps between stations share
 * the rest.
 */
import { entryOf, numberAt } from '../lists.ts';
import type { LifecycleState, MapLetter } from '../../engine/index.ts';
import type { Size } from '../scene.ts';
import type { Point } from '../shapes.ts';
import { clamp } from '../shapes.ts';

/** Properties of a map that determine its size. */
export interface Occupant {
  readonly letter: MapLetter;
  readonly state: LifecycleState;
  readonly hasTokens: boolean;
  readonly hasKeepers: boolean;
  /** whether there are words beside the ring */
  readonly hasTags: boolean;
}

export interface Capsule extends Point {
  readonly letter: MapLetter;
  readonly measure: Measure;
}

/** Sizes that follow from a capsule's radius, px. */
export interface Measure {
  readonly radius: number;
  readonly ring: number;
  readonly ringWeight: number;
  /** radius of the outer ring */
  readonly outer: number;
  readonly token: number;
  /** distance of a token's centre from the capsule's centre */
  readonly tether: number;
  /** distance of a word beside the ring */
  readonly tag: number;
  /** extent to the sides and upwards */
  readonly reach: number;
  /** extent downwards */
  readonly down: number;
  /** distance of tokens from the edges on either side, degrees */
  readonly clearance: number;
}

export interface Station extends Point {
  readonly state: LifecycleState;
  /** radius of the empty outline */
  readonly radius: number;
  /** from the centre to the start of an edge, left and right */
  readonly left: number;
  readonly right: number;
  readonly capsules: readonly Capsule[];
  /** baseline of the state's name */
  readonly nameY: number;
  /** maps in this state without room for a capsule; they are listed beside its name */
  readonly rest: readonly MapLetter[];
}

export interface Layout {
  readonly stations: Readonly<Record<LifecycleState, Station>>;
  /** no room for words on the edges */
  readonly compact: boolean;
  /** without room for two rows: the needed stations in one row, in this order; null when READY has its own row */
  readonly flat: readonly LifecycleState[] | null;
  /** text scale factor */
  readonly text: number;
  /** height of READY's name and notes below its row, px; 0 when they are beside it */
  readonly readyFoot: number;
  /** no room for what is around the rings: tokens of sockets, and words */
  readonly bare: boolean;
  /** required width, px; more than the available one if a map has no room */
  readonly width: number;
}

const LINE: readonly LifecycleState[] = ['INIT', 'INUSE', 'TOBEFREE', 'FREED'];

/** Stations of a single row: includes READY if a map is there, and then only occupied stations of the main row. */
function flatLine(occupants: readonly Occupant[]): readonly LifecycleState[] {
  const stands = (state: LifecycleState): boolean => occupants.some((one) => one.state === state);
  if (!stands('READY')) return LINE;
  return ['INIT', 'READY', ...(['INUSE', 'TOBEFREE'] as const).filter(stands), 'FREED'];
}

/** Where even the row is too wide: only where maps are, and where they end. */
const shortLine = (occupants: readonly Occupant[]): readonly LifecycleState[] =>
  flatLine(occupants).filter((state) => state === 'FREED' || occupants.some((one) => one.state === state));

/** Half the height of a pill, plus some space, px. */
const PILL_HALF = 12;

/** Sizes of a capsule with a given radius; `text` scales its letters. */
export function measure(
  radius: number,
  { hasTokens, hasKeepers, hasTags }: Omit<Occupant, 'letter' | 'state'>,
  text: number,
): Measure {
  const ring = radius + Math.max(5, radius * 0.19);
  const ringWeight = Math.max(4, radius * 0.146);
  const outer = ring + Math.max(6, radius * 0.21);
  const token = clamp(radius * 0.27, 9.5, 22);
  const tether = ring + token + Math.max(8, radius * 0.44);
  const tag = (hasKeepers ? outer : ring) + 11 + 6 * text;
  // the word of a keeper is at the lower right
  const body = hasKeepers ? Math.max(outer + 2, tag * 0.5 + 17 * text) : ring + ringWeight / 2 + 2;
  const reach = hasTokens ? tether + token : body;
  const down = Math.max(reach, hasTags || hasKeepers ? tag + 5 * text : 0);
  const clearance = (Math.asin(Math.min(0.7, (token + PILL_HALF) / tether)) * 180) / Math.PI;
  return { radius, ring, ringWeight, outer, token, tether, tag, reach, down, clearance };
}

interface Body {
  readonly state: LifecycleState;
  readonly letter: MapLetter | null;
  readonly measure: Measure | null;
  /** distance to the start of an edge */
  readonly edge: number;
  /** extent to each side */
  readonly reach: number;
}

interface Terms {
  readonly empty: number;
  readonly pill: number;
  readonly nameHalf: number;
  readonly text: number;
}

function bodiesOf(state: LifecycleState, occupants: readonly Occupant[], radius: number, terms: Terms): Body[] {
  const here = state === 'FREED' ? [] : occupants.filter((one) => one.state === state);
  if (here.length === 0) {
    return [
      { state, letter: null, measure: null, edge: terms.empty + 2, reach: Math.max(terms.empty, terms.nameHalf) },
    ];
  }
  return here.map((occupant) => {
    const { letter, hasKeepers } = occupant;
    const size = measure(here.length > 1 ? radius * 0.8 : radius, occupant, terms.text);
    return {
      state,
      letter,
      measure: size,
      edge: (hasKeepers ? size.outer : size.ring + size.ringWeight) + 4,
      reach: size.reach,
    };
  });
}

/** Least distance between the centres of two neighbours. */
function distance(a: Body, b: Body, pill: number): number {
  if (a.state === b.state) return a.reach + b.reach + 4;
  return Math.max(a.edge + b.edge + pill + 14, a.reach + b.reach + 4);
}

/** Distance of each body of a row from the one before it; the first has none. */
const apartOf = (bodies: readonly Body[], pill: number): number[] =>
  bodies.slice(1).map((body, i) => distance(entryOf(bodies, i), body, pill));

function lineLength(bodies: readonly Body[], pill: number): number {
  const ends = entryOf(bodies, 0).reach + entryOf(bodies, bodies.length - 1).reach;
  return apartOf(bodies, pill).reduce((length, apart) => length + apart, ends);
}

const lineBodies = (
  line: readonly LifecycleState[],
  occupants: readonly Occupant[],
  radius: number,
  terms: Terms,
): Body[] => line.flatMap((state) => bodiesOf(state, occupants, radius, terms));

const above = (bodies: readonly Body[]): number =>
  bodies.reduce((most, body) => Math.max(most, body.measure ? body.reach : body.edge), 0);
const below = (bodies: readonly Body[]): number =>
  bodies.reduce((most, body) => Math.max(most, body.measure ? body.measure.down : body.edge), 0);

const MARGIN = 14;
const SMALLEST = 18;
/** Least distance of a state's name from the lower edge of the picture, px. */
const NAME_FOOT = 6;

/** Extents of the two rows above and below their centre lines, px. */
interface Rows {
  readonly lineUp: number;
  readonly lineDown: number;
  readonly readyUp: number;
  readonly readyDown: number;
  readonly height: number;
}

function rowsOf(bodies: readonly Body[], ready: readonly Body[], { text, readyFoot }: Wish): Rows {
  const readyDown = below(ready) + readyFoot;
  const rows = { lineUp: above(bodies), lineDown: below(bodies), readyUp: above(ready), readyDown };
  // the state's name is between the rows
  return { ...rows, height: rows.lineUp + rows.lineDown + rows.readyUp + rows.readyDown + 25 * text + 6 };
}

/** A text scale to try, and whether only the rings are drawn. */
type Attempt = readonly [text: number, bare: boolean];

/** What to try with large text where the height has no room for the names of the states: large text comes before tokens of sockets. */
const attempts = (text: number): readonly Attempt[] =>
  (
    [
      [1.3, false],
      [text, true],
      [1.3, true],
      [1, false],
      [1, true],
    ] as const
  ).filter(([scale]) => scale <= text && text > 1);

/**
 * Places all maps. Maps for which the width has no room are left out, from the fullest station first; where the height
 * has no room for the names, letters become smaller and tokens are left out before a name is cut.
 */
export function layOut(
  size: Size,
  top: number,
  occupants: readonly Occupant[],
  pillWidth: number,
  text: number,
  readyFoot = 0,
): Layout {
  const asked = { size, top, pillWidth, readyFoot };
  let found = layOutAt(asked, occupants, [text, false]);
  for (const attempt of attempts(text)) {
    if (found.fits) break;
    found = layOutAt(asked, occupants, attempt);
  }
  return found.layout;
}

type Asked = Pick<Wish, 'size' | 'top' | 'pillWidth' | 'readyFoot'>;

const bareOf = (one: Occupant): Occupant => ({ ...one, hasTokens: false, hasKeepers: false, hasTags: false });

function layOutAt(asked: Asked, all: readonly Occupant[], [text, bare]: Attempt): Placed {
  const occupants = bare ? all.map(bareOf) : all;
  let shown = occupants;
  for (;;) {
    const rest = occupants.filter((one) => !shown.includes(one));
    const wish = { ...asked, occupants: shown, rest, text, bare };
    const tall = tryLayout({ ...wish, flat: null });
    // bare rings are for a low picture, which has one row
    const placed = tall.fits && !bare ? tall : tryLayout({ ...wish, flat: flatLine(shown) });
    if (placed.layout.width <= asked.size.width) return placed;
    const left = leastWanted(shown);
    if (!left) return tryLayout({ ...wish, flat: shortLine(shown) });
    shown = shown.filter((one) => one !== left);
  }
}

/** The map to leave out: the oldest one without a connection, in the station with most maps; null when no station has two. */
function leastWanted(shown: readonly Occupant[]): Occupant | null {
  const inState = (state: LifecycleState): readonly Occupant[] => shown.filter((one) => one.state === state);
  const [fullest] = (['INIT', 'READY', 'INUSE', 'TOBEFREE'] as const)
    .map(inState)
    .toSorted((a, b) => b.length - a.length);
  if (!fullest || fullest.length < 2) return null;
  return fullest.find(({ hasTokens }) => !hasTokens) ?? fullest[0] ?? null;
}

interface Wish {
  readonly size: Size;
  readonly top: number;
  readonly occupants: readonly Occupant[];
  readonly rest: readonly Occupant[];
  readonly pillWidth: number;
  readonly text: number;
  readonly bare: boolean;
  readonly readyFoot: number;
  readonly flat: readonly LifecycleState[] | null;
}

interface Placed {
  readonly layout: Layout;
  /** false when no radius fits the height */
  readonly fits: boolean;
}

/** Finds the largest radius with which everything fits. */
function tryLayout(wish: Wish): Placed {
  const { size, top, occupants, pillWidth, text, flat } = wish;
  const room = size.height - top - 8;
  const largest = clamp(Math.min(size.width / 634, size.height / 352) * 48, SMALLEST, 96);
  const termsOf = (radius: number, pill: number): Terms => ({
    empty: clamp(radius * 0.52, 13, 44),
    pill,
    nameHalf: 31 * text,
    text,
  });
  const linesOf = (radius: number, pill: number): Body[] =>
    lineBodies(flat ?? LINE, occupants, radius, termsOf(radius, pill));
  const widthOf = (radius: number, pill: number): number => lineLength(linesOf(radius, pill), pill);
  const isLow = (radius: number, pill: number): boolean => {
    const ready = flat ? [] : bodiesOf('READY', occupants, radius, termsOf(radius, pill));
    return rowsOf(linesOf(radius, pill), ready, wish).height <= room;
  };
  const search = (pill: number): number => {
    let radius = largest;
    while (radius > SMALLEST && !(widthOf(radius, pill) <= size.width - 2 * MARGIN && isLow(radius, pill))) radius -= 1;
    return radius;
  };
  let radius = search(pillWidth);
  const compact = widthOf(radius, pillWidth) > size.width - 2 * MARGIN;
  const pill = compact ? 10 : pillWidth;
  if (compact) radius = search(pill);
  return { layout: place(wish, radius, termsOf(radius, pill), compact), fits: isLow(radius, pill) };
}

/** Place of a station that is left out and not drawn. */
const NOWHERE = { body: { measure: null, edge: 0 }, x: 0 } as const;

/** x of each body in a row that begins at `start`; `more` gives the extra space between two neighbours, px. */
function inRow(
  bodies: readonly Body[],
  pill: number,
  start: number,
  more: (before: Body, body: Body) => number,
): number[] {
  let x = start;
  return bodies.map((body, i) => {
    const before = bodies[i - 1];
    if (before) x += distance(before, body, pill) + more(before, body);
    return x;
  });
}

function place(wish: Wish, radius: number, terms: Terms, compact: boolean): Layout {
  const { size, top, occupants, rest, text, bare, readyFoot, flat } = wish;
  const bodies = lineBodies(flat ?? LINE, occupants, radius, terms);
  const ready = flat ? [] : bodiesOf('READY', occupants, radius, terms);
  const rows = rowsOf(bodies, ready, wish);
  const spare = Math.max(0, size.height - top - 8 - rows.height);
  const lineY = top + rows.lineUp + spare * 0.3;
  const readyY = size.height - 10 - rows.readyDown - spare * 0.25;
  // gaps grow with the width up to a maximum; then the whole row is centred
  const slack = size.width - 2 * MARGIN - lineLength(bodies, terms.pill);
  const share = clamp(slack / 3, 0, 120);
  const indent = MARGIN + Math.max(0, (slack - share * 3) / 2);
  const xs = inRow(bodies, terms.pill, indent + entryOf(bodies, 0).reach, (before, body) =>
    body.state === before.state ? 0 : share,
  );
  const stationOf = (state: LifecycleState, list: readonly Body[], at: readonly number[], y: number): Station => {
    const mine = list.map((body, i) => ({ body, x: numberAt(at, i) })).filter(({ body }) => body.state === state);
    const first = mine[0] ?? NOWHERE;
    const last = mine[mine.length - 1] ?? NOWHERE;
    const x = (first.x + last.x) / 2;
    const occupied = first.body.measure !== null;
    return {
      state,
      x,
      y,
      radius: terms.empty,
      left: x - first.x + first.body.edge,
      right: last.x - x + last.body.edge,
      rest: rest.filter((one) => one.state === state).map(({ letter }) => letter),
      // where nothing fits, the name is drawn over the capsule's lower edge instead of being cut
      nameY: Math.min(
        y + (occupied ? below(mine.map(({ body }) => body)) + 14 * text : terms.empty + 20 * text),
        size.height - NAME_FOOT,
      ),
      capsules: mine.flatMap(({ body, x: cx }) =>
        body.letter !== null && body.measure ? [{ letter: body.letter, x: cx, y, measure: body.measure }] : [],
      ),
    };
  };
  const onLine = (state: LifecycleState): Station => stationOf(state, bodies, xs, lineY);
  const inuse = onLine('INUSE');
  const readyXs = inRow(ready, terms.pill, Math.max(inuse.x, MARGIN + (ready[0]?.reach ?? 0)), () => 0);
  const lastReady = ready.at(-1);
  return {
    compact,
    flat,
    text,
    bare,
    readyFoot: flat ? 0 : readyFoot,
    width: Math.max(
      lineLength(bodies, terms.pill) + 2 * MARGIN,
      lastReady ? (readyXs.at(-1) ?? 0) + lastReady.reach + MARGIN : 0,
    ),
    stations: {
      INIT: onLine('INIT'),
      INUSE: inuse,
      TOBEFREE: onLine('TOBEFREE'),
      FREED: onLine('FREED'),
      READY: flat ? onLine('READY') : stationOf('READY', ready, readyXs, readyY),
    },
  };
}
