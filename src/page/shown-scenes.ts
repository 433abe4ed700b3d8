/* Pictures now on the page, by subject, for saving them as files. */
import type { DisplayList, Scene, Theme } from '../views/scene.ts';

export interface ShownScene {
  readonly scene: Scene;
  readonly theme: Theme;
}

/** Gives the layers of a picture's moving things, which are drawn separately, at the time of the call. */
type Moving = () => readonly DisplayList[];

interface Shown extends ShownScene {
  readonly moving: Moving;
}

const shown = new Map<string, Shown>();

/** Registers a drawn picture; the returned function removes it. */
export function showScene(scene: Scene, theme: Theme, moving: Moving): () => void {
  const mine = { scene, theme, moving };
  shown.set(scene.label, mine);
  return () => {
    if (shown.get(scene.label) === mine) shown.delete(scene.label);
  };
}

export const shownScenes = (): readonly ShownScene[] =>
  [...shown.values()].map(({ scene, theme, moving }) => ({
    scene: { ...scene, layers: [...scene.layers, ...moving()] },
    theme,
  }));
