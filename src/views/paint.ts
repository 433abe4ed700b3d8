/*
 * Paints by meaning. A scene never names a colour: the page's tokens (src/ui/theme/tokens.css) say what a paint
 * looks like in each theme. Every state has a second channel besides its hue: a dash, a fill, a glyph.
 */
import type { LifecycleState, MapLetter, MapSnapshot } from '../engine/index.ts';

/** Plain colours: each is the custom property of the same name. */
const COLOURS = [
  'bg',
  'surface-1',
  'surface-2',
  'surface-3',
  'line',
  'line-strong',
  'edge',
  'text',
  'muted',
  'dim',
  'init',
  'init-ink',
  'ready',
  'ready-ink',
  'ready-tint',
  'inuse',
  'inuse-ink',
  'inuse-solid',
  'inuse-tint',
  'tobefree',
  'tobefree-ink',
  'tobefree-solid',
  'tobefree-tint',
  'freed',
  'freed-ink',
  'on-state',
  'selection',
  'selection-tint',
  'on-selection',
  'error',
  'error-tint',
  'warning',
  'changed',
  'changed-tint',
] as const;

/** Diagonal stripes. `packet-hatch` is the finer one for packets and queue blocks. */
const HATCHES = ['tobefree-hatch', 'packet-hatch', 'hole-hatch'] as const;

/** Glow around an occupied station. */
const GLOWS = ['ready-glow', 'inuse-glow', 'tobefree-glow'] as const;

export const PAINTS = ['none', ...COLOURS, ...HATCHES, ...GLOWS] as const;
export type PaintName = (typeof PAINTS)[number];
export type HatchName = (typeof HATCHES)[number];
export type GlowName = (typeof GLOWS)[number];

/** Name of a paint of a display list. */
export const paintName = (id: number): PaintName => PAINTS[id] ?? 'none';

const PAINT_IDS = new Map<string, number>(PAINTS.map((name, id) => [name, id]));

/** Number of a paint in a display list. */
export const paintId = (name: PaintName): number => PAINT_IDS.get(name) ?? 0;

const HATCH_NAMES: ReadonlySet<string> = new Set(HATCHES);
const GLOW_NAMES: ReadonlySet<string> = new Set(GLOWS);
export const isHatch = (name: PaintName): name is HatchName => HATCH_NAMES.has(name);
export const isGlow = (name: PaintName): name is GlowName => GLOW_NAMES.has(name);

export interface StatePaint {
  /** strokes */
  readonly line: PaintName;
  /** text on the page's background */
  readonly ink: PaintName;
  /** a solid body, with text in `on-state` */
  readonly solid: PaintName;
  /** inside of a capsule or band in this state */
  readonly fill: PaintName;
  /** packets and queue blocks of a map in this state */
  readonly packet: PaintName;
  readonly glow: PaintName;
  /** dash pattern of the outline, in multiples of its width; empty: solid */
  readonly dash: readonly number[];
}

export const STATE_PAINT: Readonly<Record<LifecycleState, StatePaint>> = {
  INIT: {
    line: 'init',
    ink: 'init-ink',
    solid: 'init',
    fill: 'none',
    packet: 'init',
    glow: 'none',
    dash: [2.6, 2.8],
  },
  READY: {
    line: 'ready',
    ink: 'ready-ink',
    solid: 'ready',
    fill: 'ready-tint',
    packet: 'ready',
    glow: 'ready-glow',
    dash: [],
  },
  INUSE: {
    line: 'inuse',
    ink: 'inuse-ink',
    solid: 'inuse-solid',
    fill: 'inuse-tint',
    packet: 'inuse',
    glow: 'inuse-glow',
    dash: [],
  },
  TOBEFREE: {
    line: 'tobefree',
    ink: 'tobefree-ink',
    solid: 'tobefree-solid',
    fill: 'tobefree-hatch',
    packet: 'packet-hatch',
    glow: 'tobefree-glow',
    dash: [],
  },
  FREED: {
    line: 'freed',
    ink: 'freed-ink',
    solid: 'freed',
    fill: 'none',
    packet: 'freed',
    glow: 'none',
    dash: [0.05, 2.7],
  },
};

/** Paint of a connection served by a built-in algorithm. */
const BUILT_IN_PAINT: StatePaint = {
  line: 'muted',
  ink: 'muted',
  solid: 'muted',
  fill: 'none',
  packet: 'muted',
  glow: 'none',
  dash: [],
};

/** The paint of the map that serves a connection. */
export function servedBy(letter: MapLetter | null, maps: readonly MapSnapshot[]): StatePaint {
  const map = letter === null ? undefined : maps.find((one) => one.letter === letter);
  return map ? STATE_PAINT[map.state] : BUILT_IN_PAINT;
}

export const dashOf = (state: LifecycleState, width: number): readonly number[] | undefined => {
  const { dash } = STATE_PAINT[state];
  return dash.length > 0 ? dash.map((part) => part * width) : undefined;
};
