/*
 * Access to localStorage, which may be full, forbidden or contain old data. Unreadable data is dropped and reported
 * once; while nothing can be saved, the status bar says so.
 */
import { create } from 'zustand';

interface Keeping {
  /** whether the last save succeeded */
  readonly keeps: boolean;
  /** keys with unusable data */
  readonly damaged: readonly string[];
}

export const useKeeping = create<Keeping>(() => ({ keeps: true, damaged: [] }));

/** Records that the data under a key was unusable, and the page started without it. */
export const damaged = (key: string): void =>
  useKeeping.setState({ damaged: [...useKeeping.getState().damaged.filter((one) => one !== key), key] });

const noteKeeping = (keeps: boolean): boolean => {
  if (useKeeping.getState().keeps !== keeps) useKeeping.setState({ keeps });
  return keeps;
};

/** Loads a value; null when there is none or it is not JSON. */
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

/** Saves a value; false when the browser refuses. */
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

/** Keys of all saved data; empty when storage is denied. */
export function keptKeys(): string[] {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
