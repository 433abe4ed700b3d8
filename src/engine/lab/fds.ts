/* Gives processes an fd of an object: the loader still has its own, others open the object by its id. */
import { ERRNO } from '../base/errno.ts';
import { aboutMap, type UserSpace } from './user-space.ts';
import type { LoadedLink, LoadedMap, Told } from './user-state.ts';

/** Opens a map by its id for the duration of `use`. */
export function withMapById(user: UserSpace, process: string, map: LoadedMap, use: (fd: number) => void): void {
  const told = aboutMap(map.letter);
  const fd = user.bpf(process, 'BPF_MAP_GET_FD_BY_ID', { map_id: map.mapId }, told).ret;
  if (fd < 0) return;
  use(fd);
  user.close(process, fd, told);
}

/** Provides an fd of the map for the duration of `use`. */
export function withMapFd(user: UserSpace, process: string, map: LoadedMap, use: (fd: number) => void): void {
  if (process === map.process && user.isAlive(process)) use(map.mapFd);
  else withMapById(user, process, map, use);
}

/** Provides an fd of the link for the duration of `use`. */
export function withLinkFd(
  user: UserSpace,
  process: string,
  link: LoadedLink,
  told: Told,
  use: (fd: number) => void,
): void {
  if (process === link.process && user.isAlive(process)) return use(link.fd);
  const fd = user.bpf(process, 'BPF_LINK_GET_FD_BY_ID', { link_id: link.id }, told).ret;
  if (fd < 0) return;
  use(fd);
  user.close(process, fd, told);
}

/** The link with a number; null after reporting that `call` was impossible. */
export function findLink(user: UserSpace, process: string, call: string, link: number): LoadedLink | null {
  const found = user.state.links.get(link);
  if (found) return found;
  user.impossible(process, call, `bpf(${call}, link ${link})`, ERRNO.EBADF, `there is no link ${link}`);
  return null;
}

/** Subject of a call: the map that the link holds. */
export const aboutLink = (user: UserSpace, link: LoadedLink): Told => aboutMap(user.mapOfLink(link));
