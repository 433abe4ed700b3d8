/*
 * The modules lens: struct_ops maps as lsmod would list modules. It is presentation only: one row for each map that
 * exists or is being freed, from the same snapshot as every other view.
 */
import type { ColdSnapshot, LifecycleState, MapSnapshot } from '../../engine/index.ts';
import { counts, holderNames, plural } from '../words.ts';
import { type ReadySituation, readySituation } from './ready.ts';

/** Bytes of a page of a map's image (PAGE_SIZE on x86-64). */
const PAGE = 4096;
const SLOT = 8;

export type ModuleState =
  | 'Staged'
  | 'Live'
  | 'Live (linked)'
  | 'Loaded, not registered'
  | 'Going'
  | 'Going (old sockets)'
  | 'Retired'
  | 'Freeing'
  | 'Gone';

export interface ModuleRow {
  readonly letter: string;
  /** name in the struct, otherwise the map's */
  readonly name: string;
  readonly alias: string;
  readonly forLinks: boolean;
  readonly kind: string;
  readonly state: ModuleState;
  /** lsmod's word for the state; null when it has none */
  readonly analogue: 'Live' | 'Going' | 'Unformed' | null;
  readonly kernelState: LifecycleState;
  /** bytes: instructions, image pages, both copies of the value */
  readonly size: number;
  readonly sizeParts: string;
  /** references other than the registration's own */
  readonly usedBy: number;
  readonly users: string;
  readonly handle: string;
  readonly dependsOn: string;
}

/** Whether a holder is a user; the registration itself is not. */
const isUser = ({ kind }: MapSnapshot['holders'][number]): boolean =>
  counts(kind) && kind !== 'registration' && kind !== 'link';

const READY: Readonly<Record<ReadySituation, ModuleState>> = {
  loaded: 'Loaded, not registered',
  linked: 'Live (linked)',
  detached: 'Going (old sockets)',
};

function stateOf(map: MapSnapshot): ModuleState {
  if (map.state === 'FREED') return 'Gone';
  if (map.inGrace) return 'Freeing';
  switch (map.state) {
    case 'INIT':
      return 'Staged';
    case 'INUSE':
      return 'Live';
    case 'READY':
      return READY[readySituation(map)];
    case 'TOBEFREE':
      return map.refcnt > 0 ? 'Going' : 'Retired';
    default:
      return map.state satisfies never;
  }
}

const ANALOGUE: Readonly<Record<ModuleState, ModuleRow['analogue']>> = {
  Staged: null,
  Live: 'Live',
  'Live (linked)': 'Live',
  'Loaded, not registered': 'Unformed',
  Going: 'Going',
  'Going (old sockets)': 'Going',
  Retired: null,
  Freeing: null,
  Gone: null,
};

/** Meaning of each state for whoever loads and unloads. */
export const MODULE_STATE_NOTE: Readonly<Record<ModuleState, string>> = {
  Staged: 'the map exists without a value; lsmod would not list it',
  Live: 'registered by its map update; stays so without any process',
  'Live (linked)': 'registered by a link; stays as long as an fd or a pin holds the link',
  'Loaded, not registered': 'checked and READY; a link can register it',
  Going: 'unregistered; its users keep running, and it is freed after the last',
  'Going (old sockets)': 'no link registers it; old sockets keep running, and a link may register it again',
  Retired: 'unused, but kept by an fd or a pin; it cannot be registered again (EBUSY) or deleted (EINPROGRESS)',
  Freeing: 'the last reference is gone; RCU and RCU-tasks grace periods pass',
  Gone: 'freed',
};

const handleOf = (map: MapSnapshot, cold: ColdSnapshot): string => {
  if (map.state === 'FREED' || map.inGrace) return 'id gone';
  const links = cold.links.filter((link) => link.map === map.letter);
  const pins = [...map.pins, ...links.flatMap((link) => link.pins)];
  return [`map ${map.id}`, ...links.map(({ id }) => `link ${id}`), ...pins].join(', ');
};

function dependencies(map: MapSnapshot): string {
  const progs = map.progs.map(({ id }) => id);
  const parts = progs.length > 0 ? [`progs ${progs.join(' ')}`] : [];
  const libraries = map.libraries.map(({ name, letter }) => `${name} of ${letter}`);
  return [...parts, ...libraries].join('; ') || 'nothing';
}

export function moduleRow(map: MapSnapshot, cold: ColdSnapshot): ModuleRow {
  const state = stateOf(map);
  const code = map.progs.reduce((sum, prog) => sum + prog.insnCount * SLOT, 0);
  const image = map.images * PAGE;
  const values = 2 * map.valueBytes;
  const users = map.holders.filter(isUser);
  return {
    letter: map.letter,
    name: map.ccName || map.name,
    alias: map.name,
    forLinks: map.forLinks,
    kind: map.struct,
    state,
    analogue: ANALOGUE[state],
    kernelState: map.state,
    size: code + image + values,
    sizeParts: `${code} B of instructions, ${plural(map.images, 'image page')}, twice ${map.valueBytes} B of value`,
    usedBy: users.length,
    users: holderNames(users),
    handle: handleOf(map, cold),
    dependsOn: dependencies(map),
  };
}

/** Rows in the order of map ids; freed maps only with `all`. */
export function moduleRows(cold: ColdSnapshot, all = false): ModuleRow[] {
  return cold.maps.filter(({ state }) => all || state !== 'FREED').map((map) => moduleRow(map, cold));
}

/** What lsmod would print: name, size, count, users. */
export function lsmodText(rows: readonly ModuleRow[]): string {
  const head = ['Module', 'Size', 'Used by', 'State'];
  const lines = rows.map((row) => [row.name, String(row.size), `${row.usedBy} ${row.users}`.trim(), row.state]);
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((line) => line[i]?.length ?? 0)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Both sides of the review, in our words (January 2020, and what came of it). */
export const ARGUMENTS: readonly { readonly topic: string; readonly modules: string; readonly maps: string }[] = [
  {
    topic: 'Lifetime',
    modules:
      'insmod and rmmod say what happens: something is put in, stays, and is taken out. A map with one slot says nothing of it.',
    maps: 'Update and delete are the same two acts, and no new command is needed for them.',
  },
  {
    topic: 'Objects',
    modules: 'A collection of programs that is registered is a thing of its own, beside programs and maps.',
    maps: 'A new object needs an id space, fds, pins, get_info and tools. A map has them all, and BTF shows what is inside.',
  },
  {
    topic: 'The loader dies',
    modules:
      'lsmod would list what stayed behind, and its name is enough to remove it. A map has to be found by its id first.',
    maps: 'A command over struct_ops maps can list them too. Since 2023 a link ties the registration to an fd or a pin.',
  },
  {
    topic: 'The key',
    modules: 'There is one element and the key is always 0: a register call would need none.',
    maps: 'Then it would be update without a key: the key type is void already.',
  },
  {
    topic: 'The word',
    modules: 'They are like kernel modules, only lighter.',
    maps: 'They are not. "Module" means kernel module, and what people know of those does not hold here: nothing refuses to be unloaded.',
  },
  {
    topic: 'Libraries',
    modules: 'Modules that export functions to others would be a way to link BPF objects.',
    maps: 'Programs are linked before they are loaded; the kernel has no symbols of loaded BPF objects.',
  },
];
