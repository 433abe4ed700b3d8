import { aboutLink, findLink } from '../fds.ts';
import type { Verb } from '../verb.ts';

/** Closes the owner's fd of the link: with the last fd or pin, what it registered is unregistered. */
export const closeLink: Verb<'close-link'> = {
  do: 'close-link',
  run: (user, { process, link: n }) => {
    const link = findLink(user, process, 'close', n);
    if (link) user.close(process, link.fd, { ...aboutLink(user, link), shape: 'delete' });
  },
};
