import { expect, test } from 'vitest';
import { createWatchdog, TICK_MS } from './watchdog.ts';

function watched() {
  const said: string[] = [];
  const dog = createWatchdog({
    ping: () => said.push('ping'),
    ask: (asking) => said.push(asking ? 'ask' : 'fine'),
    end: () => said.push('end'),
  });
  let now = 0;
  const wait = (ms: number, visible = true, step = TICK_MS) => {
    for (const stop = now + ms; now < stop; ) dog.tick((now += step), visible);
  };
  return { said, dog, wait };
}

test('asks after half a second of silence and ends the worker after three', () => {
  const { said, wait } = watched();
  wait(500);
  expect(said).toEqual(['ping']);
  wait(200);
  expect(said).toEqual(['ping', 'ask']);
  wait(2300);
  expect(said).toEqual(['ping', 'ask']);
  wait(200);
  expect(said.slice(0, 3)).toEqual(['ping', 'ask', 'end']);
});

test('an engine that reports in time is not asked', () => {
  const { said, dog, wait } = watched();
  for (let i = 0; i < 20; i++) {
    wait(400);
    dog.heard();
  }
  expect(said.every((what) => what === 'ping')).toBe(true);
});

test('the question closes when the engine reports again', () => {
  const { said, dog, wait } = watched();
  wait(800);
  dog.heard();
  expect(said).toEqual(['ping', 'ask', 'fine']);
});

test('silence does not count while the page is hidden or late itself', () => {
  const { said, wait } = watched();
  wait(10_000, false);
  wait(10_000, true, 1000);
  expect(said).toEqual(['ping']);
});
