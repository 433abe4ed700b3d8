import { registerValue } from '../../libbpf/load.ts';
import { withMapFd } from '../fds.ts';
import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** Key 0, as bytes. */
export const KEY = new Uint8Array(4);

/** BPF_MAP_UPDATE_ELEM of key 0. */
export const register: Verb<'register'> = {
  do: 'register',
  run: (user, { process, map: letter }) => {
    const map = user.map(letter);
    if (!map) return user.missing(process, 'BPF_MAP_UPDATE_ELEM', letter);
    const value = map.value ?? registerValue(user.world.btf, map);
    withMapFd(user, process, map, (fd) => {
      user.bpf(process, 'BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: KEY, value }, aboutMap(letter));
    });
  },
};
