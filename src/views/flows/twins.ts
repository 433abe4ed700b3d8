/*
 * Tells maps of one state apart. They have the state's colour in common, so the curves of the second one are double lines and its packets
 * have a gap; the third one has a row of its own too. A map that is alone in its state looks as the state does everywhere.
 */
import type { MapLetter, MapSnapshot } from '../../engine/index.ts';
import { lines } from '../display-list.ts';
import type { PaintName } from '../paint.ts';
import type { DisplayList, Mark, Paint } from '../scene.ts';
import { line, type Point } from '../shapes.ts';

interface TwinLook {
  /** name of its curves, for the note in the picture */
  readonly name: string;
  /** what its curves are wider than a plain one, px */
  readonly wider: number;
  /** the line of the ground's colour within the curve; null: none */
  readonly core: { readonly weight: number; readonly dash?: readonly number[] } | null;
  /** gaps in a packet and in a block of the queue */
  readonly gaps: number;
}

const PLAIN: TwinLook = { name: '', wider: 0, core: null, gaps: 0 };

/** Looks of the maps of one state, from the oldest on; the last row is for all further ones. */
const LOOKS: readonly TwinLook[] = [
  PLAIN,
  { name: 'double line', wider: 1.8, core: { weight: 1.3 }, gaps: 1 },
  { name: 'double line with bars', wider: 2.4, core: { weight: 1.9, dash: [5, 6] }, gaps: 2 },
];

const lookOf = (nth: number): TwinLook => LOOKS[Math.min(nth, LOOKS.length - 1)] ?? PLAIN;

/** Number of older maps in the state of the map that serves a connection; 0 without such a map. */
export function nthInState(letter: MapLetter | null, maps: readonly MapSnapshot[]): number {
  const map = maps.find((one) => one.letter === letter);
  if (!map) return 0;
  let nth = 0;
  for (const one of maps) {
    if (one === map) break;
    if (one.state === map.state) nth++;
  }
  return nth;
}

export interface MapCurve {
  readonly paint: PaintName;
  /** `nthInState` of its map */
  readonly nth: number;
  /** pieces of a polyline: x, y, x, y and so on */
  readonly points: readonly ArrayLike<number>[];
}

type LineLook = Parameters<typeof lines>[0];

function linesOf(curves: readonly MapCurve[], look: LineLook, paint?: PaintName): DisplayList {
  const builder = lines(look);
  for (const one of curves) builder.addLine(paint ?? one.paint, ...one.points);
  return builder.list();
}

/** Curves of maps; those of the oldest map of a state are the lowest. */
export function mapCurves(curves: readonly MapCurve[], look: LineLook): DisplayList[] {
  if (curves.every(({ nth }) => nth === 0)) return [linesOf(curves, look)];
  return LOOKS.flatMap(({ wider, core }, row) => {
    const mine = curves.filter(({ nth }) => Math.min(nth, LOOKS.length - 1) === row);
    if (mine.length === 0) return [];
    const outer = linesOf(mine, { ...look, weight: look.weight + wider });
    return core ? [outer, linesOf(mine, core, 'surface-1')] : [outer];
  });
}

/** A straight piece of a map's curve, as marks. */
export function mapLine(id: string, nth: number, from: Point, to: Point, paint: Paint & { weight: number }): Mark[] {
  const { wider, core } = lookOf(nth);
  const outer = line(id, from, to, { ...paint, weight: paint.weight + wider });
  return core ? [outer, line(`${id}.core`, from, to, { stroke: 'surface-1', ...core })] : [outer];
}

/** Width of a gap, px. */
const GAP = 2;

/** Left edges and width of the parts of a packet or block of that width, px. */
export function partsOf(nth: number, width: number): { readonly at: readonly number[]; readonly width: number } {
  const { gaps } = lookOf(nth);
  const part = (width - gaps * GAP) / (gaps + 1);
  return { at: Array.from({ length: gaps + 1 }, (_, i) => i * (part + GAP)), width: part };
}

/** Says which maps have which look: `double line: map B`; empty where colours suffice. */
export function twinWords(letters: Iterable<MapLetter | null>, maps: readonly MapSnapshot[]): string {
  const known = new Set(letters);
  const named = maps
    .filter(({ letter }) => known.has(letter))
    .map(({ letter }) => ({ letter, name: lookOf(nthInState(letter, maps)).name }));
  return LOOKS.slice(1)
    .map(({ name }) => ({ name, mine: named.filter((one) => one.name === name) }))
    .filter(({ mine }) => mine.length > 0)
    .map(({ name, mine }) => `${name}: map ${mine.map(({ letter }) => letter).join(', ')}`)
    .join('; ');
}
