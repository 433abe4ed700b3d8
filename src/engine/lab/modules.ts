/*
 * The verbs of the modules lens: each is a short program over the system calls that people use for maps and links, so
 * there is nothing that it could do and they could not. All or nothing: a verb that is refused leaves nothing behind.
 */
import { ERRNO } from '../base/errno.ts';
import { assertUnreachable } from '../base/assert.ts';
import { refcnt, shownRefcnt, type MapObject } from '../kernel/state.ts';
import type { ModuleCommand } from './commands.ts';
import * as links from './links.ts';
import type { UserSpace } from './user-space.ts';
import type { LoadedMap } from './user-state.ts';

type Of<D extends ModuleCommand['do']> = Extract<ModuleCommand, { do: D }>;

const BPFFS = '/sys/fs/bpf/';

export function runModuleVerb(user: UserSpace, command: ModuleCommand): void {
  switch (command.do) {
    case 'insmod':
      return insmod(user, command);
    case 'rmmod':
      return rmmod(user, command);
    case 'replace':
      return replace(user, command);
    default:
      assertUnreachable(command);
  }
}

/** Where the lens pins what it links: without a pin the link would end with insmod itself. */
export const linkPath = ({ ccName, name }: LoadedMap): string => `${BPFFS}${ccName || name}`;

/**
 * ELF (or a text), BTF, map, programs, value; for a map with BPF_F_LINK also a link and its pin. The process ends in
 * any case, and with it what is held by fds alone.
 */
function insmod(user: UserSpace, { map: letter, text, source }: Of<'insmod'>): void {
  const process = 'insmod';
  user.run({ do: 'spawn', process });
  user.run({ do: 'load', process, map: letter, text, source, libraries: true });
  const map = user.map(letter);
  if (map && map.process === process && user.isAlive(process) && user.holdsMap(process, map)) {
    user.run({ do: 'register', process, map: letter });
    if (map.forLinks) {
      const link = links.nextLink(user);
      user.run({ do: 'link', process, map: letter, link });
      if (user.state.links[link]) user.run({ do: 'pin', process, path: linkPath(map), link });
    }
  }
  user.run({ do: 'exit', process });
}

function rmmod(user: UserSpace, { map: letter, strict = false }: Of<'rmmod'>): void {
  const process = 'rmmod';
  user.run({ do: 'spawn', process });
  const map = user.map(letter);
  if (!map) user.missing(process, 'BPF_MAP_DELETE_ELEM', letter);
  else if (!strict || !refuse(user, process, map)) {
    const link = Object.values(user.state.links).find((one) => links.letterOfLink(user, one) === letter);
    if (!link) user.run({ do: 'unregister', process, map: letter });
    else {
      user.run({ do: 'detach', process, link: link.link });
      for (const path of user.pinsOfLink(link)) user.run({ do: 'unpin', process, path });
    }
  }
  user.run({ do: 'exit', process });
}

/** What kernel modules do, and struct_ops never: nobody is unloaded while somebody uses it. */
function refuse(user: UserSpace, process: string, map: LoadedMap): boolean {
  const object = user.machine.kernel.state.maps[map.object];
  const used = object ? users(object) : 0;
  if (used === 0) return false;
  const who = `in use by ${used}: ${describe(object)}`;
  user.impossible(
    process,
    `rmmod(map ${map.letter}, strict)`,
    ERRNO.EBUSY,
    `${who}. Not kernel behaviour: struct_ops never refuses`,
  );
  return true;
}

/** References but for the registration's own. */
const users = (map: MapObject): number =>
  refcnt(map) === 0
    ? 0
    : shownRefcnt(map) - map.holders.filter(({ kind }) => kind === 'registration' || kind === 'link').length;

const describe = ({ holders }: MapObject): string =>
  holders
    .filter(({ kind }) => kind === 'socket' || kind === 'netns-default')
    .map(({ kind, id }) => (kind === 'socket' ? `socket ${id}` : 'the netns default'))
    .join(', ');

function replace(user: UserSpace, { from, to }: Of<'replace'>): void {
  const process = 'replace';
  user.run({ do: 'spawn', process });
  const link = Object.values(user.state.links).find((one) => links.letterOfLink(user, one) === from);
  if (from === to) {
    const why =
      'the link holds this map already. Linux 6.12 does not refuse that: it lists the struct twice, and panics';
    user.impossible(process, `replace(${from}, ${to})`, ERRNO.EINVAL, why);
  } else if (!link) {
    user.impossible(
      process,
      `replace(${from}, ${to})`,
      ERRNO.ENOENT,
      `no link holds map ${from}: only a link can be updated`,
    );
  } else user.run({ do: 'update-link', process, link: link.link, map: to, old: from });
  user.run({ do: 'exit', process });
}
