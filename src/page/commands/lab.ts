import { DEFAULT_KERNEL, KERNELS } from '../../engine/index.ts';
import { SCENARIOS, FIRST_SCENARIO } from '../../scenarios/index.ts';
import { openShipped } from '../engine/scenarios.ts';
import { move, openScenario, resetLab } from '../engine/engine.ts';
import { choices, choose, chooseTab, select } from '../store/choices.ts';
import { lab } from '../store/lab.ts';
import { type ArgsOf, taking } from './args.ts';
import type { PageCommand } from './command.ts';
import { MAP_COMMANDS } from './map.ts';

/** Goes back to the event at which a reference was taken. */
function goToHolder({ map, kind, id }: ArgsOf<'select.holder'>): void {
  const holder = lab()
    .cold?.maps.find(({ letter }) => letter === map)
    ?.holders.find((one) => one.kind === kind && one.id === id);
  if (holder) move({ type: 'seek', time: holder.time });
}

/** Id of the scenario that the bench makes. */
const BENCH = 'bench';

/** Opens the last run of the bench, or else the first scenario. */
async function openKeptBench(): Promise<void> {
  const bench = await import('../bench/open.ts').catch(() => null);
  if (!bench?.openKeptBench()) startScenario(FIRST_SCENARIO);
}

/** Opens a shipped scenario, on the chosen kernel or the one for which it is written. */
export function startScenario(id: string): void {
  if (id === BENCH) {
    void openKeptBench();
    return;
  }
  const known = SCENARIOS.some((one) => one.id === id) ? id : FIRST_SCENARIO;
  void openShipped(known, (scenario) => {
    choose({ scenario: scenario.id, selection: { map: null, socket: null, field: null } });
    openScenario(scenario, choices().kernel ?? scenario.kernel ?? DEFAULT_KERNEL);
  });
}

/** Restarts the scenario on another kernel. */
export function chooseKernel(kernel: string): void {
  const { scenario } = lab();
  if (!scenario) return;
  const own = scenario.kernel ?? DEFAULT_KERNEL;
  choose({ kernel: kernel === own ? null : kernel });
  openScenario(scenario, kernel);
}

const kernelCommands = KERNELS.map(
  ({ profile: { name }, note }): PageCommand => ({
    id: `lab.kernel.${name}`,
    title: `Kernel ${name}: ${note}`,
    group: 'Lab',
    when: () => lab().kernel !== name,
    run: () => chooseKernel(name),
  }),
);

const scenarioCommands = SCENARIOS.map(
  ({ id, title }): PageCommand => ({
    id: `lab.scenario.${id}`,
    title: `Scenario: ${title}`,
    group: 'Lab',
    run: () => startScenario(id),
  }),
);

export const LAB_COMMANDS: readonly PageCommand[] = [
  ...scenarioCommands,
  ...kernelCommands,
  {
    id: 'lab.reset',
    title: 'Reset the lab: the scenario from its beginning, with its own texts; yours stay in the editor',
    group: 'Lab',
    when: () => lab().scenario !== null,
    run: resetLab,
  },
  ...MAP_COMMANDS,
  taking('select.map', {
    title: 'Select a map',
    group: 'Lab',
    hidden: true,
    run: ({ map }) => {
      select({ map, socket: null });
      if (choices().tabs.side === 'processes') chooseTab('side', 'struct');
    },
  }),
  taking('select.socket', {
    title: 'Select a connection',
    group: 'Lab',
    hidden: true,
    run: ({ socket }) => select({ socket, map: null, field: null }),
  }),
  taking('select.field', {
    title: 'Select a field',
    group: 'Lab',
    hidden: true,
    run: ({ path }) => select({ field: path }),
  }),
  taking('select.member', {
    title: 'Select a member of a struct_ops map',
    group: 'Lab',
    hidden: true,
    run: ({ member }) => select({ field: `data.${member}` }),
  }),
  taking('select.holder', {
    title: 'To the moment at which a reference was taken',
    group: 'Lab',
    hidden: true,
    run: goToHolder,
  }),
];
