/* Builds display lists, one item at a time. */
import type { PaintName } from './paint.ts';
import { paintId } from './paint.ts';
import type { DisplayList } from './scene.ts';

type Look = Pick<DisplayList, 'weight' | 'dash' | 'opacity'>;

export interface ListBuilder {
  readonly add: (paint: PaintName, ...numbers: readonly number[]) => void;
  readonly list: () => DisplayList;
}

export interface LineBuilder extends ListBuilder {
  /** adds a line with many points (x, y, x, y and so on), which would not fit on the stack as arguments */
  readonly addLine: (paint: PaintName, points: readonly number[]) => void;
}

export function things(shape: Exclude<DisplayList['shape'], 'line'>, look: Look): ListBuilder {
  const numbers: number[] = [];
  const paints: number[] = [];
  return {
    add: (paint, ...more) => {
      numbers.push(...more);
      paints.push(paintId(paint));
    },
    list: () => ({ shape, numbers: Float64Array.from(numbers), paints: Uint16Array.from(paints), ...look }),
  };
}

/** Lines: `add` takes x, y, x, y and so on. */
export function lines(look: Look): LineBuilder {
  const numbers: number[] = [];
  const paints: number[] = [];
  const starts: number[] = [];
  const addLine = (paint: PaintName, points: readonly number[]): void => {
    starts.push(numbers.length / 2);
    for (const value of points) numbers.push(value);
    paints.push(paintId(paint));
  };
  return {
    addLine,
    add: (paint, ...points) => addLine(paint, points),
    list: () => ({
      shape: 'line',
      numbers: Float64Array.from(numbers),
      paints: Uint16Array.from(paints),
      starts: Uint32Array.from(starts),
      ...look,
    }),
  };
}

export const notEmpty = (list: DisplayList): boolean => list.paints.length > 0;
