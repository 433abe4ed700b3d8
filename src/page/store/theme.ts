/* The page's theme: the user's choice, or else the system's setting. */
import { choices, useChoices } from './choices.ts';

const prefersLight = matchMedia('(prefers-color-scheme: light)');
const forcedColours = matchMedia('(forced-colors: active)');
/** Forced colours remove tints and glow, as high contrast does. */
const prefersContrast = matchMedia('(prefers-contrast: more), (forced-colors: active)');

/** Theme requested by a page around this one; applied, but not saved. */
let forced: 'light' | 'dark' | null = null;

export function forceTheme(theme: 'light' | 'dark'): void {
  forced = theme;
  check();
}

export function isLight(): boolean {
  // with forced colours the page has the system's colours, whatever was chosen
  const theme = forcedColours.matches ? 'system' : (forced ?? choices().theme);
  return theme === 'system' ? prefersLight.matches : theme === 'light';
}

export const isHighContrast = (): boolean => choices().contrast === 'more' || prefersContrast.matches;

/** Key that changes whenever colours do, so that canvases are redrawn. */
export const themeKey = (): string =>
  `${isLight() ? 'light' : 'dark'}${isHighContrast() ? ' more' : ''} ${choices().textSize} ${choices().motion}`;

function wear(): void {
  const { dataset, style } = document.documentElement;
  style.setProperty('--text-size', String(choices().textSize));
  if (choices().textSize > 1.2) dataset.text = 'large';
  else delete dataset.text;
  if (choices().motion === 'less') dataset.motion = 'less';
  else delete dataset.motion;
  dataset.theme = isLight() ? 'light' : 'dark';
  if (isHighContrast()) dataset.contrast = 'more';
  else delete dataset.contrast;
}

const listeners = new Set<() => void>();

/** For `useSyncExternalStore` with `themeKey`. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let worn = '';
function check(): void {
  if (worn === themeKey()) return;
  worn = themeKey();
  wear();
  for (const listener of listeners) listener();
}

useChoices.subscribe(check);
prefersLight.addEventListener('change', check);
prefersContrast.addEventListener('change', check);
check();
