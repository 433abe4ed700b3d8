import { withMapById } from '../fds.ts';
import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';
import { KEY } from './register.ts';

/** As bpftool does: finds the map by id, deletes its element, closes the fd. */
export const unregister: Verb<'unregister'> = {
  do: 'unregister',
  run: (user, { process, map: letter }) => {
    const map = user.map(letter);
    if (!map) return user.missing(process, 'BPF_MAP_DELETE_ELEM', letter);
    withMapById(user, process, map, (fd) => {
      const told = { ...aboutMap(letter), shape: 'delete' } as const;
      user.bpf(process, 'BPF_MAP_DELETE_ELEM', { map_fd: fd, key: KEY }, told);
    });
  },
};
