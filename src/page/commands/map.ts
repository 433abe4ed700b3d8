/* Actions on a map: one table, read by the lifecycle's edges, the bar below it, the modules lens and the palette. */
import {
  type Command,
  freeLetter,
  type GraceClock,
  type MapLetter,
  type MapSnapshot,
  nextLink,
} from '../../engine/index.ts';
import { command } from '../engine/engine.ts';
import { choices, chooseTab, select } from '../store/choices.ts';
import { lab, notify } from '../store/lab.ts';
import { textOf } from '../store/texts.ts';
import { type FamilyArgs, taking, takingAs } from './args.ts';
import type { PageCommand } from './command.ts';
import { TCP_STRUCT } from './tcp-struct.ts';

/** Process name for actions of the user. */
const OPERATOR = 'you';

function asOperator(act: (process: string) => Command): void {
  const alive = lab().cold?.processes.some(({ name, alive }) => name === OPERATOR && alive);
  if (!alive) command({ do: 'spawn', process: OPERATOR });
  command(act(OPERATOR));
}

const mapOf = (letter: MapLetter): MapSnapshot | undefined => lab().cold?.maps.find((map) => map.letter === letter);

/** A living process with an fd of the map. */
function keeperOf(map: MapLetter): string | null {
  return lab().cold?.processes.find(({ alive, fds }) => alive && fds.some((fd) => fd.map === map))?.name ?? null;
}

/** Acts through a process that has an fd of the map, if there is one. */
function byKeeper(map: MapLetter, act: (process: string) => Command): void {
  const keeper = keeperOf(map);
  if (keeper === null) asOperator(act);
  else command(act(keeper));
}

const linkOf = (map: MapLetter) => lab().cold?.links.find((link) => link.map === map);

/** Another map with the same name, to which the link can be updated. */
const successorOf = (map: MapLetter): MapSnapshot | undefined =>
  lab().cold?.maps.findLast(({ letter, state, ccName }) => {
    return letter !== map && state === 'READY' && ccName === mapOf(map)?.ccName;
  });

function tell(title: string, detail: string): void {
  notify({ kind: 'info', title, detail });
}

function detach(map: MapLetter): void {
  const link = linkOf(map);
  if (link) asOperator((process) => ({ do: 'detach', process, link: link.link }));
  else tell(`No link holds map ${map}`, 'A link is made with BPF_LINK_CREATE from a READY map.');
}

function swap(map: MapLetter): void {
  const link = linkOf(map);
  const to = successorOf(map);
  if (!link) tell(`No link holds map ${map}`, 'Only a link can be updated.');
  else if (!to) tell('There is no map to swap to', `Load another READY map with the name "${mapOf(map)?.ccName}".`);
  else asOperator((process) => ({ do: 'update-link', process, link: link.link, map: to.letter, old: map }));
}

/** Linux 6.12 panics on this; the page shows the panic, and time can go back. */
function swapToItself(map: MapLetter): void {
  const link = linkOf(map);
  if (link) asOperator((process) => ({ do: 'update-link', process, link: link.link, map }));
  else tell(`No link holds map ${map}`, 'Only a link can be updated.');
}

const isPinned = ({ letter, pins }: MapSnapshot): boolean => pins.length > 0 || (linkOf(letter)?.pins.length ?? 0) > 0;

const BPFFS = '/sys/fs/bpf/';

function pin(map: MapLetter): void {
  const link = linkOf(map);
  const name = mapOf(map)?.ccName || (mapOf(map)?.name ?? map);
  const taken = lab().cold?.maps.flatMap(({ pins }) => pins) ?? [];
  const path = taken.includes(`${BPFFS}${name}`) ? `${BPFFS}${name}_${map}` : `${BPFFS}${name}`;
  if (link) byKeeper(map, (process) => ({ do: 'pin', process, path, link: link.link }));
  else byKeeper(map, (process) => ({ do: 'pin', process, path, map }));
}

function unpin(map: MapLetter): void {
  const path = [...(linkOf(map)?.pins ?? []), ...(mapOf(map)?.pins ?? [])][0];
  if (path === undefined) tell(`Map ${map} is not pinned`, 'Neither the map nor its link is pinned in bpffs.');
  else asOperator((process) => ({ do: 'unpin', process, path }));
}

function closeFds(map: MapLetter): void {
  const keeper = keeperOf(map);
  if (keeper === null) tell(`No process has an fd of map ${map}`, 'Only references and pins keep it.');
  else command({ do: 'close-map', process: keeper, map });
}

function killKeeper(map: MapLetter): void {
  const keeper = keeperOf(map) ?? linkOf(map)?.process ?? null;
  const alive = lab().cold?.processes.some(({ name, alive }) => name === keeper && alive);
  if (keeper === null || !alive) tell(`No living process has map ${map} open`, 'There is no process to kill.');
  else command({ do: 'exit', process: keeper, killed: true });
}

/** Closes the next socket that holds the map, with its reference. */
function closeNext(map: MapLetter): void {
  const holder = mapOf(map)?.holders.find(({ kind }) => kind === 'socket');
  if (holder) command({ do: 'close', socket: holder.id });
  else {
    tell(
      'This transition cannot be requested',
      'The kernel makes it by itself when the count is 0 and the grace period has passed.',
    );
  }
}

/** Drops the next holder of a READY map: its link, then its sockets, then its fds. */
function dropLast(map: MapLetter): void {
  const found = mapOf(map);
  if (!found?.forLinks)
    tell('READY is for maps created with BPF_F_LINK', 'Write `.struct_ops.link` in a text, and load it.');
  else if (linkOf(map)) detach(map);
  else if (found.holders.some(({ kind }) => kind === 'socket')) closeNext(map);
  else closeFds(map);
}

function connect(map: MapLetter): void {
  // include connections that the scenario will make later
  const later = lab().scenario?.steps.flatMap(({ command: c }) => (c.do === 'connect' ? [c.socket] : [])) ?? [];
  const used = [...(lab().cold?.sockets.map(({ id }) => id) ?? []), ...later];
  const cc = mapOf(map)?.ccName ?? '';
  asOperator((process) => ({ do: 'connect', process, socket: Math.max(0, ...used) + 1, cc }));
}

/** Switches open connections to the map, as their owners may do at any time. */
function useHere(map: MapLetter): void {
  const cc = mapOf(map)?.ccName ?? '';
  const open = lab().cold?.sockets.filter(({ sk, map: server }) => sk !== 0 && server !== map) ?? [];
  if (open.length === 0) connect(map);
  for (const { id } of open) command({ do: 'setsockopt', socket: id, cc });
}

export interface MapVerb {
  readonly id: string;
  readonly word: string;
  /** sentence case */
  readonly title: string;
  /** true: only for maps made for links; false: only for other maps */
  readonly links?: boolean;
  /** whether the bar shows it; the palette always shows it */
  readonly shown?: (map: MapSnapshot) => boolean;
  readonly run: (map: MapLetter) => void;
}

/** Calls a member by hand with numbers, and hex bytes for the target of a pointer. */
export const callMember = (map: MapLetter, member: string, args: readonly (number | string)[]): void =>
  byKeeper(map, (process) => ({ do: 'call-member', process, map, member, args }));

/** Reads a ring buffer through the process that loaded the object. */
export const readRing = (process: string, object: string, map: string): void =>
  command({ do: 'read-ring', process, object, map });

/** Opens the form for calling a member. */
function showCalls(map: MapLetter): void {
  if (mapOf(map)?.struct === TCP_STRUCT) {
    tell(`The TCP stack calls the members of map ${map}`, 'They need a socket: connect one, and step into a program.');
    return;
  }
  chooseTab('side', 'trampoline');
  select({ map, socket: null });
}

const update = (map: MapLetter): void => byKeeper(map, (process) => ({ do: 'register', process, map }));

/** Verbs of maps. None is ever disabled: one that the kernel refuses shows the errno and the check that answered. */
export const MAP_VERBS: readonly MapVerb[] = [
  {
    id: 'update',
    word: 'update',
    title: 'Update: give the map its value',
    run: update,
  },
  {
    id: 'delete',
    word: 'delete',
    title: 'Delete: unregister the map',
    run: (map) => asOperator((process) => ({ do: 'unregister', process, map })),
  },
  {
    id: 'link',
    word: 'link',
    title: 'Link: register a READY map by a link',
    run: (map) =>
      byKeeper(map, (process) => ({
        do: 'link',
        process,
        map,
        link: nextLink(lab().cold?.links.map((one) => one.link) ?? []),
      })),
  },
  { id: 'detach', word: 'detach', title: 'Detach the link that holds the map', links: true, run: detach },
  { id: 'swap', word: 'swap', title: 'Swap: update the link to another map of this name', links: true, run: swap },
  {
    id: 'swap-to-itself',
    word: 'swap to itself',
    title: 'Swap the map for itself: Linux 6.12 panics',
    links: true,
    shown: () => false,
    run: swapToItself,
  },
  { id: 'connect', word: 'connect', title: 'Connect: a new connection that chooses it', run: connect },
  {
    id: 'use',
    word: 'use it here',
    title: 'Use it here: every open connection changes to it (setsockopt TCP_CONGESTION)',
    shown: () => false,
    run: useHere,
  },
  {
    id: 'default',
    word: 'make default',
    title: 'Make it the default of the network namespace (net.ipv4.tcp_congestion_control)',
    shown: () => false,
    run: (map) =>
      asOperator((process) => ({
        do: 'sysctl',
        process,
        name: 'net.ipv4.tcp_congestion_control',
        value: mapOf(map)?.ccName ?? '',
      })),
  },
  {
    id: 'pin',
    word: 'pin',
    title: 'Pin the map, or the link that holds it, in bpffs',
    shown: (map) => !isPinned(map),
    run: pin,
  },
  { id: 'unpin', word: 'unpin', title: 'Unpin: remove its file in bpffs', shown: isPinned, run: unpin },
  {
    id: 'call',
    word: 'call',
    title: 'Call a member by hand',
    shown: ({ struct }) => struct !== TCP_STRUCT,
    run: showCalls,
  },
  { id: 'close', word: 'close fds', title: 'Close the fds of the map and its programs', run: closeFds },
  { id: 'kill', word: 'kill loader', title: 'Kill the process that has it open', run: killKeeper },
];

const EDGE: Readonly<Record<string, (map: MapLetter) => void>> = {
  ...Object.fromEntries(MAP_VERBS.map(({ id, run }) => [id, run])),
  zero: closeNext,
  ready: (map) => (mapOf(map)?.forLinks ? update(map) : dropLast(map)),
  last: dropLast,
};

/** The selected map, or else the newest that is not freed. */
export function currentMap(): MapSnapshot | undefined {
  const maps = lab().cold?.maps.filter(({ state }) => state !== 'FREED') ?? [];
  return maps.find(({ letter }) => letter === choices().selection.map) ?? maps.at(-1);
}

const freshLetter = (): MapLetter => freeLetter(lab().cold?.maps.map(({ letter }) => letter) ?? []);

/** Verbs of the modules lens. */
const LENS: Readonly<Record<string, (args: FamilyArgs<'lens'>) => void>> = {
  insmod: ({ text = '' }) => command({ do: 'insmod', map: freshLetter(), text, source: textOf(text) }),
  rmmod: ({ map = '' }) => command({ do: 'rmmod', map }),
  'rmmod-strict': ({ map = '' }) => command({ do: 'rmmod', map, strict: true }),
  replace: ({ map = '' }) => {
    const to = successorOf(map);
    if (to) command({ do: 'replace', from: map, to: to.letter });
    else tell('There is nothing to replace it with', `Load another READY map with the name "${mapOf(map)?.ccName}".`);
  },
};

const GRACE_WORD = { hold: 'Hold', go: 'Let go on', end: 'End' } as const;
const CLOCK_WORD: Readonly<Record<GraceClock, string>> = {
  work: 'the work item',
  rcu: 'the RCU grace period',
  tasks: 'the RCU-tasks grace period',
};

const runs = (): boolean => lab().cold !== null && lab().phase !== 'crashed';

export const MAP_COMMANDS: readonly PageCommand[] = [
  taking('lifecycle.edge', {
    title: 'Take an edge',
    group: 'Lab',
    hidden: true,
    run: ({ edge, map }) => map !== undefined && EDGE[edge]?.(map),
  }),
  ...MAP_VERBS.map(({ id, title, run }) =>
    takingAs('map', id, {
      title: `Map: ${title}`,
      group: 'Lab',
      about: () => `map ${currentMap()?.letter}`,
      when: () => runs() && currentMap() !== undefined,
      run: ({ map }) => {
        const letter = map ?? currentMap()?.letter;
        if (letter !== undefined) run(letter);
      },
    }),
  ),
  ...Object.entries(LENS).map(([verb, run]) =>
    takingAs('lens', verb, { title: verb, group: 'Lab', hidden: true, when: runs, run }),
  ),
  ...(['hold', 'go', 'end'] as const).flatMap((to) =>
    (Object.keys(CLOCK_WORD) as GraceClock[]).map(
      (clock): PageCommand => ({
        id: `grace.${to}.${clock}`,
        title: `${GRACE_WORD[to]} ${CLOCK_WORD[clock]} (no kernel offers this)`,
        group: 'Lab',
        when: () => runs() && (to !== 'go' || (lab().cold?.heldClocks.includes(clock) ?? false)),
        run: () => command({ do: 'grace', clock, to }),
      }),
    ),
  ),
];
