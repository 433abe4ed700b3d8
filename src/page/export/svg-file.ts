/* Makes a self-contained SVG file of a scene: colours are written out, fonts are named or embedded. */
import type { Scene, Theme } from '../../views/scene.ts';
import { svgText } from '../../views/svg.ts';

const FONTS: Readonly<Record<string, string>> = {
  'var(--font-ui)': 'Inter Variable, Inter, system-ui, sans-serif',
  'var(--font-mono)': 'JetBrains Mono Variable, JetBrains Mono, ui-monospace, monospace',
};

/** The page's present look. */
export interface Worn {
  /** the colour of a custom property, `var(--…)` */
  readonly colour: (value: string) => string;
  /** strength of glows, 0 to 1; written as a number, because older programs cannot read a custom property */
  readonly glow: number;
}

/** Makes the file. `style` is embedded, for fonts. */
export function svgFile(scene: Scene, theme: Theme, { colour, glow }: Worn, style = ''): string {
  const text = svgText(scene, theme)
    .replaceAll('var(--glow)', String(glow))
    .replace(/var\(--[\w-]+\)/g, (value) => FONTS[value] ?? colour(value));
  const ground = `<rect width="100%" height="100%" fill="${colour('var(--surface-1)')}"/>`;
  const head = style === '' ? ground : `<style>${style}</style>${ground}`;
  return text.replace(/(<svg[^>]*>)/, `$1${head}`);
}
