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
  /** adds a line with many points (x, y, x, y and so on) in pieces, which would not fit on the stack as arguments */
  readonly addLine: (paint: PaintName, ...pieces: readonly ArrayLike<number>[]) => void;
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
  const all: ArrayLike<number>[] = [];
  const paints: number[] = [];
  const starts: number[] = [];
  let length = 0;
  const addLine = (paint: PaintName, ...pieces: readonly ArrayLike<number>[]): void => {
    starts.push(length / 2);
    for (const piece of pieces) length += piece.length;
    all.push(...pieces);
    paints.push(paintId(paint));
  };
  const numbersOf = (): Float64Array => {
    const numbers = new Float64Array(length);
    let at = 0;
    for (const piece of all) {
      numbers.set(piece, at);
      at += piece.length;
    }
    return numbers;
  };
  return {
    addLine,
    add: (paint, ...points) => addLine(paint, points),
    list: () => ({
      shape: 'line',
      numbers: numbersOf(),
      paints: Uint16Array.from(paints),
      starts: Uint32Array.from(starts),
      ...look,
    }),
  };
}

export const notEmpty = (list: DisplayList): boolean => list.paints.length > 0;
