/*
 * Draws the transitions between states. Each is a button; one that the kernel refuses shows the errno and the check
 * that answered, so none is disabled.
 */
import { entryOf } from '../lists.ts';
import type { LifecycleState, MapLetter, MapSnapshot, Transition } from '../../engine/index.ts';
import { type ReadySituation, readySituation } from '../modules/ready.ts';
import type { PaintName } from '../paint.ts';
import { STATE_PAINT } from '../paint.ts';
import type { Mark, Paint, TextMark } from '../scene.ts';
import type { Point } from '../shapes.ts';
import { arrowHead, bezierAt, group, line, mono, path, pathOf, pill, pillWidth, text, ui } from '../shapes.ts';
import { type Font, textWidth } from '../text-metrics.ts';
import type { Layout, Station } from './layout.ts';

interface Edge {
  readonly id: 'update' | 'delete' | 'zero' | 'ready' | 'last';
  readonly from: LifecycleState;
  readonly to: LifecycleState;
  readonly word: string;
  /** action of the button */
  readonly label: string;
  readonly dashed: boolean;
  readonly forLinks: boolean;
}

const EDGES: readonly Edge[] = [
  {
    id: 'update',
    from: 'INIT',
    to: 'INUSE',
    word: 'update',
    label: 'Update: give the map its value and register it',
    dashed: false,
    forLinks: false,
  },
  {
    id: 'delete',
    from: 'INUSE',
    to: 'TOBEFREE',
    word: 'delete',
    label: 'Delete: unregister the map',
    dashed: false,
    forLinks: false,
  },
  {
    id: 'zero',
    from: 'TOBEFREE',
    to: 'FREED',
    word: '0 refs',
    label: 'Close the next connection that holds the map; at 0 references it is freed after a grace period',
    dashed: true,
    forLinks: false,
  },
  {
    id: 'ready',
    from: 'INIT',
    to: 'READY',
    word: 'update',
    label: 'Update: give a map created with BPF_F_LINK its value; a link registers it later',
    dashed: false,
    forLinks: true,
  },
  {
    id: 'last',
    from: 'READY',
    to: 'FREED',
    word: 'last ref dropped',
    label: 'Drop the last reference of a map created with BPF_F_LINK',
    dashed: true,
    forLinks: true,
  },
];

/** Opacity of strokes that a scenario does not use. */
const UNUSED = 0.3;
const PILL = 10.5;

export const pillRoom = (k: number): number => pillWidth('update', mono(Math.max(10.5, PILL * k), 700)) + 4;

export interface EdgesInput {
  readonly layout: Layout;
  readonly maps: readonly MapSnapshot[];
  /** the last transition, whose edge is highlighted */
  readonly taken: Transition | null;
  readonly linksUsed: boolean;
  readonly width: number;
}

/** Map to which an edge's button applies: the newest one in the start state, otherwise the newest of all. */
function subject(edge: Edge, maps: readonly MapSnapshot[]): MapLetter | null {
  const here = maps.filter(({ state }) => state === edge.from);
  return (here.at(-1) ?? maps.at(-1))?.letter ?? null;
}

interface Look extends Paint {
  readonly head: PaintName;
  readonly lit: boolean;
}

function lookOf(edge: Edge, { taken, linksUsed }: EdgesInput): Look {
  const lit = taken?.from === edge.from && taken.to === edge.to;
  const stroke: PaintName = lit ? STATE_PAINT[edge.to].line : 'edge';
  const dash = edge.dashed ? { dash: [4, 4] } : {};
  const faded = edge.forLinks && !linksUsed ? { strokeOpacity: UNUSED } : {};
  return { stroke, weight: lit ? 2.4 : 1.6, head: stroke, lit, ...dash, ...faded };
}

function pillMark(edge: Edge, at: Point, look: Look, input: EdgesInput, focus: number): Mark {
  const map = subject(edge, input.maps);
  const size = Math.max(10.5, PILL * input.layout.text);
  const font = edge.id === 'last' ? ui(size, 500) : mono(size, look.lit ? 700 : 500);
  const outline: PaintName = look.lit ? STATE_PAINT[edge.to].line : 'edge';
  const ink: PaintName = look.lit ? STATE_PAINT[edge.to].ink : 'text';
  const faded = look.strokeOpacity === undefined ? {} : { outlineOpacity: look.strokeOpacity };
  const button = {
    label: map === null ? edge.label : `${edge.label} (map ${map})`,
    action: { command: 'lifecycle.edge', args: { edge: edge.id, map } },
    focus,
  };
  const id = `edge.${edge.id}`;
  if (!input.layout.compact) return pill(`${id}.pill`, at, edge.word, { font, ink, outline, ...faded }, button);
  return group(`${id}.pill`, at, [], { ...button, hit: { x: -12, y: -12, width: 24, height: 24, radius: 12 } });
}

/** Arrow head; as a fill it must be faded separately from the stroke. */
const head = (id: string, at: Point, degrees: number, look: Look): Mark => ({
  ...arrowHead(id, at, degrees, 8, look.head),
  ...(look.strokeOpacity === undefined ? {} : { opacity: look.strokeOpacity }),
});

function straight(edge: Edge, from: Station, to: Station, input: EdgesInput, focus: number): Mark[] {
  const look = lookOf(edge, input);
  const a = { x: from.x + from.right, y: from.y };
  const b = { x: to.x - to.left - 2, y: to.y };
  const id = `edge.${edge.id}`;
  return [
    line(`${id}.line`, a, { x: b.x - 4, y: b.y }, look),
    head(`${id}.head`, b, 0, look),
    pillMark(edge, { x: (a.x + b.x) / 2 - 2, y: a.y }, look, input, focus),
  ];
}

function curved(
  edge: Edge,
  points: readonly [Point, Point, Point, Point],
  heading: number,
  at: number,
  input: EdgesInput,
  focus: number,
): Mark[] {
  const look = lookOf(edge, input);
  const [a, b, c, d] = points;
  const id = `edge.${edge.id}`;
  return [
    path(`${id}.line`, pathOf('M', a.x, a.y, 'C', b.x, b.y, c.x, c.y, d.x, d.y), look),
    head(`${id}.head`, d, heading, look),
    pillMark(edge, bezierAt(points, at), look, input, focus),
  ];
}

/** Edges between neighbours when all stations are in one row. */
const flatEdges = (row: readonly LifecycleState[], input: EdgesInput, focus: number): Mark[] =>
  EDGES.flatMap((edge, i) => {
    const next = row.indexOf(edge.from) + 1;
    const { [edge.from]: from, [edge.to]: to } = input.layout.stations;
    return next > 0 && row[next] === edge.to ? straight(edge, from, to, input, focus + i) : [];
  });

export function edgeMarks(input: EdgesInput, focus: number): Mark[] {
  const { stations: s, text: k } = input.layout;
  const below = 26 * k;
  const { flat } = input.layout;
  if (flat) return flatEdges(flat, input, focus);
  const marks = EDGES.slice(0, 3).flatMap((edge, i) => straight(edge, s[edge.from], s[edge.to], input, focus + i));
  const start = { x: s.INIT.x + 6, y: s.INIT.nameY + below };
  const enter = { x: s.READY.x - s.READY.left - 3, y: s.READY.y };
  const drop = enter.y - start.y;
  const toReady: [Point, Point, Point, Point] = [
    start,
    { x: start.x + 6, y: start.y + drop * 0.7 },
    { x: start.x + (enter.x - start.x) * 0.4, y: enter.y },
    enter,
  ];
  marks.push(...curved(entryOf(EDGES, 3), toReady, 0, 0.42, input, focus + 3));
  const leave = { x: readyEnd(input.layout) + 12, y: s.READY.y };
  const end = { x: s.FREED.x, y: s.FREED.nameY + below };
  const toFreed: [Point, Point, Point, Point] = [
    leave,
    { x: leave.x + (end.x - leave.x) * 0.55, y: leave.y },
    { x: end.x - 6, y: end.y + (leave.y - end.y) * 0.85 },
    end,
  ];
  marks.push(...curved(entryOf(EDGES, 4), toFreed, -86, 0.5, input, focus + 4));
  return marks;
}

const READY_NOTE = 'waits for a link';

function readyTextStart({ x, right, capsules: [first] }: Station): number {
  return x + right + (first ? first.measure.reach - first.measure.ring : 8);
}
/** Right end of READY's words, or of its last capsule where they are below. */
function readyEnd({ stations: { READY: ready }, text: k, readyFoot }: Layout): number {
  if (readyFoot === 0) return readyTextStart(ready) + textWidth(READY_NOTE, noteFont(k));
  const last = ready.capsules.at(-1);
  return last ? last.x + last.measure.reach : ready.x + ready.right;
}

const nameFont = (k: number): Font => ui(Math.max(10.5, 13 * k), 750);
const noteFont = (k: number): Font => ui(Math.max(10.5, 11.5 * k));
/** Distance of two lines of READY's words at scale 1, px. */
const READY_LINE = 15;

/** Height that READY's words need below its row, px; 0 when they fit beside it. */
export function readyFootOf({ stations, flat, text: k }: Layout, maps: readonly MapSnapshot[], width: number): number {
  if (flat) return 0;
  const notes = readyNotes(maps);
  const longest = Math.max(
    ...notes.map((words) => textWidth(words, noteFont(k))),
    textWidth('READY', nameFont(k), 0.6),
  );
  const fits = readyTextStart(stations.READY) + longest <= width - 4;
  return fits ? 0 : (notes.length + 1) * READY_LINE * k + 4;
}

/** Words for the situations of a READY map, which the state alone does not distinguish. */
export const SITUATION_WORDS: Readonly<Record<ReadySituation, string>> = {
  loaded: 'waits for a link',
  linked: 'registered by a link',
  detached: 'detached, still used',
};

function readyNotes(maps: readonly MapSnapshot[]): string[] {
  const here = maps.filter(({ state }) => state === 'READY');
  if (here.length === 0) return [READY_NOTE];
  const words = (map: MapSnapshot): string =>
    map.inGrace ? 'grace periods pass' : SITUATION_WORDS[readySituation(map)];
  return here.map((map) => `${here.length > 1 ? `${map.letter} ` : ''}${words(map)}`);
}

/** READY's name and notes, beside the station, or below it where the width has no room. */
export function readyNames(
  { stations: { READY: ready }, text: k, readyFoot }: Layout,
  maps: readonly MapSnapshot[],
): TextMark[] {
  const beside = readyFoot === 0;
  const x = beside ? readyTextStart(ready) : ready.x;
  const y = beside ? ready.y - 3 * k : ready.nameY;
  const firstNote = beside ? ready.y + 13 * k : ready.nameY + READY_LINE * k;
  const anchor = beside ? 'start' : 'middle';
  return [
    text('station.READY.name', { x, y }, 'READY', nameFont(k), 'ready-ink', { spacing: 0.6, anchor }),
    ...readyNotes(maps).map((words, i) =>
      text(
        `station.READY.note${i === 0 ? '' : i}`,
        { x, y: firstNote + READY_LINE * i * k },
        words,
        noteFont(k),
        'muted',
        { anchor },
      ),
    ),
  ];
}
