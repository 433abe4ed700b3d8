/** With any number of maps the stage shows one idea, and says how many maps it leaves out. */
import { expect, test } from 'vitest';
import type { LifecycleState, MapLetter } from '../../engine/index.ts';
import { DESK, textTwin } from '../scene.ts';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import { clippedTexts, touchingTexts } from '../testing/text-boxes.ts';
import { stageScene } from './stage.ts';

const { cold, history } = replaceWhileConnected();
const like = cold.maps[0];
const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'] as MapLetter[];

/** A map in use for every letter; the last step registered `moved`. */
function crowd(moved: MapLetter) {
  const maps = letters.map((letter) => ({ ...like, letter, state: 'INUSE' as LifecycleState }));
  const [first] = history.transitions;
  const transitions = letters.flatMap((map, i) => [
    { ...first, map, from: null, to: 'INIT' as const, time: i * 1e6, event: i * 2 },
    { ...first, map, from: 'INIT' as const, to: 'INUSE' as const, time: i * 1e6 + 5e5, event: map === moved ? 999 : i },
  ]);
  const run = { ...history, transitions, until: 5e7 };
  return {
    cold: { ...cold, maps },
    history: run,
    time: 2.6e7,
    event: 999,
    headline: 'Many',
    n: 1,
    of: 2,
    errno: String,
  };
}

test.each([
  [1920, 1080, 1],
  [1280, 720, 0.8],
  [1280, 720, 1.6],
  [390, 844, 1],
])('twenty-six maps at %i x %i, letters %f', (width, height, scale) => {
  const scene = stageScene(crowd('C'), { width, height }, { ...DESK, scale });
  expect(clippedTexts(scene)).toEqual([]);
  expect(touchingTexts(scene)).toEqual([]);
  const strip = scene.marks.find(({ id }) => id === 'strip');
  expect(strip?.kind === 'rect' ? strip.height : Number.NaN).toBeLessThan(height * 0.5);
  const said = textTwin(scene).map(({ text }) => text);
  expect(said.some((words) => /: map C, /.test(words))).toBe(true);
  const shown = said.filter((words) => /: map [A-Z], /.test(words)).length;
  expect(shown).toBeGreaterThan(0);
  expect(said.some((words) => words.includes(`and ${letters.length - shown} more`))).toBe(true);
});
