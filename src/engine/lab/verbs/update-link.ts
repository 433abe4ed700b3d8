import { LINK_REPLACE } from '../../kernel/uapi.ts';
import { findLink, withLinkFd, withMapFd } from '../fds.ts';
import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** BPF_LINK_UPDATE; with `old`, BPF_F_REPLACE says which map must be there now. */
export const updateLink: Verb<'update-link'> = {
  do: 'update-link',
  run: (user, { process, link: n, map: letter, old }) => {
    const link = findLink(user, process, 'BPF_LINK_UPDATE', n);
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
  },
};
