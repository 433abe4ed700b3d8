import { aboutLink, findLink, withLinkFd } from '../fds.ts';
import type { Verb } from '../verb.ts';

export const detach: Verb<'detach'> = {
  do: 'detach',
  run: (user, { process, link: n }) => {
    const link = findLink(user, process, 'BPF_LINK_DETACH', n);
    if (!link) return;
    const told = { ...aboutLink(user, link), shape: 'delete' } as const;
    withLinkFd(user, process, link, told, (link_fd) => {
      user.bpf(process, 'BPF_LINK_DETACH', { link_fd }, told);
    });
  },
};
