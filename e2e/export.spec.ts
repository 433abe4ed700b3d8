/* Exports by keyboard. The file of a talk opens without the page and makes no requests. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, test, violations } from './fixtures.ts';

async function saved(page: Page, button: string): Promise<{ name: string; path: string; text: string }> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).press('Enter');
  const download = await waiting;
  const path = await download.path();
  return { name: download.suggestedFilename(), path, text: readFileSync(path, 'latin1') };
}

test('saves pictures, series, calls, the sequence, and the talk', async ({ lab, page }) => {
  test.slow();
  await lab.command('Save pictures');
  await expect(page.getByRole('dialog', { name: 'Save as files' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  const svg = await saved(page, 'Lifecycle of the maps as SVG');
  expect([svg.name, svg.text.includes('var('), svg.text.includes('TOBEFREE')]).toEqual([
    'lifecycle-of-the-maps.svg',
    false,
    true,
  ]);
  const png = await saved(page, 'Lifecycle of the maps as PNG');
  expect(png.text.slice(1, 4)).toBe('PNG');
  expect((await saved(page, 'Windows, thresholds and round trip times as CSV')).text).toMatch(/^time_ms,socket/);
  expect(JSON.parse((await saved(page, 'System calls with their checks as JSON')).text)).not.toHaveLength(0);
  expect((await saved(page, 'The sequence of calls as Mermaid text as MMD')).text).toMatch(/^sequenceDiagram/);
  const pictures = await saved(page, 'Every step as SVG');
  expect([pictures.name, pictures.text.slice(0, 2), pictures.text.includes('21.svg')]).toEqual([
    'replace-while-connected.svg.zip',
    'PK',
    true,
  ]);
  const talk = await saved(page, 'The talk as HTML');
  expect(talk.name).toBe('replace-while-connected.html');

  const alone = await page.context().newPage();
  const asked: string[] = [];
  const problems: string[] = [];
  alone.on('request', (request) => asked.push(request.url()));
  alone.on('pageerror', ({ message }) => problems.push(message));
  alone.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const { copyFileSync } = await import('node:fs');
  copyFileSync(talk.path, `${talk.path}.html`);
  await alone.goto(`file://${talk.path}.html`);
  await expect(alone).toHaveTitle(/^1 of 21/);
  await alone.keyboard.press('PageDown');
  await alone.keyboard.press('PageDown');
  await expect(alone).toHaveTitle(/^3 of 21/);
  await alone.keyboard.press('End');
  await expect(alone).toHaveTitle(/^21 of 21/);
  await alone.screenshot({ path: 'test-results/talk-alone.png' });
  expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
  expect(problems).toEqual([]);
});
