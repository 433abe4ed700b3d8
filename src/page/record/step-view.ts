/* View of the page at a step: its author's preset, tabs and selection. */
import type { Scenario, ScenarioStep, StepView } from '../../engine/index.ts';
import { knownPreset } from '../store/presets.ts';
import { knownTabs } from '../store/tabs.ts';
import type { Looks } from './view-now.ts';

/** Applies a view to the page's looks; unknown presets and tabs are ignored. */
export function looksOf(view: StepView, now: Looks): Looks {
  const { map = null, socket = null, field = null } = view;
  return {
    preset: knownPreset(view.preset) ?? now.preset,
    tabs: { ...now.tabs, ...knownTabs({ ...view.tabs, narrow: now.tabs.narrow }) },
    selection: { map, socket, field },
  };
}

/** The last step at or before a time, ns; null before the first. */
export const stepAt = ({ steps }: Pick<Scenario, 'steps'>, time: number): ScenarioStep | null =>
  steps.findLast(({ at }) => at <= time) ?? null;

/** `inspect, ledger, map A` */
export const viewWords = ({ preset, tabs = {}, map, socket, field }: StepView): string =>
  [preset, ...Object.values(tabs), map && `map ${map}`, socket !== undefined && `socket ${socket}`, field]
    .filter((word) => typeof word === 'string' && word !== '')
    .join(', ');
