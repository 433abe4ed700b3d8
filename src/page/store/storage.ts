/*
 * localStorage, which may be full, forbidden or hold something old. What cannot be read is left out and told once; what
 * cannot be kept is said in the status bar as long as it is so.
 */
import { create } from 'zustand';

interface Keeping {
  /** whether the browser kept what was last given to it */
  readonly keeps: boolean;
  /** keys under which something stood that could not be used */
  readonly damaged: readonly string[];
}

export const useKeeping = create<Keeping>(() => ({ keeps: true, damaged: [] }));

/** Something under a key was of no use: the page began without it. */
export const damaged = (key: string): void =>
  useKeeping.setState({ damaged: [...useKeeping.getState().damaged.filter((one) => one !== key), key] });

const noteKeeping = (keeps: boolean): boolean => {
  if (useKeeping.getState().keeps !== keeps) useKeeping.setState({ keeps });
  return keeps;
};

/** Null where nothing is kept, or nothing that is JSON. */
export function load(key: string): unknown {
  let text: string | null;
  try {
    text = localStorage.getItem(key);
  } catch {
    noteKeeping(false);
    return null;
  }
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    damaged(key);
    return null;
  }
}

/** False when the browser keeps nothing. */
export function save(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return noteKeeping(true);
  } catch {
    return noteKeeping(false);
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    noteKeeping(false);
  }
}

/** Names of all that is kept; empty where the browser denies it. */
export function keptKeys(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
