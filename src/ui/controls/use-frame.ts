import { createContext, useContext, useState, useSyncExternalStore } from 'react';
import { DESK, type Theme } from '../../views/scene.ts';
import { onDraw } from '../../page/frame.ts';
import { currentFrame, type Frame, type Moment, momentOf, type TurnName } from '../../page/frame-source.ts';
import { choices } from '../../page/store/choices.ts';
import { type LabState, useLab } from '../../page/store/lab.ts';
import { isHighContrast, onTheme, themeKey } from '../../page/store/theme.ts';

/** Reads from the current frame; the component is rendered again when the result changes. */
export const useFrame = <T>(read: (frame: Frame) => T): T => useSyncExternalStore(onDraw, () => read(currentFrame()));

function onMoment(changed: () => void): () => void {
  const offs = [onDraw(changed), useLab.subscribe(changed)];
  return () => {
    for (const off of offs) off();
  };
}

/** The group (page/frame-source.ts) of all views inside: they show the same moment, so that numbers and curves agree. */
export const Turn = createContext<TurnName>('rest');

/** Reads from a moment of the run, for views that are read rather than watched: about twelve times a second while playing. */
export function useCalm<T>(read: (moment: Moment) => T): T {
  const turn = useContext(Turn);
  return useSyncExternalStore(onMoment, () => read(momentOf(turn)));
}

const frameOf = ({ frame }: Moment): Frame => frame;

export const useCalmFrame = (): Frame => useCalm(frameOf);

const labOf = ({ lab }: Moment): LabState => lab;

/** The lab's state at that moment. */
export const useCalmLab = (): LabState => useCalm(labOf);

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
