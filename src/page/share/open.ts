/* Opens a named, linked or saved lab. Reports what is missing here; the page continues in any case. */
import { DEFAULT_KERNEL, KERNELS, kernelSpec, type Scenario } from '../../engine/index.ts';
import { loadScenario, SCENARIOS } from '../../scenarios/index.ts';
import { openScenario } from '../engine/engine.ts';
import { choices, choose, knownTabs } from '../store/choices.ts';
import { knownPreset } from '../store/presets.ts';
import { notify } from '../store/lab.ts';
import { readLabFile } from './codec.ts';
import { contentOf } from './content.ts';
import { bringsPrograms, type LabDoc, type LabView } from './lab-doc.ts';
import { setPending } from './pending.ts';

/** The scenario without steps, so that texts can be read before any of them runs. */
const quiet = (scenario: Scenario): Scenario => ({ ...scenario, steps: [], expect: [], samples: [], openAt: 0 });

function showView({ preset, tabs = {} }: LabView): void {
  const known = knownPreset(preset);
  if (known) choose({ preset: known });
  choose({ tabs: { ...choices().tabs, ...knownTabs(tabs) } });
}

function kernelOf({ kernel }: LabDoc, scenario: Scenario): string {
  const own = scenario.kernel ?? DEFAULT_KERNEL;
  if (kernel === undefined || kernelSpec(kernel)) return kernel ?? own;
  const known = KERNELS.map(({ profile }) => profile.name).join(', ');
  notify({
    lasting: true,
    kind: 'info',
    title: `There is no kernel ${kernel} here`,
    detail: `The lab opens on ${own}; this page has ${known}.`,
  });
  return own;
}

function begin(doc: LabDoc, scenario: Scenario, kernel: string): void {
  const { machine = {}, commands = [], time = scenario.openAt } = doc;
  if (commands.length > 0 && doc.content !== undefined && doc.content !== contentOf(scenario)) {
    notify({
      lasting: true,
      kind: 'info',
      title: 'The scenario has changed since this lab was made',
      detail: 'Its commands are given at the same times, but may have other effects.',
    });
  }
  if (scenario.steps.some(({ view }) => view)) void import('../record/follow-view.ts').catch(() => {});
  openScenario(scenario, kernel, machine, { commands, time });
}

/**
 * Opens a lab. `trusted`: it is the user's own; otherwise its program texts are shown but not run, and the run stays at
 * 0 until the user agrees. False after a notice when it cannot be opened.
 */
export async function openLabDoc(doc: LabDoc, trusted: boolean): Promise<boolean> {
  const scenario = doc.whole ?? (await loadScenario(doc.scenario).catch(() => null));
  if (!scenario) {
    const known = SCENARIOS.map(({ id }) => id).join(', ');
    notify({
      lasting: true,
      kind: 'error',
      title: `There is no scenario ${doc.scenario} here`,
      detail: `It may belong to a newer version of this page: reload it. There are ${known}.`,
    });
    return false;
  }
  const kernel = kernelOf(doc, scenario);
  const { text = null, breakpoints = [], breaks = [], watches = [] } = doc.view ?? {};
  choose({
    scenario: scenario.id,
    kernel: kernel === (scenario.kernel ?? DEFAULT_KERNEL) ? null : kernel,
    edits: doc.texts ?? {},
    activeText: text,
    breakpoints,
    breaks,
    watches,
    selection: { map: null, socket: null, field: null },
  });
  showView(doc.view ?? {});
  if (trusted || !bringsPrograms(doc)) {
    setPending(null);
    begin(doc, scenario, kernel);
    return true;
  }
  openScenario(quiet(scenario), kernel);
  const names = Object.keys({ ...doc.whole?.texts, ...doc.machine, ...doc.texts });
  setPending({
    names,
    run: () => {
      setPending(null);
      begin(doc, scenario, kernel);
    },
  });
  return true;
}

/** Opens a saved lab; on an error reports it, and the open lab stays. */
export async function openLabFile(file: string, text: string): Promise<void> {
  const decoded = readLabFile(text);
  if (decoded.ok) await openLabDoc(decoded.value, false);
  else {
    notify({
      lasting: true,
      kind: 'error',
      title: `${file} cannot be opened`,
      detail: `${decoded.problem}. Save the lab again where it came from.`,
    });
  }
}
