/*
 * A scene is what a view says: plain marks for the few things that a person can point at, and display lists for the
 * many that only move. Layers are drawn first, then the marks. From one scene come the SVG, the buttons of the keyboard
 * and the text for a screen reader.
 */
import type { PaintName } from './paint.ts';
import type { Font } from './text-metrics.ts';

export interface Size {
  /** px */
  readonly width: number;
  readonly height: number;
}

/** What of the theme changes geometry; colours are not its business. */
export interface Theme {
  /** `more`: outlines of at least 2 px, no glow */
  readonly contrast: 'normal' | 'more';
  /** text scale, 1 on a desk, up to 1.6 on a stage */
  readonly scale: number;
}

export const DESK: Theme = { contrast: 'normal', scale: 1 };

/** A command of the page's registry. */
export interface Action {
  readonly command: string;
  readonly args: Readonly<Record<string, string | number | null>>;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Paint {
  readonly fill?: PaintName;
  readonly stroke?: PaintName;
  /** of the stroke, px; 1 where left out */
  readonly weight?: number;
  /** px */
  readonly dash?: readonly number[] | undefined;
  readonly round?: boolean;
  readonly fillOpacity?: number;
  readonly strokeOpacity?: number;
}

interface MarkBase {
  /** unique in its scene, and the same from scene to scene for the same thing */
  readonly id: string;
  /** said by a screen reader: the name of a button, else a line of the text twin */
  readonly label?: string;
  /** shown on hover and focus; the label where left out */
  readonly tip?: string;
  readonly action?: Action;
  /** where a pointer takes hold, in the coordinates of the mark: a group's own, else those of the group around it */
  readonly hit?: Box & { readonly radius?: number };
  /** order of the keyboard; marks without it come in drawing order after those that have it */
  readonly focus?: number;
  readonly opacity?: number;
}

export interface PathMark extends MarkBase, Paint {
  readonly kind: 'path';
  readonly d: string;
}

export interface RectMark extends MarkBase, Paint, Box {
  readonly kind: 'rect';
  readonly radius?: number;
}

export interface CircleMark extends MarkBase, Paint {
  readonly kind: 'circle';
  readonly cx: number;
  readonly cy: number;
  readonly r: number;
}

export interface TextMark extends MarkBase {
  readonly kind: 'text';
  readonly x: number;
  /** baseline */
  readonly y: number;
  readonly text: string;
  readonly font: Font;
  readonly fill: PaintName;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly spacing?: number;
  readonly italic?: boolean;
  /** a rim of this paint keeps the letters readable over strokes */
  readonly halo?: PaintName;
}

/** Children are placed from the group's own origin; a group that moves takes them along. */
export interface GroupMark extends MarkBase {
  readonly kind: 'group';
  readonly x: number;
  readonly y: number;
  readonly children: readonly Mark[];
}

export type Mark = PathMark | RectMark | CircleMark | TextMark | GroupMark;

/**
 * Many equal things, drawn on a canvas. `numbers` holds `STRIDE[shape]` values a thing, `paints` one paint number
 * (src/views/paint.ts) a thing. A line's values are x, y; its points run to the next line's `starts`.
 */
export interface DisplayList {
  readonly shape: 'bar' | 'ring' | 'disc' | 'wedge' | 'cross' | 'line';
  readonly numbers: Float64Array;
  readonly paints: Uint16Array;
  /** lines only: index of the first point of each */
  readonly starts?: Uint32Array;
  /** stroke width of rings, crosses and lines, corner radius of bars; px */
  readonly weight: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
}

/** bar: x, y, width, height; ring and disc: x, y, radius; wedge: tip below, half of its width; cross: middle, half; line: x, y a point */
export const STRIDE: Readonly<Record<DisplayList['shape'], number>> = {
  bar: 4,
  ring: 3,
  disc: 3,
  wedge: 3,
  cross: 3,
  line: 2,
};

export interface Scene extends Size {
  /** what the picture is, in a few words */
  readonly label: string;
  readonly layers: readonly DisplayList[];
  readonly marks: readonly Mark[];
}

/** A mark that can be pressed, in scene coordinates. */
export interface Hit extends Box {
  readonly id: string;
  readonly label: string;
  readonly tip: string;
  readonly radius: number;
  readonly action: Action | null;
  readonly focus: number;
}

function* walk(marks: readonly Mark[], x = 0, y = 0): Generator<{ mark: Mark; x: number; y: number }> {
  for (const mark of marks) {
    yield { mark, x, y };
    if (mark.kind === 'group') yield* walk(mark.children, x + mark.x, y + mark.y);
  }
}

/** All marks with the origin of the group that holds each. */
export const allMarks = (scene: Scene): { mark: Mark; x: number; y: number }[] => [...walk(scene.marks)];

/** What can be hovered or pressed, in the order of the keyboard. */
export function hitsOf(scene: Pick<Scene, 'marks'>): Hit[] {
  const hits: Hit[] = [];
  for (const { mark, x, y } of walk(scene.marks)) {
    if (!mark.hit) continue;
    const label = mark.label ?? '';
    const origin = mark.kind === 'group' ? { x: x + mark.x, y: y + mark.y } : { x, y };
    hits.push({
      id: mark.id,
      label,
      tip: mark.tip ?? label,
      x: origin.x + mark.hit.x,
      y: origin.y + mark.hit.y,
      width: mark.hit.width,
      height: mark.hit.height,
      radius: mark.hit.radius ?? 6,
      action: mark.action ?? null,
      focus: mark.focus ?? Number.POSITIVE_INFINITY,
    });
  }
  return hits.sort((a, b) => (a.focus === b.focus ? 0 : a.focus - b.focus));
}

/** The picture in words: a line for each labelled mark that is not a button. */
export function textTwin(scene: Pick<Scene, 'marks'>): { id: string; text: string }[] {
  const lines: { id: string; text: string }[] = [];
  for (const { mark } of walk(scene.marks))
    if (mark.label && !mark.action) lines.push({ id: mark.id, text: mark.label });
  return lines;
}

/** SVG elements that the marks become. */
export const countNodes = (scene: Scene): number => allMarks(scene).length + hitsOf(scene).length;
