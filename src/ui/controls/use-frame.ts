import { useState, useSyncExternalStore } from 'react';
import { DESK, type Theme } from '../../views/scene.ts';
import { onDraw } from '../../page/frame.ts';
import { calmFrame, currentFrame, type Frame } from '../../page/frame-source.ts';
import { choices } from '../../page/store/choices.ts';
import { isHighContrast, onTheme, themeKey } from '../../page/store/theme.ts';

/** The current frame; the component is rendered again for each new one. */
export const useFrame = (): Frame => useSyncExternalStore(onDraw, currentFrame);

/** The current frame for views that are read rather than watched: updated about twenty times a second while playing. */
export const useCalmFrame = (): Frame => useSyncExternalStore(onDraw, calmFrame);

/** The theme for scenes; changes with colours too, so that canvases are redrawn. */
export function useTheme(): Theme {
  const key = useSyncExternalStore(onTheme, themeKey);
  const [theme, setTheme] = useState({ key, theme: makeTheme() });
  if (theme.key === key) return theme.theme;
  const next = { key, theme: makeTheme() };
  setTheme(next);
  return next.theme;
}

const makeTheme = (): Theme => ({
  ...DESK,
  contrast: isHighContrast() ? 'more' : 'normal',
  scale: choices().textSize,
});
