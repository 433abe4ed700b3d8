import { useState, useSyncExternalStore } from 'react';
import { DESK, type Theme } from '../../views/scene.ts';
import { onDraw } from '../../page/frame.ts';
import { calmFrame, currentFrame, type Frame } from '../../page/frame-source.ts';
import { choices } from '../../page/store/choices.ts';
import { isHighContrast, onTheme, themeKey } from '../../page/store/theme.ts';

/** The current frame, in a component that draws it: it is drawn again when a newer one has come. */
export const useFrame = (): Frame => useSyncExternalStore(onDraw, currentFrame);

/** The same for what is read rather than watched: some twenty times a second while playing. */
export const useCalmFrame = (): Frame => useSyncExternalStore(onDraw, calmFrame);

/** What scenes need to know of the theme; changes with colours too, so that canvases are drawn again. */
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
