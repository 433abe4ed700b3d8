import { useEffect, useState, useSyncExternalStore } from 'react';
import { DESK, type Theme } from '../../views/scene.ts';
import { onDraw } from '../frame.ts';
import { currentFrame, type Frame } from '../frame-source.ts';
import { isHighContrast, onTheme, themeKey } from '../store/theme.ts';

/** The current frame, in a component that draws it: it is drawn again when a newer one has come. */
export function useFrame(): Frame {
  const [drawn, setDrawn] = useState(currentFrame);
  useEffect(() => onDraw(() => setDrawn(currentFrame())), []);
  return drawn;
}

/** What scenes need to know of the theme; changes with colours too, so that canvases are drawn again. */
export function useTheme(): Theme {
  const key = useSyncExternalStore(onTheme, themeKey);
  const [theme, setTheme] = useState({ key, theme: makeTheme() });
  if (theme.key === key) return theme.theme;
  const next = { key, theme: makeTheme() };
  setTheme(next);
  return next.theme;
}

const makeTheme = (): Theme => ({ ...DESK, contrast: isHighContrast() ? 'more' : 'normal' });
