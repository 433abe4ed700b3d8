/* Bounding boxes of a scene's texts, to find texts that overlap or leave the picture. */
import type { Box, Scene } from '../scene.ts';
import { allMarks } from '../scene.ts';
import { textWidth } from '../text-metrics.ts';

export interface TextBox extends Box {
  readonly id: string;
  readonly text: string;
}

function textBoxes(scene: Scene): TextBox[] {
  return allMarks(scene).flatMap(({ mark, x, y }) => {
    if (mark.kind !== 'text' || mark.text === '') return [];
    const width = textWidth(mark.text, mark.font, mark.spacing);
    const shift = mark.anchor === 'middle' ? width / 2 : mark.anchor === 'end' ? width : 0;
    // from the top of a capital to the baseline
    const height = mark.font.size * 0.74;
    return [{ id: mark.id, text: mark.text, x: x + mark.x - shift, y: y + mark.y - height, width, height }];
  });
}

/** Pairs of texts that touch. */
export function touchingTexts(scene: Scene): string[] {
  const boxes = textBoxes(scene);
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      .map((b) => `${a.id} "${a.text}" touches ${b.id} "${b.text}"`),
  );
}

/** Texts that leave the picture. */
export const clippedTexts = (scene: Scene): string[] =>
  textBoxes(scene)
    .filter((box) => box.x < 0 || box.y < 0 || box.x + box.width > scene.width || box.y + box.height > scene.height)
    .map((box) => `${box.id} "${box.text}"`);

/** Texts that are faded, by themselves or by an enclosing group; there should be none. */
export const fadedTexts = (scene: Scene): string[] =>
  allMarks(scene)
    .filter(
      ({ mark }) => (mark.kind === 'text' || mark.kind === 'group') && mark.opacity !== undefined && mark.opacity < 1,
    )
    .map(({ mark }) => mark.id);
