/* Runs the bench: turns its settings into a scenario, which is opened like any other. */
import { DEFAULT_KERNEL } from '../../engine/index.ts';
import { PROGRAMS } from '../../scenarios/programs.ts';
import { openScenario } from '../engine/engine.ts';
import { choices, choose } from '../store/choices.ts';
import { lab, notify } from '../store/lab.ts';
import { benchScenario, isCongestionControl, programsProblem } from './scenario.ts';
import { BUILT_IN, type BenchSettings, keepSettings, keptSettings, settingsProblem } from './settings.ts';

/** Every text that can serve a connection: the examples as in the editor, and the user's own. */
export function benchTexts(): Map<string, string> {
  const all = new Map([...Object.entries(PROGRAMS), ...Object.entries(choices().edits)]);
  return new Map([...all].filter(([, text]) => isCongestionControl(text)));
}

/** Programs for connections, the user's own first. */
export function benchPrograms(): string[] {
  const names = [...benchTexts().keys()];
  const own = names.filter((name) => !Object.hasOwn(PROGRAMS, name));
  return [...own, BUILT_IN, ...names.filter((name) => !own.includes(name))];
}

/** Why the bench cannot run; null when it can. */
export const benchProblem = (settings: BenchSettings): string | null =>
  settingsProblem(settings) ?? programsProblem(settings, Object.fromEntries(benchTexts()));

/** Opens the bench's run at its beginning. */
export function runBench(settings: BenchSettings): void {
  const texts = benchTexts();
  const used = [...new Set(settings.flows.map(({ program }) => program))].filter((name) => texts.has(name));
  const pick = (from: (name: string) => string | undefined): Record<string, string> =>
    Object.fromEntries(used.flatMap((name) => (from(name) === undefined ? [] : [[name, from(name) ?? '']])));
  const machine = pick((name) => texts.get(name));
  const scenario = benchScenario(
    settings,
    machine,
    pick((name) => PROGRAMS[name]),
  );
  keepSettings(settings);
  choose({ scenario: scenario.id, selection: { map: null, socket: null, field: null } });
  openScenario(scenario, choices().kernel ?? lab().kernel ?? DEFAULT_KERNEL, machine);
}

/** Opens the last run of the bench again; false when there is none. */
export function openKeptBench(): boolean {
  const settings = keptSettings();
  if (settings === null) return false;
  const problem = benchProblem(settings);
  if (problem !== null) {
    notify({ kind: 'info', lasting: true, title: 'The bench cannot be opened as it was', detail: problem });
    return false;
  }
  runBench(settings);
  return true;
}
