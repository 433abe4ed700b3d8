import { ERRNO } from '../../base/errno.ts';
import { NOBODY, PLAIN } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** Closes a socket's fd. */
export const close: Verb<'close'> = {
  do: 'close',
  run: (user, { socket }) => {
    const owner = user.state.sockets.get(socket);
    if (owner) user.close(owner.process, owner.fd, { ...PLAIN, shape: 'close', socket });
    else user.impossible(NOBODY, 'close', `close(socket ${socket})`, ERRNO.EBADF, `there is no socket ${socket}`);
  },
};
