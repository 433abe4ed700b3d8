/*
 * Arrangements of panes: a row is a preset, its button and its command; the key is its number. `narrow`: which pane a narrow
 * screen shows when it is chosen. What stands where is in ui/shell/presets.tsx.
 */
import type { Tabs } from './tabs.ts';

const ROWS = [
  { id: 'debug', title: 'Debug', narrow: 'lifecycle' },
  { id: 'inspect', title: 'Inspect', narrow: 'struct' },
  { id: 'flows', title: 'Flows', narrow: 'flows' },
] as const;

export type Preset = (typeof ROWS)[number]['id'];

interface PresetRow {
  readonly id: Preset;
  readonly title: string;
  readonly narrow: Tabs['narrow'];
}

export const PRESETS: readonly PresetRow[] = ROWS;

/** The preset of a name that was kept or shared; undefined where this version has none. */
export const knownPreset = (id: unknown): Preset | undefined => PRESETS.find((row) => row.id === id)?.id;
