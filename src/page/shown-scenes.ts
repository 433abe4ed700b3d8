/* Pictures now on the page, by subject, for saving them as files. */
import type { Scene, Theme } from '../views/scene.ts';

export interface ShownScene {
  readonly scene: Scene;
  readonly theme: Theme;
}

const shown = new Map<string, ShownScene>();

/** Registers a drawn picture; the returned function removes it. */
export function showScene(scene: Scene, theme: Theme): () => void {
  const mine = { scene, theme };
  shown.set(scene.label, mine);
  return () => {
    if (shown.get(scene.label) === mine) shown.delete(scene.label);
  };
}

export const shownScenes = (): readonly ShownScene[] => [...shown.values()];
