/* Draws display lists on a canvas, sharp on any screen. Items of one paint are drawn as one path, long lines in pieces. */
import { numberAt } from '../../views/lists.ts';
import { paintName } from '../../views/paint.ts';
import type { DisplayList, Size, Theme } from '../../views/scene.ts';
import { STRIDE } from '../../views/scene.ts';
import { WEDGE_HEIGHT } from '../../views/svg.ts';
import { changedStrip, EVERYTHING, placeOf, pointsOf, type Strip } from './changed-strip.ts';
import type { Palette } from './page-colours.ts';
import { pagePalette } from './page-colours.ts';

type Context = CanvasRenderingContext2D;

/** Segments after which a line is stroked: the time for a path grows faster than its length, 40 times over at a thousand points. */
const PIECE = 64;

/**
 * Traces the part of a line that crosses the strip, with one more point on each side, and strokes it in pieces. A line with dashes is
 * traced whole, because they are counted from its beginning; so is a translucent one, whose pieces would show where they overlap.
 */
function traceLine(context: Context, layer: DisplayList, line: number, strip: Strip): void {
  const { numbers, dash, opacity = 1 } = layer;
  const [first, end] = pointsOf(layer, line);
  const inPieces = dash === undefined && opacity === 1;
  let drawing = false;
  let traced = 0;
  for (let p = first + 1; p < end; p++) {
    const [x0, x1] = [numberAt(numbers, p * 2 - 2), numberAt(numbers, p * 2)];
    const inside = dash !== undefined || (Math.max(x0, x1) >= strip.from && Math.min(x0, x1) <= strip.to);
    if (inside) {
      if (!drawing) context.moveTo(x0, numberAt(numbers, p * 2 - 1));
      context.lineTo(x1, numberAt(numbers, p * 2 + 1));
      if (inPieces && ++traced % PIECE === 0) {
        context.stroke();
        context.beginPath();
        context.moveTo(x1, numberAt(numbers, p * 2 + 1));
      }
    }
    drawing = inside;
  }
}

function traceThing(context: Context, layer: DisplayList, index: number, strip: Strip): void {
  const { numbers, shape, weight } = layer;
  if (shape === 'line') return traceLine(context, layer, index, strip);
  const { from, to } = placeOf(layer, index);
  if (to < strip.from || from > strip.to) return;
  const at = index * STRIDE[shape];
  const [x, y, a] = [numberAt(numbers, at), numberAt(numbers, at + 1), numberAt(numbers, at + 2)];
  switch (shape) {
    case 'bar':
      if (weight > 0) context.roundRect(x, y, a, numberAt(numbers, at + 3), weight);
      else context.rect(x, y, a, numberAt(numbers, at + 3));
      break;
    case 'ring':
    case 'disc':
      context.moveTo(x + a, y);
      context.arc(x, y, a, 0, Math.PI * 2);
      break;
    case 'wedge':
      context.moveTo(x - a, y - a * WEDGE_HEIGHT);
      context.lineTo(x + a, y - a * WEDGE_HEIGHT);
      context.lineTo(x, y);
      context.closePath();
      break;
    case 'cross':
      context.moveTo(x - a, y - a);
      context.lineTo(x + a, y + a);
      context.moveTo(x + a, y - a);
      context.lineTo(x - a, y + a);
      break;
    default:
      shape satisfies never;
  }
}

const STROKED: ReadonlySet<DisplayList['shape']> = new Set(['ring', 'cross', 'line']);

function drawLayer(context: Context, layer: DisplayList, palette: Palette, ratio: number, strip: Strip): void {
  const { paints, shape } = layer;
  context.globalAlpha = layer.opacity ?? 1;
  context.lineWidth = layer.weight;
  context.setLineDash(layer.dash ? [...layer.dash] : []);
  for (const paint of new Set(paints)) {
    const style = palette.fill(paintName(paint), context, ratio);
    context.strokeStyle = style;
    context.fillStyle = style;
    context.beginPath();
    for (let i = 0; i < paints.length; i++) if (paints[i] === paint) traceThing(context, layer, i, strip);
    if (STROKED.has(shape)) context.stroke();
    else context.fill();
  }
}

/** Draws successive pictures on one canvas of `size` px; `zoom`: px per unit of the layers. */
export type LayerDrawer = (layers: readonly DisplayList[], size: Size, theme: Theme, zoom: number) => void;

/** Makes a function that draws layers on the canvas, redrawing only the columns that changed since its last call. */
export function createLayerDrawer(canvas: HTMLCanvasElement): LayerDrawer {
  const context = canvas.getContext('2d');
  let before: readonly DisplayList[] = [];
  let palette: Palette | null = null;
  let worn: Theme | null = null;
  let ratio = 0;
  let enlarged = 1;
  return (layers, size, theme, zoom) => {
    if (!context) return;
    const colours = pagePalette();
    const sharpness = window.devicePixelRatio || 1;
    const width = Math.round(size.width * sharpness);
    const height = Math.round(size.height * sharpness);
    const isAnew =
      canvas.width !== width ||
      canvas.height !== height ||
      colours !== palette ||
      sharpness !== ratio ||
      zoom !== enlarged ||
      theme !== worn;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const strip = isAnew ? EVERYTHING : changedStrip(before, layers);
    [before, palette, ratio, worn, enlarged] = [layers, colours, sharpness, theme, zoom];
    // whole pixels, so that edges of the strip are not smoothed twice
    const from = Math.max(0, Math.floor(strip.from * zoom));
    const to = Math.min(size.width, Math.ceil(strip.to * zoom));
    if (to <= from) return;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.beginPath();
    context.rect(from, 0, to - from, size.height);
    context.clip();
    context.clearRect(from, 0, to - from, size.height);
    context.scale(zoom, zoom);
    context.lineJoin = 'round';
    context.lineCap = 'round';
    const drawn = { from: from / zoom, to: to / zoom };
    for (const layer of layers) drawLayer(context, layer, palette, ratio, drawn);
    context.restore();
  };
}
