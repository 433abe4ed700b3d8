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

test('asks after half a second of silence and ends the worker after one', () => {
  const { said, wait } = watched();
  wait(500);
  expect(said).toEqual(['ping']);
  wait(200);
  expect(said).toEqual(['ping', 'ask']);
  wait(300);
  expect(said).toEqual(['ping', 'ask']);
  wait(200);
  expect(said.slice(0, 3)).toEqual(['ping', 'ask', 'end']);
});

test('an engine that answered slowly of late, as on a busy machine, is given up to three seconds', () => {
  const { said, dog, wait } = watched();
  wait(900);
  dog.heard();
  wait(2500);
  expect(said).not.toContain('end');
  wait(1000);
  expect(said).toContain('end');
});

test('once it answers in time again it is soon given one second again', () => {
  const { said, dog, wait } = watched();
  wait(900);
  dog.heard();
  for (let i = 0; i < 30; i++) {
    wait(100);
    dog.heard();
  }
  wait(1300);
  expect(said).toContain('end');
});

test('an engine that answers in time is asked nothing', () => {
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
