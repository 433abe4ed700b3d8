import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** Closes the process's fds of a map and of its programs. */
export const closeMap: Verb<'close-map'> = {
  do: 'close-map',
  run: (user, { process, map: letter }) => {
    const map = user.map(letter);
    if (!map) return;
    for (const fd of [map.mapFd, ...map.progs.map((prog) => prog.fd)]) user.close(process, fd, aboutMap(letter));
  },
};
