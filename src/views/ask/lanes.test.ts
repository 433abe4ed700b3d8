/** A watched expression as a line: steps in order, inside its box, with its statistics in words. */
import { expect, test } from 'vitest';
import { laneScenes } from './lanes.ts';

const lane = (time: number[], value: number[]) => ({
  socket: 1,
  time,
  value,
  min: Math.min(...value),
  max: Math.max(...value),
  mean: 1.25,
  changes: value.length,
});

test('a stepped line from the first value to the end', () => {
  const [scene] = laneScenes({ lanes: [lane([0, 50], [10, 20])], until: 100 }, 100, 40);
  expect(scene.path).toBe('M0 20H50V0H100');
  expect(scene.words).toBe('min 10, max 20, mean 1.3, 2 values');
});

test('lanes share a scale; a lane without values is left out; below zero stays inside', () => {
  const scenes = laneScenes(
    { lanes: [lane([0], [-5]), { ...lane([], []), changes: 0 }, lane([0], [5])], until: 10 },
    10,
    10,
  );
  expect(scenes).toHaveLength(2);
  expect(scenes.map(({ path }) => path)).toEqual(['M0 10H10', 'M0 0H10']);
});
