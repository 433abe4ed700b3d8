import { aboutLink, findLink } from '../fds.ts';
import type { Verb } from '../verb.ts';

/** Closes the owner's fd of the link; without any fd or pin the link unregisters its struct. */
export const closeLink: Verb<'close-link'> = {
  do: 'close-link',
  run: (user, { process, link: n }) => {
    const link = findLink(user, process, 'close', n);
    if (link) user.close(process, link.fd, { ...aboutLink(user, link), shape: 'delete' });
  },
};
