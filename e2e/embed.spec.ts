/* One view in a slide: only the embedding page moves it; works without storage. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const docs = (name: string): string => readFileSync(join(import.meta.dirname, '..', 'docs', name), 'utf8');
/** A page that embeds the playground, as a talk's site would. */
async function showDeck(page: Page, site: string, body: string): Promise<void> {
  await page.route('**/deck.html', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(new URL('/deck.html', site).href);
}

const timeOf = (frame: FrameLocator) => frame.getByRole('slider', { name: 'Time' });

test('the reveal.js slide seeks, steps and changes the theme; other messages are ignored', async ({ page, site }) => {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  const stub = '<script>window.told={};window.Reveal={on:(name,act)=>{told[name]=act}}</script>';
  await showDeck(
    page,
    site,
    docs('embed-reveal.html').replaceAll('PLAYGROUND', site).replace('<body>', `<body>${stub}`),
  );
  const frame = page.frameLocator('#lab');
  await expect(timeOf(frame)).toHaveAttribute('aria-valuetext', /^100\.0 ms/, { timeout: 20_000 });
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(frame.getByRole('link', { name: 'Open in playground' })).toHaveAttribute(
    'href',
    /#scenario=swap-by-link/,
  );
  await page.evaluate(() => {
    const { told } = window as unknown as { told: Record<string, (event: unknown) => void> };
    told.slidechanged({ currentSlide: document.querySelectorAll('section')[1] });
  });
  await expect(timeOf(frame)).toHaveAttribute('aria-valuetext', /^700\.0 ms/);
  const tell = (data: unknown): Promise<void> =>
    page.evaluate((message) => {
      const lab = document.querySelector('iframe');
      lab?.contentWindow?.postMessage(message, '*');
    }, data);
  await tell({ opsPlay: 'step', by: 1 });
  await expect(timeOf(frame)).toHaveAttribute('aria-valuetext', /^750\.0 ms/);
  await tell({ opsPlay: 'theme', theme: 'dark' });
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark');
  for (const bad of [
    { opsPlay: 'eval', code: 'x' },
    { opsPlay: 'seek', at: 'now' },
    { opsPlay: 'seek', at: 1, more: 1 },
    null,
    'seek',
  ])
    await tell(bad);
  // messages arrive in order: with this one the others were read
  await tell({ opsPlay: 'theme', theme: 'light' });
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(timeOf(frame)).toHaveAttribute('aria-valuetext', /^750\.0 ms/);
  expect(problems).toEqual([]);
});

test('each frame of the Slidev deck shows its own time, also without storage', { tag: '@long' }, async ({
  page,
  site,
}) => {
  await page.addInitScript(() => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'BroadcastChannel'])
      Object.defineProperty(window, name, { get: denied });
  });
  const frames = [...docs('embed-slidev.md').matchAll(/src="(PLAYGROUND[^"]*)"/g)].map(([, src]) => src);
  expect(frames).toHaveLength(2);
  for (const src of frames) {
    await showDeck(
      page,
      site,
      `<iframe sandbox="allow-scripts allow-same-origin" width="480" height="270" src="${src.replace('PLAYGROUND', site)}"></iframe>`,
    );
    const at = /at=(\d+)/.exec(src)?.[1];
    await expect(timeOf(page.frameLocator('iframe'))).toHaveAttribute('aria-valuetext', new RegExp(`^${at}\\.0 ms`), {
      timeout: 20_000,
    });
  }
});

test('a frame without an origin of its own shows what it lacks', async ({ page, site }) => {
  await page.setContent(`<iframe sandbox="allow-scripts" width="900" height="500" src="${site}"></iframe>`);
  const alert = page.frameLocator('iframe').getByRole('alert');
  await expect(alert).toContainText('its sandbox lacks allow-same-origin');
});

test('a page whose first part cannot be fetched says so', { tag: '@long' }, async ({ page, site }) => {
  await page.route(/\/assets\/index-[\w-]+\.js/, (route) => route.abort());
  await page.goto(site);
  await expect(page.getByRole('alert')).toContainText('could not be fetched');
});
