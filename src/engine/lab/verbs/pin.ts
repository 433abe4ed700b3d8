import { aboutLink, findLink, withLinkFd, withMapFd } from '../fds.ts';
import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** BPF_OBJ_PIN of a map or a link. */
export const pin: Verb<'pin'> = {
  do: 'pin',
  run: (user, command) => {
    const { process, path } = command;
    const pathname = new TextEncoder().encode(`${path}\0`);
    if ('link' in command) {
      const link = findLink(user, process, 'BPF_OBJ_PIN', command.link);
      if (!link) return;
      const told = aboutLink(user, link);
      const use = (bpf_fd: number): void => void user.bpf(process, 'BPF_OBJ_PIN', { pathname, bpf_fd }, told);
      withLinkFd(user, process, link, told, use);
      return;
    }
    const map = user.map(command.map);
    if (!map) return user.missing(process, 'BPF_OBJ_PIN', command.map);
    const told = aboutMap(map.letter);
    withMapFd(user, process, map, (bpf_fd) => void user.bpf(process, 'BPF_OBJ_PIN', { pathname, bpf_fd }, told));
  },
};
