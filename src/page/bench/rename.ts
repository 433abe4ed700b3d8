import { renameText } from '../store/texts.ts';
import { keepSettings, keptSettings } from './settings.ts';

/** Renames a text, also where the bench names it; the name that it has afterwards. */
export function renameEverywhere(name: string, stem: string): string {
  const to = renameText(name, stem);
  const kept = keptSettings();
  if (kept?.flows.some(({ program }) => program === name)) {
    const flows = kept.flows.map((flow) => (flow.program === name ? { ...flow, program: to } : flow));
    keepSettings({ ...kept, flows });
  }
  return to;
}
