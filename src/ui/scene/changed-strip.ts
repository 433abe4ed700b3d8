/*
 * Finds the columns in which a picture differs from the one before. The cost of a canvas is what is drawn on it, so of growing curves only
 * the ends are drawn.
 */
import { entryOf, numberAt } from '../../views/lists.ts';
import { type DisplayList, STRIDE } from '../../views/scene.ts';

/** Columns, px; empty where `to` is below `from`. */
export interface Strip {
  readonly from: number;
  readonly to: number;
}

export const NOTHING: Strip = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
export const EVERYTHING: Strip = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

const join = (a: Strip, b: Strip): Strip => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) });

/** Range of a line's points: the first, and one past the last. */
export function pointsOf({ starts, numbers }: DisplayList, line: number): readonly [number, number] {
  return [starts?.[line] ?? 0, starts?.[line + 1] ?? numbers.length / 2];
}

/** Columns of an item, without the width of its stroke. */
export function placeOf(layer: DisplayList, thing: number): Strip {
  const { shape, numbers } = layer;
  if (shape === 'line') {
    const [from, to] = pointsOf(layer, thing);
    return placeOfPoints(layer, from, to);
  }
  const at = thing * STRIDE[shape];
  const [x, size] = [numberAt(numbers, at), numberAt(numbers, at + 2)];
  return shape === 'bar' ? { from: x, to: x + size } : { from: x - size, to: x + size };
}

function placeOfPoints({ numbers }: DisplayList, first: number, end: number): Strip {
  let { from, to } = NOTHING;
  for (let p = first; p < end; p++) {
    const x = numberAt(numbers, p * 2);
    if (x < from) from = x;
    if (x > to) to = x;
  }
  return { from, to };
}

/** Columns in which two lines differ: from their last common point on. */
function lineChange(before: DisplayList, now: DisplayList, line: number): Strip {
  const [oldFrom, oldTo] = pointsOf(before, line);
  const [from, to] = pointsOf(now, line);
  const common = Math.min(oldTo - oldFrom, to - from);
  let same = 0;
  while (
    same < common &&
    before.numbers[(oldFrom + same) * 2] === now.numbers[(from + same) * 2] &&
    before.numbers[(oldFrom + same) * 2 + 1] === now.numbers[(from + same) * 2 + 1]
  )
    same++;
  if (same === oldTo - oldFrom && same === to - from) return NOTHING;
  // with dashes, a change also moves the dashes around it
  const last = now.dash ? 0 : Math.max(0, same - 1);
  return join(placeOfPoints(before, oldFrom + last, oldTo), placeOfPoints(now, from + last, to));
}

function thingChange(before: DisplayList, now: DisplayList, thing: number): Strip {
  if (before.paints[thing] === now.paints[thing]) {
    if (now.shape === 'line') return lineChange(before, now, thing);
    const stride = STRIDE[now.shape];
    let same = true;
    for (let i = thing * stride; same && i < (thing + 1) * stride; i++) same = before.numbers[i] === now.numbers[i];
    if (same) return NOTHING;
  }
  return join(placeOf(before, thing), placeOf(now, thing));
}

const sameLook = (a: DisplayList, b: DisplayList): boolean =>
  a.shape === b.shape && a.weight === b.weight && a.opacity === b.opacity && a.dash?.join() === b.dash?.join();

function layerChange(before: DisplayList, now: DisplayList): Strip {
  if (before === now) return NOTHING;
  let strip = NOTHING;
  const common = Math.min(before.paints.length, now.paints.length);
  for (let i = 0; i < common; i++) strip = join(strip, thingChange(before, now, i));
  for (let i = common; i < before.paints.length; i++) strip = join(strip, placeOf(before, i));
  for (let i = common; i < now.paints.length; i++) strip = join(strip, placeOf(now, i));
  // room for half of the stroke, its rounded end, and smoothing
  const rim = now.weight + 2;
  return strip.to < strip.from ? NOTHING : { from: strip.from - rim, to: strip.to + rim };
}

/** Columns that differ between two pictures; all of them if their layers do not correspond. */
export function changedStrip(before: readonly DisplayList[], now: readonly DisplayList[]): Strip {
  if (before === now) return NOTHING;
  if (before.length !== now.length || before.some((layer, i) => !sameLook(layer, entryOf(now, i)))) return EVERYTHING;
  return now.reduce((strip, layer, i) => join(strip, layerChange(entryOf(before, i), layer)), NOTHING);
}
