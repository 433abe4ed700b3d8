/*
 * Links of struct_ops maps: the struct stays registered while the link is held; a link can be updated to another map,
 * and detached.
 */
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import { type Call, command, type CommandTable, must } from '../calls.ts';
import { type Core, log } from '../core.ts';
import { newFd, objectOf, useFd } from '../fds.ts';
import { allocId, allocObject, detachLink, holdMap, putMap, setLink } from '../objects.ts';
import { type LinkObject, mustStructOps, structOps, type StructOpsMap } from '../state.ts';
import { done, fail, next, type Step } from '../steps.ts';
import { ATTACH_STRUCT_OPS, LINK_REPLACE, MAP_FLAG, STATE } from '../uapi.ts';
import { answered, structOpsType, registerStruct } from './types.ts';
import { mapState } from './value.ts';

/** bpf_struct_ops_valid_to_reg */
const registrable = (k: Core, map: StructOpsMap): boolean =>
  (map.flags & MAP_FLAG.LINK) !== 0 && mapState(k, map) === STATE.READY;

interface LinkCreate extends Call<'BPF_LINK_CREATE'> {
  map: StructOpsMap | null;
  id: number;
}

const create: CommandTable<'BPF_LINK_CREATE', LinkCreate> = {
  command: 'BPF_LINK_CREATE',
  number: 28,
  since: 'v6.1',
  context: (call) => ({ ...call, map: null, id: 0 }),
  steps: [
    {
      id: 'attach-type',
      scope: 'call',
      source: 'link_create',
      text: 'BPF_STRUCT_OPS: with any other attach type the fd must be of a program, and one that attaches so',
      run({ k, pid, attr }) {
        if (attr.attach_type === ATTACH_STRUCT_OPS && k.profile.links) return next;
        const prog = objectOf(k, pid, attr.prog_fd, 'prog');
        return fail(prog < 0 ? -prog : ERRNO.EINVAL);
      },
    },
    {
      id: 'map-fd',
      scope: 'call',
      source: 'bpf_struct_ops_link_create',
      text: 'the fd (where programs have theirs) is open, and of a map',
      run: (x) =>
        useFd(x, x.attr.prog_fd, 'map', (map) => {
          x.map = structOps(entryOf(x.k.state.maps, map));
        }),
    },
    {
      id: 'ready',
      scope: 'call',
      source: 'bpf_struct_ops_valid_to_reg',
      text: 'the map is one for links, and READY',
      run: ({ k, map }) => must(map !== null && registrable(k, map), ERRNO.EINVAL),
    },
    {
      id: 'prime',
      scope: 'call',
      source: 'bpf_link_prime',
      text: 'an id is reserved, and lost if a later step fails',
      run(x) {
        x.id = allocId(x.k, 'link');
        return next;
      },
    },
    {
      id: 'reg',
      scope: 'call',
      source: 'st_ops->reg',
      text: 'the subsystem registers the struct',
      run({ k, map }) {
        if (!map) return fail(ERRNO.EINVAL);
        const type = structOpsType(k, map.struct);
        const ret = registerStruct(k, type, map.kvalue);
        return answered(k, type, ret);
      },
      undo: ({ k, map }) => map && structOpsType(k, map.struct).subsystem.unreg(map.kdata),
    },
    {
      id: 'new-fd',
      scope: 'call',
      source: 'bpf_link_settle',
      text: 'the link holds the map; its creator gets an fd',
      run({ k, pid, map, id }) {
        if (!map) return fail(ERRNO.EINVAL);
        const before = k.state;
        const object = allocObject(k);
        const link: LinkObject = { object, id, map: map.object, holders: [] };
        setLink(k, link);
        holdMap(k, map.object, 'link', link.id);
        const fd = newFd(k, pid, 'link', object);
        if (fd >= 0) return done(fd);
        k.state = before;
        return fail(-fd);
      },
    },
  ],
};

interface LinkCall extends Pick<Call<'BPF_LINK_DETACH'>, 'k' | 'pid'> {
  link: LinkObject | null;
}

function findLink<X extends LinkCall & { readonly attr: { readonly link_fd: number } }>(): Step<X> {
  return {
    id: 'link-fd',
    scope: 'call',
    source: 'bpf_link_get_from_fd',
    text: 'link_fd is open, and of a link',
    run: (x) =>
      useFd(x, x.attr.link_fd, 'link', (link) => {
        x.link = entryOf(x.k.state.links, link);
      }),
  };
}

interface LinkUpdate extends Call<'BPF_LINK_UPDATE'>, LinkCall {
  newMap: StructOpsMap | null;
  /** object number of the map that the caller expects to be the old one; 0: none given */
  expected: number;
}

/** Message of the list code's debug build when a node that is already in the list is added. */
const DOUBLE_ADD = 'list_add double add: kernel BUG at lib/list_debug.c:35!';

const update: CommandTable<'BPF_LINK_UPDATE', LinkUpdate> = {
  command: 'BPF_LINK_UPDATE',
  number: 29,
  since: 'v6.1',
  context: (call) => ({ ...call, link: null, newMap: null, expected: 0 }),
  steps: [
    {
      id: 'flags',
      scope: 'call',
      source: 'link_update',
      text: 'no flag but BPF_F_REPLACE',
      run: ({ attr }) => must((attr.flags & ~LINK_REPLACE) === 0, ERRNO.EINVAL),
    },
    findLink(),
    {
      id: 'new-map-fd',
      scope: 'call',
      source: 'link_update_map',
      text: 'new_map_fd is open, and of a map',
      run: (x) =>
        useFd(x, x.attr.new_map_fd, 'map', (map) => {
          x.newMap = structOps(entryOf(x.k.state.maps, map));
        }),
    },
    {
      id: 'old-map-fd',
      scope: 'call',
      source: 'link_update_map',
      text: 'with BPF_F_REPLACE old_map_fd is of a map; without, it is 0',
      run(x) {
        if ((x.attr.flags & LINK_REPLACE) === 0) return must(x.attr.old_map_fd === 0, ERRNO.EINVAL);
        return useFd(x, x.attr.old_map_fd, 'map', (map) => {
          x.expected = map;
        });
      },
    },
    {
      id: 'ready',
      scope: 'call',
      source: 'bpf_struct_ops_valid_to_reg',
      text: 'the new map is one for links, and READY',
      run: ({ k, newMap }) => must(newMap !== null && registrable(k, newMap), ERRNO.EINVAL),
    },
    {
      id: 'update-op',
      scope: 'call',
      source: 'bpf_struct_ops_map_link_update',
      text: 'the subsystem can swap implementations',
      run: ({ k, newMap }) =>
        must(newMap !== null && structOpsType(k, newMap.struct).subsystem.update !== undefined, ERRNO.EOPNOTSUPP),
    },
    {
      id: 'detached',
      scope: 'call',
      source: 'bpf_struct_ops_map_link_update',
      text: 'the link still has a map',
      run: ({ link }) => must(link !== null && link.map !== 0, ERRNO.ENOLINK),
    },
    {
      id: 'expected-map',
      scope: 'call',
      source: 'bpf_struct_ops_map_link_update',
      text: 'it is the map that the caller named as the old one',
      run: ({ link, expected }) => must(expected === 0 || link?.map === expected, ERRNO.EPERM),
    },
    {
      id: 'same-type',
      scope: 'call',
      source: 'bpf_struct_ops_map_link_update',
      text: 'both maps are of one struct_ops type',
      run: ({ k, link, newMap }) =>
        must(structOps(k.state.maps[link?.map ?? 0])?.struct === newMap?.struct, ERRNO.EINVAL),
    },
    {
      id: 'same-map',
      scope: 'call',
      source: '__list_add_valid',
      text: 'nothing refuses the map that the link already holds: it is listed a second time, and the kernel panics',
      run({ k, link, newMap }) {
        if (link?.map !== newMap?.object) return next;
        log(k, DOUBLE_ADD);
        k.state = { ...k.state, panic: DOUBLE_ADD };
        return done(0);
      },
    },
    {
      id: 'update',
      scope: 'call',
      source: 'st_ops->update',
      text: 'the subsystem swaps: new sockets get the new struct, old ones keep theirs',
      run({ k, link, newMap }) {
        if (!link || !newMap) return fail(ERRNO.EINVAL);
        const old = mustStructOps(entryOf(k.state.maps, link.map));
        const type = structOpsType(k, old.struct);
        const ret = type.subsystem.update?.(newMap.kdata, old.kdata) ?? 0;
        if (ret !== 0) return answered(k, type, ret);
        holdMap(k, newMap.object, 'link', link.id);
        setLink(k, { ...link, map: newMap.object });
        putMap(k, old.object, 'link', link.id);
        return done(0);
      },
    },
  ],
};

interface LinkDetach extends Call<'BPF_LINK_DETACH'>, LinkCall {}

const detach: CommandTable<'BPF_LINK_DETACH', LinkDetach> = {
  command: 'BPF_LINK_DETACH',
  number: 34,
  since: 'v6.1',
  context: (call) => ({ ...call, link: null }),
  steps: [
    findLink(),
    {
      id: 'unreg',
      scope: 'call',
      source: 'bpf_struct_ops_map_link_detach',
      text: 'the struct is unregistered and the map released; a second detach does nothing',
      run({ k, link }) {
        if (link) detachLink(k, link.object);
        return done(0);
      },
    },
  ],
};

export const linkCreate = command(create);
export const linkUpdate = command(update);
export const linkDetach = command(detach);
