/* Draws display lists on a canvas, sharp on any screen. Items of one paint are drawn as one path. */
import { numberAt } from '../../views/lists.ts';
import { paintName } from '../../views/paint.ts';
import type { DisplayList, Scene } from '../../views/scene.ts';
import { STRIDE } from '../../views/scene.ts';
import type { Palette } from './page-colours.ts';
import { pagePalette } from './page-colours.ts';

type Context = CanvasRenderingContext2D;

function traceThing(context: Context, layer: DisplayList, index: number): void {
  const { numbers, shape, weight, starts } = layer;
  const at = index * STRIDE[shape];
  const x = numberAt(numbers, at);
  const y = numberAt(numbers, at + 1);
  const a = numberAt(numbers, at + 2);
  switch (shape) {
    case 'bar':
      context.roundRect(x, y, a, numberAt(numbers, at + 3), weight);
      break;
    case 'ring':
    case 'disc':
      context.moveTo(x + a, y);
      context.arc(x, y, a, 0, Math.PI * 2);
      break;
    case 'line': {
      const from = starts?.[index] ?? 0;
      const to = starts?.[index + 1] ?? numbers.length / 2;
      for (let p = from; p < to; p++) {
        if (p === from) context.moveTo(numberAt(numbers, p * 2), numberAt(numbers, p * 2 + 1));
        else context.lineTo(numberAt(numbers, p * 2), numberAt(numbers, p * 2 + 1));
      }
      break;
    }
    default:
      shape satisfies never;
  }
}

function drawLayer(context: Context, layer: DisplayList, palette: Palette, ratio: number): void {
  const { paints, shape } = layer;
  const filled = shape === 'bar' || shape === 'disc';
  context.globalAlpha = layer.opacity ?? 1;
  context.lineWidth = layer.weight;
  context.setLineDash(layer.dash ? [...layer.dash] : []);
  for (const paint of new Set(paints)) {
    context.beginPath();
    for (let i = 0; i < paints.length; i++) if (paints[i] === paint) traceThing(context, layer, i);
    const style = palette.fill(paintName(paint), context, ratio);
    if (filled) {
      context.fillStyle = style;
      context.fill();
    } else {
      context.strokeStyle = style;
      context.stroke();
    }
  }
}

/** Redraws the whole canvas from a scene. */
export function drawLayers(canvas: HTMLCanvasElement, scene: Scene): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(scene.width * ratio);
  const height = Math.round(scene.height * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, scene.width, scene.height);
  context.lineJoin = 'round';
  context.lineCap = 'round';
  const palette = pagePalette();
  for (const layer of scene.layers) drawLayer(context, layer, palette, ratio);
  context.globalAlpha = 1;
}
