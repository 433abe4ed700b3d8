/** Arguments of commands are checked before they run: scenes are plain data. */
import { expect, test } from 'vitest';
import { taking, takingAs } from './args.ts';

const rest = { title: '', group: 'Time' } as const;

test('arguments of a command are checked', () => {
  const told: unknown[] = [];
  const seek = taking('time.seek', { ...rest, run: ({ time }) => told.push(time) });
  seek.run({ time: 5 });
  expect(told).toEqual([5]);
  expect(() => seek.run({})).toThrow('the command time.seek takes time as a number');
  expect(() => seek.run({ time: '5' })).toThrow('time as a number');
  expect(() => seek.run({ time: null })).toThrow('time as a number');
});

test('an optional argument is undefined if left out, also if a scene says null', () => {
  const told: unknown[] = [];
  const pick = taking('select.socket', { ...rest, run: ({ socket, map }) => told.push(socket, map) });
  pick.run({ socket: 2, map: null });
  pick.run({ socket: 3, map: 'B', more: 'is passed over' });
  expect(told).toEqual([2, undefined, 3, 'B']);
});

test('commands of a family share their argument types', () => {
  const told: unknown[] = [];
  const row = takingAs('map', 'close', { ...rest, run: (args) => told.push(args) });
  row.run({});
  row.run({ map: 'A' });
  expect([row.id, ...told]).toEqual(['map.close', {}, { map: 'A' }]);
  expect(() => row.run({ map: 7 })).toThrow('map as a string');
});
