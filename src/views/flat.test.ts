import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flat, movedPath } from './flat.ts';
import { allMarks, type GroupMark, type Mark } from './scene.ts';
import { circle, group, path, rect, text, ui } from './shapes.ts';

test.each([
  ['M 0 -6 L 6 5 L -6 5 Z', 10, 20, 'M 10 14 L 16 25 L 4 25 Z'],
  ['M 1 2 C 1 2 3 4 5 6', 1, 1, 'M 2 3 C 2 3 4 5 6 7'],
  ['M 0 0 A 5 5 0 1 1 3 4', 10, 20, 'M 10 20 A 5 5 0 1 1 13 24'],
  ['M 1 2 L 3 4 5 6', 1, 0, 'M 2 2 L 4 4 6 6'],
])('%s moved by %i, %i', (d, x, y, moved) => {
  expect(movedPath(d, x, y)).toBe(moved);
});

test('paths with relative commands keep a group around them', () => {
  expect(movedPath('M 0 0 a 5 5 0 1 1 3 4', 1, 1)).toBeNull();
  const arc = path('arc', 'M 0 0 a 5 5 0 1 1 3 4', {});
  expect(flat(group('g', { x: 3, y: 4 }, [arc], {}))).toMatchObject({
    x: 0,
    y: 0,
    children: [{ kind: 'group', x: 3, y: 4, children: [arc] }],
  });
});

const place = { x: fc.integer({ min: -99, max: 99 }), y: fc.integer({ min: -99, max: 99 }) };
const leaf: fc.Arbitrary<Mark> = fc
  .record(place)
  .chain(({ x, y }) =>
    fc.constantFrom<Mark>(
      rect('r', { x, y, width: 5, height: 6 }, 1, {}),
      circle('c', { x, y }, 3, {}),
      text('t', { x, y }, 'word', ui(11), 'text'),
      path('p', `M ${x} ${y} L ${x + 2} ${y}`, {}),
    ),
  );
const tree: fc.Arbitrary<GroupMark> = fc.letrec<{ group: GroupMark; mark: Mark }>((tie) => ({
  mark: fc.oneof({ depthSize: 'small' }, leaf, tie('group')),
  group: fc
    .record({ ...place, children: fc.array(tie('mark'), { maxLength: 3 }) })
    .map(({ x, y, children }): GroupMark => ({ kind: 'group', id: 'g', x, y, children })),
})).group;

/** Where each mark that is drawn stands. */
const places = (mark: Mark): (readonly [string, number, number])[] =>
  allMarks({ width: 0, height: 0, label: '', layers: [], marks: [mark] }).flatMap(
    ({ mark: one, x, y }): (readonly [string, number, number])[] => {
      if (one.kind === 'group') return [];
      if (one.kind === 'circle') return [[one.kind, one.cx + x, one.cy + y]];
      if (one.kind !== 'path') return [[one.kind, one.x + x, one.y + y]];
      const [, px = 0, py = 0] = /M (\S+) (\S+)/.exec(one.d)?.map(Number) ?? [];
      return [[one.kind, px + x, py + y]];
    },
  );

test('marks without transforms stand where they stood', () => {
  fc.assert(
    fc.property(tree, (mark) => {
      expect(places(flat(mark))).toEqual(places(mark));
      const groups = allMarks({ width: 0, height: 0, label: '', layers: [], marks: [flat(mark)] }).filter(
        ({ mark: one }) => one.kind === 'group',
      );
      expect(groups.every(({ mark: one }) => one.kind === 'group' && one.x === 0 && one.y === 0)).toBe(true);
    }),
  );
});
