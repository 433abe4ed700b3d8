/* The user's choices, kept in the browser; nothing here comes from the engine. */
import { create } from 'zustand';
import type { Break, MapLetter } from '../../engine/index.ts';
import type { Breakpoint } from '../../protocol/messages.ts';
import { beginDraft, type Draft, saveDraft } from '../keep/draft.ts';
import { load, save } from './storage.ts';
import { knownPreset, type Preset } from './presets.ts';
import { knownTabs, type Tabs } from './tabs.ts';

export { knownTabs, type Tabs };

export const TEXT_SIZES = [0.9, 1, 1.15, 1.3, 1.6] as const;

export const SPEEDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 10, 100] as const;

export type Grain = 'event' | 'instruction';

export interface Selection {
  readonly map: MapLetter | null;
  readonly socket: number | null;
  /** path of a struct member, like `data.ssthresh` */
  readonly field: string | null;
}

export interface Choices {
  readonly theme: 'system' | 'dark' | 'light';
  readonly contrast: 'system' | 'more';
  /** text scale factor */
  readonly textSize: number;
  /** `less`: no motion, whatever the system's setting */
  readonly motion: 'system' | 'less';
  readonly preset: Preset;
  readonly tabs: Tabs;
  /** engine seconds a second */
  readonly speed: number;
  /** unit of Step and Back */
  readonly grain: Grain;
  /** single letters are commands outside the editor and inputs */
  readonly letterKeys: boolean;
  /** the hint was followed or dismissed */
  readonly hinted: boolean;
  readonly scenario: string | null;
  /** kernel to run on; null: the one for which the scenario is written */
  readonly kernel: string | null;
  /** texts, by name, that differ from the examples or have none */
  readonly edits: Readonly<Record<string, string>>;
  readonly activeText: string | null;
  readonly breakpoints: readonly Breakpoint[];
  readonly breaks: readonly Break[];
  /** watched expressions */
  readonly watches: readonly string[];
  /** whether the heat map is shown */
  readonly heat: boolean;
  /** kernel that the sequence is compared with; null: none */
  readonly beside: string | null;
  readonly selection: Selection;
  /** which copy of a map's value the struct pane shows */
  readonly copy: 'kvalue' | 'lookup';
}

const KEY = 'ops.play';

export const DEFAULT_TABS: Tabs = { lifecycle: 'machine', flows: 'wire', side: 'struct', narrow: 'lifecycle' };

const DEFAULTS: Choices = {
  theme: 'system',
  contrast: 'system',
  textSize: 1,
  motion: 'system',
  preset: 'debug',
  tabs: DEFAULT_TABS,
  speed: 0.25,
  grain: 'event',
  letterKeys: true,
  hinted: false,
  scenario: null,
  kernel: null,
  edits: {},
  activeText: null,
  breakpoints: [],
  breaks: [],
  watches: [],
  heat: false,
  beside: null,
  selection: { map: null, socket: null, field: null },
  copy: 'kvalue',
};

/** Choices that belong to this tab's lab rather than the user, kept separately because each tab has its own. */
const OF_THE_LAB = ['scenario', 'kernel', 'edits', 'activeText', 'breakpoints', 'breaks', 'watches'] as const;

const isOfTheLab = (key: string): boolean => OF_THE_LAB.some((one) => one === key);

export const draftOf = ({ scenario, kernel, edits, activeText, breakpoints, breaks, watches }: Draft): Draft => ({
  scenario,
  kernel,
  edits,
  activeText,
  breakpoints,
  breaks,
  watches,
});

/** The saved settings whose types still equal the defaults', and the draft of this tab. */
function kept(): Choices {
  const saved = load(KEY);
  const settings =
    typeof saved !== 'object' || saved === null
      ? []
      : Object.entries(saved).filter(
          ([key, value]) =>
            Object.hasOwn(DEFAULTS, key) && !isOfTheLab(key) && sameType(value, DEFAULTS[key as keyof Choices]),
        );
  const choices = { ...DEFAULTS, ...Object.fromEntries(settings), ...beginDraft() } as Choices;
  const tabs = { ...DEFAULTS.tabs, ...knownTabs({ ...choices.tabs }) };
  const preset = knownPreset(choices.preset) ?? DEFAULTS.preset;
  const textSize = TEXT_SIZES.find((size) => size === choices.textSize) ?? DEFAULTS.textSize;
  return { ...choices, preset, textSize, tabs, selection: DEFAULTS.selection, beside: null, grain: DEFAULTS.grain };
}

const sameType = (a: unknown, b: unknown): boolean =>
  typeof a === typeof b && Array.isArray(a) === Array.isArray(b) && (a === null) === (b === null);

export const useChoices = create<Choices>(kept);

export const choices = (): Choices => useChoices.getState();

export const choose = (change: Partial<Choices>): void => useChoices.setState(change);

export function chooseTab<P extends keyof Tabs>(pane: P, tab: Tabs[P]): void {
  choose({ tabs: { ...choices().tabs, [pane]: tab } });
}

export const select = (change: Partial<Selection>): void =>
  choose({ selection: { ...choices().selection, ...change } });

useChoices.subscribe((now, before) => {
  if (OF_THE_LAB.some((key) => now[key] !== before[key])) saveDraft(draftOf(now));
  const settings = Object.entries(now).filter(([key]) => !isOfTheLab(key) && key !== 'selection');
  if (settings.some(([key, value]) => before[key as keyof Choices] !== value)) save(KEY, Object.fromEntries(settings));
});
