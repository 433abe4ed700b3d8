/** Marks as elements. */
import { expect, test } from 'vitest';
import { DESK, type Scene } from './scene.ts';
import { rect } from './shapes.ts';
import { svgText } from './svg.ts';

test('in high contrast, which has no tints, marks that differ only by a tint have an outline', () => {
  const box = { x: 0, y: 0, width: 9, height: 9 };
  const marks = [rect('field', box, 0, { fill: 'inuse-tint' }), rect('ground', box, 0, { fill: 'surface-1' })];
  const scene: Scene = { width: 9, height: 9, label: 'Fields', layers: [], marks };
  const strokes = (contrast: 'normal' | 'more'): number =>
    svgText(scene, { ...DESK, contrast }).split('stroke="').length - 1;
  expect(strokes('normal')).toBe(0);
  expect(strokes('more')).toBe(1);
});
