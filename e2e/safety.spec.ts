/* The page makes no requests to other origins, and no opened file or link can script it. */
import { copyFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { expect, Lab, test } from './fixtures.ts';

const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
];

test('the policy is in the page and in every response, also for the worker’s files', async ({ page, site }) => {
  const answers: string[] = [];
  const foreign: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(site) && !/^(data|blob):/.test(url)) foreign.push(url);
  });
  page.on('response', (response) => {
    const header = response.headers()['content-security-policy'] ?? '';
    const missing = POLICY.filter((directive) => !header.includes(directive));
    if (response.url().startsWith('http') && missing.length > 0)
      answers.push(`${response.url()}: ${missing.join('; ')}`);
  });
  const lab = new Lab(page, site);
  await lab.open();
  await lab.command('Present');
  await lab.press('Escape');
  const meta = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  for (const directive of POLICY) expect(meta).toContain(directive);
  expect(answers).toEqual([]);
  expect(foreign).toEqual([]);
});

/** A lab as a link has it. Made here, since loading the page's codec takes the whole engine, and a minute on a busy machine. */
const packed = (lab: unknown): string => `1.${deflateRawSync(JSON.stringify(lab)).toString('base64url')}`;

test('text from a link is shown as text everywhere, never as markup', async ({ page, site }) => {
  const evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  const whole = {
    id: 'evil',
    title: evil,
    intro: evil,
    path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 50 },
    seed: 1,
    texts: { [`${evil.slice(0, 30)}.s`]: evil },
    steps: [{ at: 1e7, caption: evil, note: evil, command: { do: 'spawn', process: evil.slice(0, 60) } as const }],
    openAt: 2e7,
    until: 1e8,
    expect: [],
  };
  await page.goto(`${site}#lab=${packed({ scenario: 'evil', whole })}`);
  const lab = new Lab(page, site);
  await page.getByRole('button', { name: 'Run this lab' }).press('Enter');
  await expect(lab.lifecycle).toContainText('onerror');
  await lab.command('Present');
  await expect(page.getByRole('dialog', { name: /^Talk:/ })).toBeVisible();
  await lab.press('n', 'Escape');
  await lab.command('Save pictures');
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'The talk as HTML' }).press('Enter');
  const path = await (await saving).path();
  copyFileSync(path, `${path}.html`);
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  const alone = await page.context().newPage();
  await alone.goto(`file://${path}.html`);
  await expect(alone).toHaveTitle(/^1 of 1/);
  expect(await alone.evaluate(() => 'hit' in window)).toBe(false);
});
