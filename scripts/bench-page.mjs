/**
 * `npm run bench -- page`: the built page in Chromium, without a window. Prints load times, the main thread's work a frame while twelve
 * connections play in each layout, and memory. Work is given twice: the thread's own time, which other work on the machine hardly changes,
 * and wall-clock time, with the machine's load. Asserts nothing.
 *
 * `npm run bench -- page DIST` measures another build, so that two can be compared in turn.
 */
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { serve } from './serve.mjs';
import { root } from './tools.mjs';

const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];
const FLOWS = 12;
const PLAY_MS = 3500;
const SETTLE_MS = 500;
/** engine seconds per second; the last one is as fast as the engine can play */
const SPEEDS = [0.25, 2, 100];
/** layouts by their keys */
const LAYOUTS = new Map([
  ['1', 'Debug'],
  ['3', 'Flows'],
]);
const DEBIAN = '/usr/bin/chromium';

const row = (what, ...values) => console.log(what.padEnd(46), values.join('   '));
const load = () => `load ${loadavg()[0].toFixed(2)} on ${cpus().length} cores`;
const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Events of the page's main thread, which is the busiest of all renderers' main threads. */
function mainThread(trace) {
  const events = JSON.parse(trace).traceEvents;
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  return mains
    .map(({ pid, tid }) => events.filter((one) => one.pid === pid && one.tid === tid))
    .toSorted((a, b) => b.length - a.length)[0];
}

const ascending = (numbers) => numbers.toSorted((a, b) => a - b);

/** Milliseconds of work from the start of one frame to the next: `own` is the thread's time, `wall` the clock's. */
function workOfFrames(trace) {
  const busiest = mainThread(trace);
  const isTask = ({ name, ph, dur }) => ph === 'X' && dur > 0 && name === 'RunTask';
  const tasks = [...new Map(busiest.filter(isTask).map((task) => [task.ts, task])).values()].toSorted(
    (x, y) => x.ts - y.ts,
  );
  const drawn = ascending(busiest.filter(({ name }) => name === 'FireAnimationFrame').map(({ ts }) => ts));
  // a frame starts with the task that runs its callback
  const begins = [...new Set(drawn.map((ts) => tasks.findLastIndex((task) => task.ts <= ts)))].filter((i) => i >= 0);
  const sums = (timeOf) =>
    ascending(
      begins
        .slice(0, -1)
        .map((from, i) => tasks.slice(from, begins[i + 1]).reduce((sum, task) => sum + timeOf(task) / 1000, 0)),
    );
  const parts = new Map();
  for (const { name, ph, dur, tdur } of busiest) {
    if (ph === 'X' && dur > 0 && PARTS.has(name)) parts.set(name, (parts.get(name) ?? 0) + (tdur ?? dur) / 1000);
  }
  const seconds = begins.length < 2 ? 1 : (tasks[begins.at(-1)].ts - tasks[begins[0]].ts) / 1e6;
  return {
    own: sums(({ dur, tdur }) => tdur ?? dur),
    wall: sums(({ dur }) => dur),
    seconds,
    parts,
    long: tasks.filter(({ dur }) => dur > 50_000),
  };
}

/** Share of each kind of work. */
const PARTS = new Map([
  ['FunctionCall', 'script'],
  ['FireAnimationFrame', 'frame callbacks'],
  ['UpdateLayoutTree', 'styles'],
  ['Layout', 'layout'],
  ['PrePaint', 'before paint'],
  ['Paint', 'paint'],
  ['Layerize', 'layers'],
  ['Commit', 'commit'],
  ['MinorGC', 'garbage'],
]);

async function loadTimes(page, url) {
  await page.goto(url);
  const stage = await page.waitForFunction(
    () => document.querySelector('[data-pane="lifecycle"] svg') && performance.now(),
  );
  const editor = await page.waitForFunction(
    () => document.querySelector('.monaco-editor .view-line') && performance.now(),
  );
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
  const say = (ms) => `${Math.round(ms)} ms`;
  row('first contentful paint', say(paint));
  row('stage shown', say(await stage.jsonValue()));
  row('editor shown', say(await editor.jsonValue()));
}

async function openTwelve(page) {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('Bench');
  await page.keyboard.press('Enter');
  const bench = page.getByRole('dialog', { name: 'Bench' });
  for (let i = 2; i < FLOWS; i++) await bench.getByRole('button', { name: 'Add a connection' }).click();
  await bench.getByRole('button', { name: 'Run', exact: true }).click();
  await bench.getByRole('table').waitFor();
  await page.keyboard.press('Escape');
}

/** Connections of the crowd: a saved scenario has steps for as many, and for their process. */
const CROWD = 999;
const ms = (count) => Math.round(count * 1e6);

/** A saved lab with very many connections. */
const crowdFile = () => {
  const connects = Array.from({ length: CROWD }, (_, i) => ({
    at: ms(20 + i / 2),
    caption: '',
    command: { do: 'connect', process: 'client', socket: i + 1, cc: 'reno' },
  }));
  const whole = {
    id: 'crowd',
    title: 'A crowd',
    intro: '',
    path: { rateBps: 100_000_000, delayNs: ms(10), queuePackets: 500, accessNs: ms(4) },
    seed: 1,
    texts: {},
    steps: [{ at: ms(10), caption: '', command: { do: 'spawn', process: 'client' } }, ...connects],
    openAt: ms(700),
    until: ms(4000),
    expect: [],
  };
  return JSON.stringify({ 'ops.play': 1, lab: { scenario: 'crowd', whole } });
};

async function openCrowd(page) {
  await page.locator('footer', { hasText: 'Paused' }).waitFor();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('Open a file');
  await page.keyboard.press('Enter');
  const file = { name: 'crowd.ops.json', mimeType: 'application/json', buffer: Buffer.from(crowdFile()) };
  await (await chooser).setFiles(file);
  await page.getByRole('button', { name: /^Run/ }).first().click();
  await page.locator('footer', { hasText: /Paused.*dropped/ }).waitFor();
}

const PLAYS = /^Playing|Engine:/;
const plays = async (page) => PLAYS.test((await page.locator('footer').textContent()) ?? '');
const spread = (numbers) => `${part(numbers, 0.5).toFixed(1)} / ${part(numbers, 0.95).toFixed(1)}`;

/** `key`: where playing starts: Home plays the part already computed, End a new one. */
async function frames(browser, page, layout, speed, key, flows = FLOWS) {
  await page.getByRole('button', { name: 'Speed' }).click();
  await page.getByRole('menuitemradio', { name: `${speed}×`, exact: true }).click();
  await page.keyboard.press(key);
  await page.waitForTimeout(SETTLE_MS);
  const before = load();
  // leave out the start: steady playing is measured
  await page.keyboard.press('F5');
  await page.waitForTimeout(SETTLE_MS);
  // playing stops once at the scenario's end, and continues when asked again
  if (!(await plays(page))) await page.keyboard.press('F5');
  await page.locator('footer', { hasText: PLAYS }).waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.waitForTimeout(PLAY_MS);
  const trace = (await browser.stopTracing()).toString();
  if (await plays(page)) await page.keyboard.press('F5');
  const { own, wall, seconds, parts, long } = workOfFrames(trace);
  row(
    `${layout}, ${flows} connections at ${speed}×${key === 'End' ? ', past the end' : ''}`,
    `p50 / p95 a frame: own ${spread(own)} ms`,
    `clock ${spread(wall)} ms`,
    `${Math.round(own.length / seconds)} frames/s`,
    `${long.length} tasks over 50 ms`,
    before,
  );
  const each = [...parts].map(([name, ms]) => `${PARTS.get(name)} ${(ms / Math.max(1, own.length)).toFixed(2)}`);
  row('  of it, own ms a frame', each.join(', '));
}

const { server, url } = await serve(process.argv[2] ?? join(root, 'dist'), 0, '/');
const browser = await chromium.launch({
  ...(existsSync(DEBIAN) ? { executablePath: DEBIAN } : {}),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
console.log(`page: production build, Chromium ${browser.version()}, software rendering, ${load()}`);
await loadTimes(page, url);
for (const [key, layout] of LAYOUTS) {
  // the last speed leaves a long run; each layout starts from the same one
  await page.reload();
  await page.locator('.monaco-editor .view-line').first().waitFor();
  await openTwelve(page);
  await page.keyboard.press(key);
  for (const speed of SPEEDS) await frames(browser, page, layout, speed, speed > 2 ? 'End' : 'Home');
}
await page.reload();
await openCrowd(page);
for (const [key, layout] of LAYOUTS) {
  await page.keyboard.press(key);
  await frames(browser, page, layout, 1, 'Home', CROWD);
}
const session = await page.context().newCDPSession(page);
await session.send('Performance.enable');
await session.send('HeapProfiler.collectGarbage');
const { metrics } = await session.send('Performance.getMetrics');
const metric = (name) => metrics.find((one) => one.name === name)?.value ?? 0;
row('script memory of the page', `${(metric('JSHeapUsedSize') / 1e6).toFixed(1)} MB`, `${metric('Nodes')} nodes`);
await browser.close();
server.close();
