/* Text size of drawings: a drawing is laid out for less room and drawn that much larger, as far as it then still shows the same. */
import type { Size } from './scene.ts';

/**
 * Factor by which a drawing is enlarged, from 1 to the text scale. `least` is the room that the drawing needs to show as much as it does
 * in `size`, px. Smaller text is left alone: drawings have the least readable sizes already.
 */
export const zoomOf = (scale: number, size: Size, least: Size): number =>
  Math.max(1, Math.min(scale, size.width / least.width, size.height / least.height));

/** The room in which an enlarged drawing is laid out. */
export const zoomedRoom = ({ width, height }: Size, zoom: number): Size => ({
  width: width / zoom,
  height: height / zoom,
});

/** Least room of a list that scrolls and cuts no more of its lines from this width on, px. */
export const listLeast =
  (width: number) =>
  ({ height }: Size): Size => ({ width, height: Math.min(height, 60) });

/** The greatest of the steps that a length reaches, or the length itself: below a step a drawing shows less. */
export const stepBelow = (length: number, steps: readonly number[]): number =>
  steps.reduce<number | null>((most, step) => (step <= length && step > (most ?? 0) ? step : most), null) ?? length;
