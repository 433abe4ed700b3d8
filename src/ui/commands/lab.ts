import { type Command, DEFAULT_KERNEL, KERNELS, type MapLetter } from '../../engine/index.ts';
import { SCENARIOS } from '../../scenarios/index.ts';
import { command, move, openScenario, resetLab } from '../engine/engine.ts';
import { choices, choose, chooseTab, select } from '../store/choices.ts';
import { lab, notify } from '../store/lab.ts';
import type { CommandArgs, PageCommand } from './command.ts';

/** Who carries out what is pressed on the page. */
const OPERATOR = 'you';

function asOperator(act: (process: string) => Command): void {
  const alive = lab().cold?.processes.some(({ name, alive }) => name === OPERATOR && alive);
  if (!alive) command({ do: 'spawn', process: OPERATOR });
  command(act(OPERATOR));
}

/** The process that has a fd of the map, for what takes one. */
function holderOf(map: MapLetter): string {
  const processes = lab().cold?.processes ?? [];
  const id = lab().cold?.maps.find(({ letter }) => letter === map)?.id;
  const holds = (text: string): boolean => new RegExp(`\\bmap (${map}|${id})\\b`).test(text);
  return processes.find(({ alive, fds }) => alive && fds.some(({ text }) => holds(text)))?.name ?? OPERATOR;
}

function update(map: MapLetter): void {
  const process = holderOf(map);
  if (process === OPERATOR) asOperator((me) => ({ do: 'register', process: me, map }));
  else command({ do: 'register', process, map });
}

/** The next socket that goes takes its reference along. */
function closeNext(map: MapLetter): void {
  const holder = lab()
    .cold?.maps.find(({ letter }) => letter === map)
    ?.holders.find(({ kind }) => kind === 'socket');
  if (holder) command({ do: 'close', socket: holder.id });
  else {
    notify({
      kind: 'info',
      title: 'Nobody closes this edge',
      detail: 'The kernel takes it by itself when the count reaches 0 and the grace period has passed.',
    });
  }
}

const linksAreNext = (): void =>
  notify({
    kind: 'info',
    title: 'READY is for maps created with BPF_F_LINK',
    detail: 'No map here was: update registers it at once, and only its last reference frees it.',
  });

const EDGE: Readonly<Record<string, (map: MapLetter) => void>> = {
  update,
  delete: (map) => asOperator((process) => ({ do: 'unregister', process, map })),
  zero: closeNext,
  ready: linksAreNext,
  last: linksAreNext,
};

function pressEdge({ edge, map }: CommandArgs): void {
  if (map !== null && map !== undefined) EDGE[String(edge)]?.(String(map));
}

/** Reverse-continue to "who took this reference?". */
function goToHolder({ map, kind, id }: CommandArgs): void {
  const holder = lab()
    .cold?.maps.find(({ letter }) => letter === map)
    ?.holders.find((one) => one.kind === kind && one.id === id);
  if (holder) move({ type: 'seek', time: holder.time });
}

export function startScenario(id: string): void {
  const scenario = SCENARIOS.find((one) => one.id === id) ?? SCENARIOS[0];
  choose({ scenario: scenario.id, selection: { map: null, socket: null, field: null } });
  openScenario(scenario, choices().kernel ?? scenario.kernel ?? DEFAULT_KERNEL);
}

/** The same scenario on another kernel, from its beginning. */
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
  { id: 'lifecycle.edge', title: 'Take an edge', group: 'Lab', hidden: true, run: pressEdge },
  {
    id: 'select.map',
    title: 'Select a map',
    group: 'Lab',
    hidden: true,
    run: ({ map }) => {
      select({ map: String(map), socket: null });
      chooseTab('side', 'struct');
    },
  },
  {
    id: 'select.socket',
    title: 'Select a connection',
    group: 'Lab',
    hidden: true,
    run: ({ socket }) => select({ socket: Number(socket), map: null, field: null }),
  },
  {
    id: 'select.field',
    title: 'Select a field',
    group: 'Lab',
    hidden: true,
    run: ({ path }) => select({ field: String(path) }),
  },
  {
    id: 'select.member',
    title: 'Select a member of a struct_ops map',
    group: 'Lab',
    hidden: true,
    run: ({ member }) => select({ field: `data.${member}` }),
  },
  {
    id: 'select.holder',
    title: 'To the moment at which a reference was taken',
    group: 'Lab',
    hidden: true,
    run: goToHolder,
  },
];
