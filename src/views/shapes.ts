/* Geometry and small marks that several views share. Angles are degrees, 0 to the right, 90 down. */
import type { PaintName } from './paint.ts';
import type { Action, CircleMark, GroupMark, Mark, Paint, PathMark, RectMark, TextMark } from './scene.ts';
import type { Font } from './text-metrics.ts';
import { textWidth } from './text-metrics.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

const RADIANS = Math.PI / 180;

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

export const polar = (x: number, y: number, radius: number, degrees: number): Point => ({
  x: x + radius * Math.cos(degrees * RADIANS),
  y: y + radius * Math.sin(degrees * RADIANS),
});

const number = (value: number): string => String(Math.round(value * 100) / 100);

/** Path text from words and numbers. */
export const pathOf = (...parts: readonly (string | number)[]): string =>
  parts.map((part) => (typeof part === 'number' ? number(part) : part)).join(' ');

/** Clockwise arc between two angles; a full circle becomes two halves, as SVG requires. */
export function arcPath(x: number, y: number, radius: number, from: number, to: number): string {
  if (to - from >= 359.9) {
    const left = x - radius;
    return pathOf(
      'M',
      left,
      y,
      'a',
      radius,
      radius,
      0,
      1,
      1,
      2 * radius,
      0,
      'a',
      radius,
      radius,
      0,
      1,
      1,
      -2 * radius,
      0,
    );
  }
  const a = polar(x, y, radius, from);
  const b = polar(x, y, radius, to);
  return pathOf('M', a.x, a.y, 'A', radius, radius, 0, to - from > 180 ? 1 : 0, 1, b.x, b.y);
}

/** Point of a cubic curve at `t`. */
export function bezierAt(points: readonly [Point, Point, Point, Point], t: number): Point {
  const u = 1 - t;
  const [a, b, c, d] = points;
  const [wa, wb, wc, wd] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: a.x * wa + b.x * wb + c.x * wc + d.x * wd, y: a.y * wa + b.y * wb + c.y * wc + d.y * wd };
}

export const ui = (size: number, weight = 400): Font => ({ family: 'ui', size, weight });
export const mono = (size: number, weight = 400): Font => ({ family: 'mono', size, weight });

export const path = (id: string, d: string, paint: Paint): PathMark => ({ kind: 'path', id, d, ...paint });

export const line = (id: string, a: Point, b: Point, paint: Paint): PathMark =>
  path(id, pathOf('M', a.x, a.y, 'L', b.x, b.y), paint);

export const circle = (id: string, at: Point, r: number, paint: Paint): CircleMark => ({
  kind: 'circle',
  id,
  cx: at.x,
  cy: at.y,
  r,
  ...paint,
});

export const rect = (
  id: string,
  box: { x: number; y: number; width: number; height: number },
  radius: number,
  paint: Paint,
): RectMark => ({ kind: 'rect', id, ...box, radius, ...paint });

export const text = (
  id: string,
  at: Point,
  words: string,
  font: Font,
  fill: PaintName,
  more: Partial<Pick<TextMark, 'anchor' | 'spacing' | 'halo' | 'italic' | 'label'>> = {},
): TextMark => ({ kind: 'text', id, x: at.x, y: at.y, text: words, font, fill, ...more });

export const group = (id: string, at: Point, children: readonly Mark[], more: Partial<GroupMark> = {}): GroupMark => ({
  kind: 'group',
  id,
  x: at.x,
  y: at.y,
  children,
  ...more,
});

/** The point of an arrow that ends at `at`, flying towards `degrees`. */
export function arrowHead(id: string, at: Point, degrees: number, size: number, fill: PaintName): PathMark {
  const left = polar(at.x, at.y, size, degrees + 180 - 26);
  const right = polar(at.x, at.y, size, degrees + 180 + 26);
  const notch = polar(at.x, at.y, size * 0.66, degrees + 180);
  return path(id, pathOf('M', at.x, at.y, 'L', left.x, left.y, notch.x, notch.y, right.x, right.y, 'Z'), { fill });
}

export interface PillLook {
  readonly font: Font;
  readonly ink: PaintName;
  readonly outline: PaintName;
  readonly outlineOpacity?: number;
}

const PILL_PADDING = 0.66;

export const pillWidth = (words: string, font: Font): number => textWidth(words, font) + font.size * PILL_PADDING * 2;
const pillHeight = (font: Font): number => Math.round(font.size * 1.75);

/** A word in a rounded outline, centred; a button when it has an action. */
export function pill(
  id: string,
  at: Point,
  words: string,
  look: PillLook,
  button?: { readonly label: string; readonly action: Action; readonly focus: number },
): GroupMark {
  const width = pillWidth(words, look.font);
  const height = pillHeight(look.font);
  const box = { x: -width / 2, y: -height / 2, width, height };
  const paint: Paint = {
    fill: 'surface-1',
    stroke: look.outline,
    ...(look.outlineOpacity === undefined ? {} : { strokeOpacity: look.outlineOpacity }),
  };
  return group(
    id,
    at,
    [
      rect(`${id}.body`, box, height / 2, paint),
      text(`${id}.word`, { x: 0, y: look.font.size * 0.35 }, words, look.font, look.ink, { anchor: 'middle' }),
    ],
    button ? { ...button, hit: { ...hitAround(box, 24), radius: height / 2 } } : {},
  );
}

/** A box enlarged to a size that a finger can hit. */
function hitAround(
  box: { x: number; y: number; width: number; height: number },
  least: number,
): { x: number; y: number; width: number; height: number } {
  const dx = Math.max(0, least - box.width) / 2;
  const dy = Math.max(0, least - box.height) / 2;
  return { x: box.x - dx, y: box.y - dy, width: box.width + 2 * dx, height: box.height + 2 * dy };
}

/** The cross of FREED. */
export const cross = (id: string, at: Point, arm: number, paint: Paint): PathMark =>
  path(
    id,
    pathOf(
      'M',
      at.x - arm,
      at.y - arm,
      'L',
      at.x + arm,
      at.y + arm,
      'M',
      at.x + arm,
      at.y - arm,
      'L',
      at.x - arm,
      at.y + arm,
    ),
    { round: true, ...paint },
  );
