/*
 * Measures the page's two fonts in Chromium and writes src/views/text-widths.ts: advance widths in thousandths of the
 * font size. Run it when a font package changes: node scripts/make-text-metrics.mjs
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';

const WEIGHTS = [400, 600, 800];
const CHARACTERS = `${Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')}\u00a0\u00b0\u00b5\u00b7\u00d7\u2013\u2019\u201c\u201d\u2026`;

const root = new URL('..', import.meta.url);
const font = (path) => readFileSync(new URL(`node_modules/@fontsource-variable/${path}`, root)).toString('base64');
const face = (family, path) =>
  `@font-face{font-family:${family};font-weight:100 900;src:url(data:font/woff2;base64,${font(path)})}`;

const installed = '/usr/bin/chromium';
const browser = await chromium.launch({
  ...(existsSync(installed) && { executablePath: installed }),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const page = await browser.newPage();
await page.setContent(
  `<style>${face('ui', 'inter/files/inter-latin-wght-normal.woff2')}
  ${face('mono', 'jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2')}</style>
  <p style="font-family:ui">ui</p><p style="font-family:mono">mono</p>`,
);
const measured = await page.evaluate(
  async ([characters, weights]) => {
    await document.fonts.ready;
    const context = document.createElement('canvas').getContext('2d');
    const width = (font, text) => {
      context.font = font;
      return Math.round(context.measureText(text).width);
    };
    return {
      ui: weights.map((weight) => [...characters].map((c) => width(`${weight} 1000px ui`, c))),
      mono: width('400 1000px mono', '0'),
    };
  },
  [CHARACTERS, WEIGHTS],
);
await browser.close();

const rows = measured.ui.map((row, i) => `  { weight: ${WEIGHTS[i]}, widths: [${row.join(', ')}] },`);
writeFileSync(
  new URL('src/views/text-widths.ts', root),
  `/* Made by scripts/make-text-metrics.mjs. Advance widths in thousandths of the font size. */
export const MEASURED_CHARACTERS = ${JSON.stringify(CHARACTERS)};
export const UI_WIDTHS: readonly { readonly weight: number; readonly widths: readonly number[] }[] = [
${rows.join('\n')}
];
export const MONO_WIDTH = ${measured.mono};
`,
);
