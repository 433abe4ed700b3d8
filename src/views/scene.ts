/*
 * A scene is a view's output: plain marks for the few things that a user can point at, and display lists for the many
 * that only move. Layers are drawn first, then the marks. The SVG, the keyboard's buttons and the text for screen
 * readers all come from one scene.
 */
import type { PaintName } from './paint.ts';
import type { Font } from './text-metrics.ts';

export interface Size {
  /** px */
  readonly width: number;
  readonly height: number;
}

/** Properties of the theme that affect geometry; colours do not. */
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
  /** stroke width, px; 1 when absent */
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
  /** for screen readers: the name of a button, otherwise a line of the text twin */
  readonly label?: string;
  /** shown on hover and focus; the label when absent */
  readonly tip?: string;
  readonly action?: Action;
  /** hit area for pointers, in the mark's coordinates: for a group its own, otherwise those of the enclosing group */
  readonly hit?: Box & { readonly radius?: number };
  /** keyboard order; marks without it follow in drawing order */
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
  /** rim of this paint, which keeps text readable over strokes */
  readonly halo?: PaintName;
}

/** A group: its children are placed relative to its origin, and move with it. */
export interface GroupMark extends MarkBase {
  readonly kind: 'group';
  readonly x: number;
  readonly y: number;
  readonly children: readonly Mark[];
}

export type Mark = PathMark | RectMark | CircleMark | TextMark | GroupMark;

/**
 * Many similar items, drawn on a canvas. `numbers` has `STRIDE[shape]` values per item, `paints` one paint number
 * (src/views/paint.ts) per item. A line's values are x, y; its points end at the next entry of `starts`.
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

/**
 * bar: x, y, width, height; ring and disc: x, y, radius; wedge: x, y of its lower tip, half of its width; cross: x, y of its middle, half
 * of its width; line: x, y of each point
 */
export const STRIDE: Readonly<Record<DisplayList['shape'], number>> = {
  bar: 4,
  ring: 3,
  disc: 3,
  wedge: 3,
  cross: 3,
  line: 2,
};

export interface Scene extends Size {
  /** short description of the picture */
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

/** Marks that can be hovered or pressed, in keyboard order. */
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

/** Text twin of the picture: a line for each labelled mark that is not a button. */
export function textTwin(scene: Pick<Scene, 'marks'>): { id: string; text: string }[] {
  const lines: { id: string; text: string }[] = [];
  for (const { mark } of walk(scene.marks))
    if (mark.label && !mark.action) lines.push({ id: mark.id, text: mark.label });
  return lines;
}

/** Number of SVG elements of the marks. */
export const countNodes = (scene: Scene): number => allMarks(scene).length + hitsOf(scene).length;
