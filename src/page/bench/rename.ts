import { renameText } from '../store/texts.ts';
import { keepSettings, keptSettings } from './settings.ts';

/** Renames a text, also in the bench's settings; returns its new name. */
export function renameEverywhere(name: string, stem: string): string {
  const to = renameText(name, stem);
  const kept = keptSettings();
  if (kept?.flows.some(({ program }) => program === name)) {
    const flows = kept.flows.map((flow) => (flow.program === name ? { ...flow, program: to } : flow));
    keepSettings({ ...kept, flows });
  }
  return to;
}
