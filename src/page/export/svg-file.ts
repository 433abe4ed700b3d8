/* Makes a self-contained SVG file of a scene: colours are written out, fonts are named or embedded. */
import type { Scene, Theme } from '../../views/scene.ts';
import { svgText } from '../../views/svg.ts';

const FONTS: Readonly<Record<string, string>> = {
  'var(--font-ui)': 'Inter Variable, Inter, system-ui, sans-serif',
  'var(--font-mono)': 'JetBrains Mono Variable, JetBrains Mono, ui-monospace, monospace',
};

/** Makes the file. `colour` gives a custom property's present value; `style` is embedded, for fonts. */
export function svgFile(scene: Scene, theme: Theme, colour: (value: string) => string, style = ''): string {
  const text = svgText(scene, theme).replace(/var\(--[\w-]+\)/g, (value) => FONTS[value] ?? colour(value));
  const ground = `<rect width="100%" height="100%" fill="${colour('var(--surface-1)')}"/>`;
  const head = style === '' ? ground : `<style>${style}</style>${ground}`;
  return text.replace(/(<svg[^>]*>)/, `$1${head}`);
}
