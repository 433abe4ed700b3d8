/*
 * Arrangements of panes: a row has a preset's id, its button and its command; its number is its key. `narrow`: which pane a narrow
 * screen shows when it is chosen. Their panes are in ui/shell/presets.tsx.
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

/** The preset of a name from storage or a link; undefined if this version has none of that name. */
export const knownPreset = (id: unknown): Preset | undefined => PRESETS.find((row) => row.id === id)?.id;
