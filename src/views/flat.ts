/*
 * Takes groups out of a picture. Browsers composite an element with a transform as a layer of its own: with many of them every change of the
 * picture costs milliseconds. So pictures whose groups are not animated are drawn without transforms.
 */
import type { Mark } from './scene.ts';

/** Numbers after each absolute command of a path, and which of them are x and y of a point. */
const COMMANDS: ReadonlyMap<string, { readonly numbers: number; readonly points: readonly number[] }> = new Map([
  ['M', { numbers: 2, points: [0] }],
  ['L', { numbers: 2, points: [0] }],
  ['Q', { numbers: 4, points: [0, 2] }],
  ['C', { numbers: 6, points: [0, 2, 4] }],
  ['A', { numbers: 7, points: [5] }],
  ['Z', { numbers: 0, points: [] }],
]);

/** A path moved by x and y; null if it has commands that are not absolute or not known here. */
export function movedPath(d: string, x: number, y: number): string | null {
  const out: (string | number)[] = [];
  for (const [, letter = '', rest = ''] of d.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const command = COMMANDS.get(letter);
    const numbers = rest.match(/-?[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [];
    if (!command || (command.numbers === 0 ? numbers.length > 0 : numbers.length % command.numbers > 0)) return null;
    out.push(letter);
    for (const [i, value] of numbers.entries()) {
      const place = i % command.numbers;
      const by = command.points.includes(place) ? x : command.points.includes(place - 1) ? y : 0;
      out.push(Math.round((value + by) * 100) / 100);
    }
  }
  return out.join(' ');
}

/** A mark moved by x and y, with all groups inside at the origin; a path that cannot be moved keeps a group around it. */
export function flat(mark: Mark, x = 0, y = 0): Mark {
  switch (mark.kind) {
    case 'rect':
    case 'text':
      return { ...mark, x: mark.x + x, y: mark.y + y };
    case 'circle':
      return { ...mark, cx: mark.cx + x, cy: mark.cy + y };
    case 'path': {
      if (x === 0 && y === 0) return mark;
      const d = movedPath(mark.d, x, y);
      return d === null ? { kind: 'group', id: mark.id, x, y, children: [mark] } : { ...mark, d };
    }
    case 'group':
      return { ...mark, x: 0, y: 0, children: mark.children.map((child) => flat(child, x + mark.x, y + mark.y)) };
    default:
      return mark satisfies never;
  }
}
