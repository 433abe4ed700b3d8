/*
 * Paints for a canvas: computed colours and patterns, read from the page's tokens once per theme.
 */
import type { HatchName, PaintName } from '../../views/paint.ts';
import { isGlow, isHatch } from '../../views/paint.ts';
import { hatchOf } from '../../views/svg.ts';

export interface Palette {
  readonly colour: (value: string) => string;
  /** strength of glows, 0 to 1 */
  readonly glow: number;
  readonly fill: (paint: PaintName, context: CanvasRenderingContext2D, ratio: number) => string | CanvasPattern;
}

/** Kept, because they are needed in every frame, and making a query is slow. */
const forced = matchMedia('(forced-colors: active)');
const dark = matchMedia('(prefers-color-scheme: dark)');

const themeKey = (): string => {
  const { theme, contrast } = document.documentElement.dataset;
  return `${theme} ${contrast} ${forced.matches} ${dark.matches}`;
};

function makePalette(): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const colours = new Map<string, string>();
  const patterns = new Map<string, CanvasPattern>();
  const colour = (value: string): string => {
    const known = colours.get(value);
    if (known !== undefined) return known;
    if (!probe.isConnected) document.body.append(probe);
    probe.style.color = value;
    const computed = getComputedStyle(probe).color;
    colours.set(value, computed);
    return computed;
  };
  const pattern = (name: HatchName, context: CanvasRenderingContext2D, ratio: number): string | CanvasPattern => {
    const key = `${name}@${ratio}`;
    const made = patterns.get(key) ?? hatchPattern(name, context, ratio, colour);
    if (!made) return colour('var(--tobefree)');
    patterns.set(key, made);
    return made;
  };
  const glow = getComputedStyle(document.documentElement).getPropertyValue('--glow');
  return {
    colour,
    glow: (Number.parseFloat(glow) || 0) / 100,
    fill: (paint, context, ratio) => {
      if (isHatch(paint)) return pattern(paint, context, ratio);
      return paint === 'none' || isGlow(paint) ? 'transparent' : colour(`var(--${paint})`);
    },
  };
}

/** A tile with diagonal stripes that continue in adjacent tiles. */
function hatchPattern(
  name: HatchName,
  context: CanvasRenderingContext2D,
  ratio: number,
  colour: (value: string) => string,
): CanvasPattern | null {
  const { period, stripe, paint, ground } = hatchOf(name);
  const side = Math.max(2, Math.round(period * Math.SQRT2 * ratio));
  const tile = document.createElement('canvas');
  tile.width = side;
  tile.height = side;
  const draw = tile.getContext('2d');
  if (!draw) return null;
  if (ground !== 'transparent') {
    draw.fillStyle = colour(ground);
    draw.fillRect(0, 0, side, side);
  }
  draw.strokeStyle = colour(paint);
  draw.lineWidth = stripe * ratio;
  draw.beginPath();
  for (const shift of [-side, 0, side]) {
    draw.moveTo(shift - side, side * 2);
    draw.lineTo(shift + side * 2, -side);
  }
  draw.stroke();
  const made = context.createPattern(tile, 'repeat');
  made?.setTransform(new DOMMatrix().scale(1 / ratio));
  return made;
}

let current: { readonly key: string; readonly palette: Palette } | null = null;

/** The palette of the page's present theme. */
export function pagePalette(): Palette {
  const key = themeKey();
  if (current?.key !== key) current = { key, palette: makePalette() };
  return current.palette;
}
