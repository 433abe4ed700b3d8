/**
 * `npm run bench -- page`: the built page in Chromium, without a window. Prints load times, the main thread's work per frame
 * while twelve connections play, memory, and the machine's load, which affects the other figures. Asserts nothing.
 */
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { serve } from './serve.mjs';
import { root } from './tools.mjs';

const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];
const FLOWS = 12;
const PLAY_MS = 4000;
/** engine seconds per second */
const SPEEDS = [0.25, 2];
const DEBIAN = '/usr/bin/chromium';

const row = (what, ...values) => console.log(what.padEnd(46), values.join('   '));
const load = () => `load ${loadavg()[0].toFixed(2)} on ${cpus().length} cores`;
const part = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Milliseconds of the main thread's work from the start of one frame to the next: CPU time if the trace has it. */
function workOfFrames(trace) {
  const events = JSON.parse(trace).traceEvents;
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const busiest = mains
    .map(({ pid, tid }) => events.filter((one) => one.pid === pid && one.tid === tid))
    .toSorted((a, b) => b.length - a.length)[0];
  const isTask = ({ name, ph, dur }) => ph === 'X' && dur > 0 && name === 'RunTask';
  const tasks = [...new Map(busiest.filter(isTask).map((task) => [task.ts, task])).values()].toSorted(
    (x, y) => x.ts - y.ts,
  );
  const drawn = busiest
    .filter(({ name }) => name === 'FireAnimationFrame')
    .map(({ ts }) => ts)
    .toSorted((x, y) => x - y);
  // a frame starts with the task that runs its callback
  const begins = [...new Set(drawn.map((ts) => tasks.findLastIndex((task) => task.ts <= ts)))].filter((i) => i >= 0);
  const work = begins
    .slice(0, -1)
    .map((from, i) => tasks.slice(from, begins[i + 1]).reduce((sum, { dur, tdur }) => sum + (tdur ?? dur) / 1000, 0));
  const parts = new Map();
  for (const { name, ph, dur } of busiest) {
    if (ph === 'X' && dur > 0 && PARTS.has(name)) parts.set(name, (parts.get(name) ?? 0) + dur / 1000);
  }
  const seconds = begins.length < 2 ? 1 : (tasks[begins.at(-1)].ts - tasks[begins[0]].ts) / 1e6;
  return {
    work: work.toSorted((a, b) => a - b),
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
  row('stage stands', say(await stage.jsonValue()));
  row('editor stands', say(await editor.jsonValue()));
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

async function frames(browser, page, speed) {
  await page.getByRole('button', { name: 'Speed' }).click();
  await page.getByRole('menuitemradio', { name: `${speed}×`, exact: true }).click();
  await browser.startTracing(page, { categories: CATEGORIES });
  const before = load();
  await page.keyboard.press('F5');
  await page.waitForTimeout(PLAY_MS);
  await page.keyboard.press('F5');
  const { work, seconds, parts, long } = workOfFrames((await browser.stopTracing()).toString());
  row(
    `${FLOWS} connections at ${speed}×, work a frame`,
    `p50 ${part(work, 0.5).toFixed(1)} ms`,
    `p95 ${part(work, 0.95).toFixed(1)} ms`,
    `${Math.round(work.length / seconds)} frames/s`,
    `${long.length} tasks over 50 ms`,
    before,
  );
  const each = [...parts].map(([name, ms]) => `${PARTS.get(name)} ${(ms / Math.max(1, work.length)).toFixed(2)}`);
  row('  of it, ms a frame', each.join(', '));
}

const { server, url } = await serve(join(root, 'dist'), 0, '/');
const browser = await chromium.launch({
  ...(existsSync(DEBIAN) ? { executablePath: DEBIAN } : {}),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
console.log(`page: production build, Chromium ${browser.version()}, software rendering, ${load()}`);
await loadTimes(page, url);
await openTwelve(page);
for (const speed of SPEEDS) await frames(browser, page, speed);
await page.keyboard.press('3');
for (const speed of SPEEDS) await frames(browser, page, speed);
const session = await page.context().newCDPSession(page);
await session.send('Performance.enable');
await session.send('HeapProfiler.collectGarbage');
const { metrics } = await session.send('Performance.getMetrics');
const metric = (name) => metrics.find((one) => one.name === name)?.value ?? 0;
row('script memory of the page', `${(metric('JSHeapUsedSize') / 1e6).toFixed(1)} MB`, `${metric('Nodes')} nodes`);
await browser.close();
server.close();
