/* Walks ids and turns them into fds, with the same steps for maps, programs, BTF and links. */
import { ERRNO } from '../base/errno.ts';
import type { FullAttr } from './attr.ts';
import { type Call, command, type CommandEntry, must } from './calls.ts';
import { capable, newFd } from './fds.ts';
import { fileMode } from './map-create.ts';
import { listed, objectById } from './objects.ts';
import type { IdKind } from './state.ts';
import { done, fail, type Step } from './steps.ts';
import { MAP_FLAG } from './uapi.ts';

type NextIdCommand = 'BPF_MAP_GET_NEXT_ID' | 'BPF_PROG_GET_NEXT_ID' | 'BPF_BTF_GET_NEXT_ID' | 'BPF_LINK_GET_NEXT_ID';
type ByIdCommand = 'BPF_MAP_GET_FD_BY_ID' | 'BPF_PROG_GET_FD_BY_ID' | 'BPF_BTF_GET_FD_BY_ID' | 'BPF_LINK_GET_FD_BY_ID';

const INT_MAX = 0x7fff_ffff;

function capSysAdmin<X extends Pick<Call<'BPF_MAP_CREATE'>, 'k' | 'pid'>>(source: string): Step<X> {
  return {
    id: 'cap-sys-admin',
    scope: 'call',
    source,
    text: 'the caller has CAP_SYS_ADMIN',
    run: ({ k, pid }) => must(capable(k, pid, 'CAP_SYS_ADMIN'), ERRNO.EPERM),
  };
}

function nextId<C extends NextIdCommand>(name: C, number: number, kind: IdKind): CommandEntry<C> {
  const attrOf = (x: Call<C>): FullAttr<NextIdCommand> => x.attr;
  return command<C, Call<C>>({
    command: name,
    number,
    context: (call) => call,
    steps: [
      {
        id: 'start-id',
        scope: 'call',
        source: 'bpf_obj_get_next_id',
        text: 'start_id is below INT_MAX',
        run: (x) => must(attrOf(x).start_id < INT_MAX, ERRNO.EINVAL),
      },
      capSysAdmin('bpf_obj_get_next_id'),
      {
        id: 'next-id',
        scope: 'call',
        source: 'idr_get_next',
        text: 'there is an id above start_id',
        run(x) {
          const above = listed(x.k, kind)
            .map(({ id }) => id)
            .filter((id) => id > attrOf(x).start_id);
          if (above.length === 0) return fail(ERRNO.ENOENT);
          x.out.fields = { next_id: Math.min(...above) };
          return done(0);
        },
      },
    ],
  });
}

function byId<C extends ByIdCommand>(
  name: C,
  number: number,
  kind: IdKind,
  read: (attr: FullAttr<C>) => { id: number; flags: number },
): CommandEntry<C> {
  return command<C, Call<C>>({
    command: name,
    number,
    context: (call) => call,
    steps: [
      {
        id: 'open-flags',
        scope: 'call',
        source: `bpf_${kind}_get_fd_by_id`,
        text: 'open_flags are read-only or write-only, not both',
        run({ attr }) {
          const { flags } = read(attr);
          const known = MAP_FLAG.RDONLY | MAP_FLAG.WRONLY;
          return must((flags & ~known) === 0 && (flags & known) !== known, ERRNO.EINVAL);
        },
      },
      capSysAdmin(`bpf_${kind}_get_fd_by_id`),
      {
        id: 'find',
        scope: 'call',
        source: 'idr_find',
        text: 'the id is in use',
        run: ({ k, attr }) => must(objectById(k, kind, read(attr).id) !== null, ERRNO.ENOENT),
      },
      {
        id: 'new-fd',
        scope: 'call',
        source: `bpf_${kind}_new_fd`,
        text: 'a new fd, which takes a reference',
        run({ k, pid, attr }) {
          const { id, flags } = read(attr);
          const object = objectById(k, kind, id) ?? 0;
          const fd = newFd(k, pid, kind, object, fileMode(flags));
          return fd < 0 ? fail(-fd) : done(fd);
        },
      },
    ],
  });
}

export const progNextId = nextId('BPF_PROG_GET_NEXT_ID', 11, 'prog');
export const mapNextId = nextId('BPF_MAP_GET_NEXT_ID', 12, 'map');
export const btfNextId = nextId('BPF_BTF_GET_NEXT_ID', 23, 'btf');
export const linkNextId = nextId('BPF_LINK_GET_NEXT_ID', 31, 'link');
export const progById = byId('BPF_PROG_GET_FD_BY_ID', 13, 'prog', ({ prog_id }) => ({ id: prog_id, flags: 0 }));
export const mapById = byId('BPF_MAP_GET_FD_BY_ID', 14, 'map', ({ map_id, open_flags }) => ({
  id: map_id,
  flags: open_flags,
}));
export const btfById = byId('BPF_BTF_GET_FD_BY_ID', 19, 'btf', ({ btf_id }) => ({ id: btf_id, flags: 0 }));
export const linkById = byId('BPF_LINK_GET_FD_BY_ID', 30, 'link', ({ link_id }) => ({ id: link_id, flags: 0 }));
