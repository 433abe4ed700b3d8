/* What people do with links and pins, as system calls. */
import { ERRNO } from '../base/errno.ts';
import { ATTACH_STRUCT_OPS, LINK_REPLACE } from '../kernel/uapi.ts';
import type { Command } from './commands.ts';
import type { UserSpace } from './user-space.ts';
import type { LoadedLink, LoadedMap, Told } from './user-state.ts';

type Of<D extends Command['do']> = Extract<Command, { do: D }>;

const aboutMap = (map: string): Told => ({ shape: 'syscall', map, socket: null });

/** An fd of the map for as long as `use` takes: the loader has its own still, anybody else finds the map by id. */
export function withMapFd(user: UserSpace, process: string, map: LoadedMap, use: (fd: number) => void): void {
  if (process === map.process && user.isAlive(process)) use(map.mapFd);
  else user.byId(process, map, use);
}

/** The same for a link; `letter`: the map that the calls are told of. */
function withLinkFd(user: UserSpace, process: string, link: LoadedLink, told: Told, use: (fd: number) => void): void {
  if (process === link.process && user.isAlive(process)) {
    use(link.fd);
    return;
  }
  const fd = user.bpf(process, 'BPF_LINK_GET_FD_BY_ID', { link_id: link.id }, told).ret;
  if (fd < 0) return;
  use(fd);
  user.simple(process, `close(${fd})`, () => user.machine.kernel.close(user.pid(process), fd), told);
}

/** Letter of the map that a link holds now. */
export function letterOfLink(user: UserSpace, { object }: LoadedLink): string | null {
  const map = user.machine.kernel.state.links[object]?.map ?? 0;
  return user.state.maps.find((one) => one.object === map)?.letter ?? null;
}

/** The next number that no link has. */
export const nextLink = ({ state }: UserSpace): number => Math.max(0, ...Object.keys(state.links).map(Number)) + 1;

function find(user: UserSpace, process: string, call: string, link: number): LoadedLink | null {
  const found = user.state.links[link];
  if (found) return found;
  user.impossible(process, `bpf(${call}, link ${link})`, ERRNO.EBADF, `there is no link ${link}`);
  return null;
}

const toldOf = (user: UserSpace, link: LoadedLink): Told => ({
  shape: 'syscall',
  map: letterOfLink(user, link),
  socket: null,
});

export function create(user: UserSpace, { process, map: letter, link }: Of<'link'>): void {
  const map = user.map(letter);
  if (!map) return user.missing(process, 'BPF_LINK_CREATE', letter);
  const { kernel } = user.machine;
  withMapFd(user, process, map, (fd) => {
    // a struct_ops map is named where other links name a program
    const attr = { prog_fd: fd, attach_type: ATTACH_STRUCT_OPS };
    const made = user.bpf(process, 'BPF_LINK_CREATE', attr, aboutMap(letter)).ret;
    if (made < 0) return;
    const object = kernel.objectOf(user.pid(process), made, 'link');
    const { id } = kernel.state.links[object];
    user.state = { ...user.state, links: { ...user.state.links, [link]: { link, process, object, id, fd: made } } };
  });
}

export function update(user: UserSpace, { process, link: n, map: letter, old }: Of<'update-link'>): void {
  const link = find(user, process, 'BPF_LINK_UPDATE', n);
  if (!link) return;
  const map = user.map(letter);
  if (!map) return user.missing(process, 'BPF_LINK_UPDATE', letter);
  const before = old === undefined ? null : user.map(old);
  if (before === undefined) return user.missing(process, 'BPF_LINK_UPDATE', String(old));
  const told = aboutMap(letter);
  withLinkFd(user, process, link, told, (link_fd) =>
    withMapFd(user, process, map, (new_map_fd) => {
      if (!before) user.bpf(process, 'BPF_LINK_UPDATE', { link_fd, new_map_fd }, told);
      else
        withMapFd(user, process, before, (old_map_fd) => {
          user.bpf(process, 'BPF_LINK_UPDATE', { link_fd, new_map_fd, old_map_fd, flags: LINK_REPLACE }, told);
        });
    }),
  );
}

export function detach(user: UserSpace, { process, link: n }: Of<'detach'>): void {
  const link = find(user, process, 'BPF_LINK_DETACH', n);
  if (!link) return;
  const told = { ...toldOf(user, link), shape: 'delete' } as const;
  withLinkFd(user, process, link, told, (link_fd) => {
    user.bpf(process, 'BPF_LINK_DETACH', { link_fd }, told);
  });
}

export function close(user: UserSpace, { process, link: n }: Of<'close-link'>): void {
  const link = find(user, process, 'close', n);
  if (!link) return;
  const told = { ...toldOf(user, link), shape: 'delete' } as const;
  user.simple(process, `close(${link.fd})`, () => user.machine.kernel.close(user.pid(process), link.fd), told);
}

export function pin(user: UserSpace, command: Of<'pin'>): void {
  const { process, path } = command;
  const pathname = new TextEncoder().encode(`${path}\0`);
  if ('link' in command) {
    const link = find(user, process, 'BPF_OBJ_PIN', command.link);
    if (!link) return;
    const told = toldOf(user, link);
    withLinkFd(
      user,
      process,
      link,
      told,
      (bpf_fd) => void user.bpf(process, 'BPF_OBJ_PIN', { pathname, bpf_fd }, told),
    );
    return;
  }
  const map = user.map(command.map);
  if (!map) return user.missing(process, 'BPF_OBJ_PIN', command.map);
  const told = aboutMap(map.letter);
  withMapFd(user, process, map, (bpf_fd) => void user.bpf(process, 'BPF_OBJ_PIN', { pathname, bpf_fd }, told));
}

export function unpin(user: UserSpace, { process, path }: Of<'unpin'>): void {
  const { kernel } = user.machine;
  const pinned = kernel.state.pins[path];
  const map = pinned?.kind === 'link' ? kernel.state.links[pinned.object]?.map : pinned?.object;
  const letter = user.state.maps.find(({ object }) => object === map)?.letter ?? null;
  user.simple(process, `unlink("${path}")`, () => kernel.unlink(path), { shape: 'delete', map: letter, socket: null });
}
