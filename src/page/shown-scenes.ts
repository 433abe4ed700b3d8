/* Pictures that are on the page now, by what they are of: for saving them as files. */
import type { DisplayList, Scene, Theme } from '../views/scene.ts';

export interface ShownScene {
  readonly scene: Scene;
  readonly theme: Theme;
}

/** What moves on a picture is drawn apart from it, and is of the moment at which it is asked for. */
type Moving = () => readonly DisplayList[];

interface Shown extends ShownScene {
  readonly moving: Moving;
}

const shown = new Map<string, Shown>();

/** Told with each picture that is drawn; returns what takes it back. */
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
