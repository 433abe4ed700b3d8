/* Contrast of the tokens, measured: 4.5:1 for letters, 3:1 for what is drawn (WCAG 2.2, 1.4.3 and 1.4.11). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

function block(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(css.indexOf('{', start) + 1, css.indexOf('}', start));
  return new Map([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

const dark = block(':root[data-theme="dark"]');
const light = block(':root[data-theme="light"]');
const THEMES: readonly (readonly [string, Map<string, string>])[] = [
  ['dark', dark],
  ['light', light],
  ['high contrast, dark', new Map([...dark, ...block(':root[data-contrast="more"]')])],
  ['high contrast, light', new Map([...light, ...block(':root[data-contrast="more"][data-theme="light"]')])],
];

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const LETTERS = [
  'text',
  'muted',
  'dim',
  'init-ink',
  'ready-ink',
  'inuse-ink',
  'tobefree-ink',
  'freed-ink',
  'error',
  'warning',
  'changed',
];
const SYNTAX = ['syntax-keyword', 'syntax-number', 'syntax-comment', 'syntax-name', 'syntax-register'];
const GROUNDS = ['bg', 'surface-1', 'surface-2', 'surface-3'];
const DRAWN = ['init', 'ready', 'inuse', 'tobefree', 'freed', 'edge'];

describe.each(THEMES)('tokens, %s', (_, tokens) => {
  const of = (name: string): string => {
    const value = tokens.get(name);
    if (!value) throw new Error(`no token ${name}`);
    return value;
  };

  it.each([...LETTERS, ...SYNTAX])('%s can be read on every ground', (letters) => {
    for (const ground of GROUNDS) expect(contrast(of(letters), of(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(DRAWN)('%s can be seen on a pane', (drawn) => {
    expect(contrast(of(drawn), of('surface-1'))).toBeGreaterThanOrEqual(3);
  });

  it('text on solid states and on the selection has enough contrast', () => {
    for (const solid of ['inuse-solid', 'tobefree-solid', 'ready', 'init'])
      expect(contrast(of('on-state'), of(solid)), solid).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('on-selection'), of('selection'))).toBeGreaterThanOrEqual(4.5);
  });
});
