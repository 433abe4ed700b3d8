/**
 * The worker may die at any time. The page then starts another from the last checkpoint: with the same state and
 * history, and only acts that were never answered are lost.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { runs } from '../../engine/base/testing/runs.ts';
import type { Command } from '../../engine/index.ts';
import * as lateEngine from '../../engine/late.ts';
import type { FromWorker, ToWorker } from '../../protocol/messages.ts';
import { replaceWhileConnected } from '../../scenarios/replace-while-connected.ts';
import { twoVersions } from '../../scenarios/two-versions.ts';
import { answerAsk } from '../../worker/asks.ts';
import { Session } from '../../worker/session.ts';

const PUBLIC = join(import.meta.dirname, '../../../public');
let now = 0;

/** The worker's thread, one slice at a time. */
class Thread {
  static alive: Thread | null = null;
  /** called after the page has received a message, as animation frames may come between two messages */
  static between: (() => void) | null = null;
  static opened: Extract<ToWorker, { type: 'open' }>[] = [];
  private readonly listeners: ((event: { data: FromWorker }) => void)[] = [];
  private readonly session = new Session({
    post: (message) => {
      for (const listener of this.listeners) listener({ data: structuredClone(message) });
      Thread.between?.();
    },
    late: () => lateEngine,
    answerAsk: () => answerAsk,
    lateFailed: () => false,
    fetchLate: () => {},
    // an exact binary fraction: rounding would let the two pages play some ns more or less
    clock: () => (now += 0.125),
  });

  constructor() {
    Thread.alive = this;
  }
  addEventListener(name: string, listener: (event: { data: FromWorker }) => void): void {
    if (name === 'message') this.listeners.push(listener);
  }
  postMessage(message: ToWorker): void {
    if (message.type === 'open') Thread.opened.push(message);
    this.session.receive(structuredClone(message));
  }
  terminate(): void {
    this.listeners.length = 0;
  }
  work(slices: number): void {
    for (let i = 0; i < slices && this.session.due !== null; i++) this.session.slice();
  }
}

/** The page's engine, started again. */
async function page() {
  vi.resetModules();
  Thread.opened = [];
  Thread.alive = null;
  Thread.between = null;
  let frames: (() => void)[] = [];
  vi.stubGlobal('Worker', Thread);
  vi.stubGlobal('window', { setInterval: () => 0 });
  vi.stubGlobal('clearInterval', () => {});
  vi.stubGlobal('document', { baseURI: 'http://here/', visibilityState: 'visible' });
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw));
  vi.stubGlobal('fetch', (url: URL) => Promise.resolve(new Response(readFileSync(join(PUBLIC, url.pathname)))));
  const engine = await import('./engine.ts');
  const { lab } = await import('../store/lab.ts');
  const { currentFrame } = await import('../frame-source.ts');
  const draw = (): void => {
    const due = frames;
    frames = [];
    for (const one of due) one();
  };
  const settle = async (slices = 100_000): Promise<void> => {
    // files arrive after a few turns of the event loop
    for (let i = 0; i < 20 && (i < 3 || lab().phase === 'starting'); i++) {
      await new Promise((resolve) => setTimeout(resolve));
      Thread.alive?.work(slices);
      draw();
    }
  };
  const hash = async (): Promise<number> => {
    const answer = engine.ask('log', { event: currentFrame().hot.event });
    await settle();
    return (await answer)?.hash ?? Number.NaN;
  };
  return { ...engine, lab, hot: () => currentFrame().hot, settle, draw, hash };
}

const COMMANDS: readonly Command[] = [
  { do: 'spawn', process: 'you' },
  { do: 'pin', process: 'you', path: '/sys/fs/bpf/x', map: 'A' },
  { do: 'connect', process: 'client', socket: 41, cc: 'bpf_reno' },
  { do: 'connect', process: 'client', socket: 42 },
  { do: 'close', socket: 41 },
  { do: 'unregister', process: 'admin', map: 'B' },
  { do: 'exit', process: 'client' },
];

/** What the user does: a command, a move, or playing for a while. `dies`: slices after which the worker dies. */
const step = fc.record({
  act: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...COMMANDS) },
    { weight: 2, arbitrary: fc.nat(1_800).map((ms) => ({ do: 'seek' as const, ms })) },
    { weight: 1, arbitrary: fc.nat(60).map((slices) => ({ do: 'play' as const, slices })) },
  ),
  dies: fc.option(fc.nat(30), { freq: 2 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Page = Awaited<ReturnType<typeof page>>;

async function take({ command, move, settle, hot }: Page, { act }: Step, slices?: number): Promise<void> {
  if (act.do === 'seek') move({ type: 'seek', time: act.ms * 1e6 });
  else if (act.do === 'play') {
    move({ type: 'play', speed: 1 });
    Thread.alive?.work(act.slices);
    move({ type: 'pause' });
  } else command(act);
  await settle(slices);
  expect(hot().time).toBeGreaterThanOrEqual(0);
}

const shown = ({ lab }: Page): unknown => {
  const { history, cold } = lab();
  // forks are counted, and the new worker makes fewer
  return { cold: { ...cold, branch: 0 }, history: history && { ...history, messages: [] } };
};

beforeEach(() => {
  lateEngine.installLateTools();
});

test.each([replaceWhileConnected, twoVersions])(
  'killed at random in $id: the same state and history as without its death',
  async (scenario) => {
    let deaths = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const dying = await page();
        dying.openScenario(scenario, 'v6.12');
        await dying.settle();
        for (const [i, one] of steps.entries()) {
          await take(dying, one);
          const dies = i === steps.length - 1 ? 2 : one.dies;
          if (dies === null) continue;
          const before = [dying.hot().time, dying.hot().event];
          // during something that is not an act
          dying.move({ type: 'seek', time: 1 });
          Thread.alive?.work(dies % 3);
          dying.move({ type: 'seek', time: before[0], event: before[1] });
          await dying.settle();
          dying.stopEngine();
          deaths++;
          await dying.settle();
          expect([dying.hot().time, dying.hot().event]).toEqual(before);
        }
        const died = [await dying.hash(), shown(dying)];
        const living = await page();
        living.openScenario(scenario, 'v6.12');
        await living.settle();
        for (const one of steps) await take(living, one);
        expect(died).toEqual([await living.hash(), shown(living)]);
      }),
      { numRuns: runs(2, 60) },
    );
    expect(deaths).toBeGreaterThanOrEqual(runs(2, 100));
  },
  runs(300_000, 3_600_000),
);

test('the new worker continues from a checkpoint, without an act that was never answered', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  one.move({ type: 'seek', time: 1_500e6 });
  await one.settle();
  one.command(COMMANDS[0]);
  await one.settle();
  now += 5000;
  one.move({ type: 'seek', time: 1_400e6 });
  await one.settle();
  const hash = await one.hash();
  // silence: the worker did not start it
  vi.spyOn(Thread.prototype, 'postMessage').mockImplementationOnce(() => {});
  one.command({ do: 'connect', process: 'client', socket: 77 });
  one.stopEngine();
  await one.settle();
  const [, again] = Thread.opened;
  expect(again.kept?.run.checkpoint.time).toBeGreaterThan(1_300e6);
  expect(again.kept?.run.commands).toHaveLength(1);
  expect(await one.hash()).toBe(hash);
  expect(one.lab().notices.at(-1)?.detail).toContain('the last command was left out');
});

test('of two acts at one time, a checkpoint may contain only the first', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  now += 5000;
  one.command(COMMANDS[0]);
  // done and handed over, but not yet drawn by the page
  Thread.alive?.work(100_000);
  one.command(COMMANDS[1]);
  await one.settle();
  const before = [one.hot().time, one.hot().event, await one.hash()];
  one.stopEngine();
  await one.settle();
  const [, again] = Thread.opened;
  expect(again.kept?.run.commands).toHaveLength(1);
  expect([one.hot().time, one.hot().event, await one.hash()]).toEqual(before);
});

test('a worker that dies during a restart comes back with the previous texts', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  const hash = await one.hash();
  vi.spyOn(Thread.prototype, 'postMessage').mockImplementationOnce(() => {});
  one.restart({ 'bpf_reno.s': '; nothing' });
  one.stopEngine();
  await one.settle();
  expect(await one.hash()).toBe(hash);
  expect([...one.lab().hung]).toEqual(['; nothing']);
  expect(Thread.opened.at(-1)?.texts).toEqual({});
});

test('after a second end in a row the page is paused at the start, with the scenario’s own texts', async () => {
  const one = await page();
  const mine = `${replaceWhileConnected.texts['bpf_reno.s']}; mine`;
  one.openScenario(replaceWhileConnected, 'v6.12', { 'bpf_reno.s': mine });
  await one.settle();
  one.stopEngine();
  await opened(2);
  one.stopEngine();
  await one.settle();
  expect([one.lab().phase, one.hot().time, one.lab().playing]).toEqual(['ready', 0, false]);
  expect(Thread.opened.at(-1)?.texts).toEqual({});
  expect([...one.lab().hung]).toEqual([mine]);
});

test('an engine that ends again at the restored place starts from the beginning, and is not replaced after a third end', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  one.command(COMMANDS[0]);
  await one.settle();
  one.move({ type: 'seek', time: 1_500e6 });
  await one.settle();
  one.stopEngine();
  // ends before answering anything
  await opened(2);
  one.stopEngine();
  await one.settle();
  expect(one.hot().time).toBe(0);
  expect(one.lab().playing).toBe(false);
  expect(one.currentLog()?.acts).toEqual([]);
  expect(one.lab().notices.at(-1)?.detail).toContain('everything done was left out');
  one.stopEngine();
  expect(one.lab().phase).toBe('crashed');
});

test('an animation frame between two messages shows no mixture of two moments', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  const seen: string[] = [];
  Thread.between = () => {
    one.draw();
    const { cold, cpu, playing } = one.lab();
    const moment = [one.hot().time, cold?.maps.map(({ state }) => state).join(), cpu?.pc, playing].join(' ');
    if (seen.at(-1) !== moment) seen.push(moment);
  };
  one.move({ type: 'step-state', direction: 1 });
  await one.settle();
  one.move({ type: 'step-instruction', direction: 1 });
  await one.settle();
  one.move({ type: 'step-out' });
  await one.settle();
  // the place before, and one more for each step
  expect(seen).toHaveLength(4);
});

test('frames of a run that another one replaces do not return it to the page', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  one.move({ type: 'play', speed: 1 });
  one.openScenario(twoVersions, 'v6.12');
  // before the new run has its files
  Thread.alive?.work(20);
  one.draw();
  expect([one.lab().cold, one.lab().playing]).toEqual([null, false]);
  await one.settle();
  expect([one.lab().phase, one.hot().time, one.lab().playing]).toEqual(['ready', twoVersions.openAt, false]);
});

test('a run that is opened again, as Undo does after a restart, is shown with its actions', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  one.command({ do: 'connect', process: 'client', socket: 41, cc: 'bpf_aimd' });
  await one.settle();
  const [log, before, { time }] = [one.currentLog(), shown(one), one.hot()];
  one.restart({});
  await one.settle();
  expect(shown(one)).not.toEqual(before);
  if (log) one.openAgain(log, time);
  await one.settle();
  expect(one.hot().time).toBe(time);
  expect(shown(one)).toEqual(before);
});

test('an end long after another counts as the first', async () => {
  const one = await page();
  one.openScenario(replaceWhileConnected, 'v6.12');
  await one.settle();
  one.move({ type: 'seek', time: 1_500e6 });
  await one.settle();
  for (let i = 0; i < 3; i++) {
    one.stopEngine();
    await one.settle();
    expect([one.lab().phase, one.hot().time]).toEqual(['ready', 1_500e6]);
  }
});

/** Files arrive after a few turns of the event loop, even if the worker does nothing. */
async function opened(workers: number): Promise<void> {
  for (let i = 0; i < 20 && Thread.opened.length < workers; i++) await new Promise((resolve) => setTimeout(resolve));
  expect(Thread.opened).toHaveLength(workers);
}
