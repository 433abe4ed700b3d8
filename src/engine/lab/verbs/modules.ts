/*
 * The verbs of the modules lens: each is a short program over the ordinary system calls for maps and links, and can do
 * nothing that those cannot. A refused verb leaves nothing behind.
 */
import { ERRNO } from '../../base/errno.ts';
import { type MapObject, refcnt, shownRefcnt } from '../../kernel/state.ts';
import { nextLink } from '../labels.ts';
import type { UserSpace } from '../user-space.ts';
import type { LoadedMap } from '../user-state.ts';
import { runVerb, type Verb } from '../verb.ts';

const BPFFS = '/sys/fs/bpf/';

/** Path at which insmod pins its link; without a pin the link would end with insmod itself. */
export const linkPath = ({ ccName, name }: LoadedMap): string => `${BPFFS}${ccName || name}`;

/**
 * Loads BTF, map and programs of a text, and registers the value; for a map with BPF_F_LINK also makes a link and pins
 * it. The process then ends, and with it everything held only by its fds.
 */
export const insmod: Verb<'insmod'> = {
  do: 'insmod',
  run: (user, { map: letter, text, source }) => {
    const process = 'insmod';
    runVerb(user, { do: 'spawn', process });
    runVerb(user, { do: 'load', process, map: letter, text, source, libraries: true });
    const map = user.map(letter);
    if (map && map.process === process && user.isAlive(process) && user.holdsMap(process, map)) {
      runVerb(user, { do: 'register', process, map: letter });
      if (map.forLinks) {
        const link = nextLink(user.state.links.keys());
        runVerb(user, { do: 'link', process, map: letter, link });
        if (user.state.links.has(link)) runVerb(user, { do: 'pin', process, path: linkPath(map), link });
      }
    }
    runVerb(user, { do: 'exit', process });
  },
};

const linkOf = (user: UserSpace, letter: string) =>
  [...user.state.links.values()].find((one) => user.mapOfLink(one) === letter);

/** Unregisters a map, or detaches the link that holds it and removes the link's pins. */
export const rmmod: Verb<'rmmod'> = {
  do: 'rmmod',
  run: (user, { map: letter, strict = false }) => {
    const process = 'rmmod';
    runVerb(user, { do: 'spawn', process });
    const map = user.map(letter);
    if (!map) user.missing(process, 'BPF_MAP_DELETE_ELEM', letter);
    else if (!strict || !refuse(user, process, map)) {
      const link = linkOf(user, letter);
      if (!link) runVerb(user, { do: 'unregister', process, map: letter });
      else {
        runVerb(user, { do: 'detach', process, link: link.link });
        for (const path of user.pinsOfLink(link)) runVerb(user, { do: 'unpin', process, path });
      }
    }
    runVerb(user, { do: 'exit', process });
  },
};

/** Refuses to unload a map in use, as for kernel modules; struct_ops never does this. */
function refuse(user: UserSpace, process: string, map: LoadedMap): boolean {
  const object = user.world.kernel.state.maps[map.object];
  if (!object) return false;
  const used = users(object);
  if (used === 0) return false;
  const who = `in use by ${used}: ${describe(object)}`;
  user.impossible(
    process,
    'rmmod',
    `rmmod(map ${map.letter}, strict)`,
    ERRNO.EBUSY,
    `${who}. Not kernel behaviour: struct_ops never refuses`,
  );
  return true;
}

/** Number of references other than the registration's own. */
const users = (map: MapObject): number =>
  refcnt(map) === 0
    ? 0
    : shownRefcnt(map) - map.holders.filter(({ kind }) => kind === 'registration' || kind === 'link').length;

const describe = ({ holders }: MapObject): string =>
  holders
    .filter(({ kind }) => kind === 'socket' || kind === 'netns-default')
    .map(({ kind, id }) => (kind === 'socket' ? `socket ${id}` : 'the netns default'))
    .join(', ');

/** Updates the link that holds a map to another map. */
export const replace: Verb<'replace'> = {
  do: 'replace',
  run: (user, { from, to }) => {
    const process = 'replace';
    runVerb(user, { do: 'spawn', process });
    const link = linkOf(user, from);
    const refuseFor = (errno: number, why: string): void =>
      void user.impossible(process, 'replace', `replace(${from}, ${to})`, errno, why);
    if (from === to) {
      const panics = 'Linux 6.12 does not refuse that: it lists the struct twice, and panics';
      refuseFor(ERRNO.EINVAL, `the link holds this map already. ${panics}`);
    } else if (!link) refuseFor(ERRNO.ENOENT, `no link holds map ${from}: only a link can be updated`);
    else runVerb(user, { do: 'update-link', process, link: link.link, map: to, old: from });
    runVerb(user, { do: 'exit', process });
  },
};
