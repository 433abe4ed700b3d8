import { ERRNO } from '../../base/errno.ts';
import { NOBODY, PLAIN, type UserSpace } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** setsockopt(TCP_CONGESTION) by the socket's owner; 0 or a negative errno. */
export function chooseCongestionControl(user: UserSpace, socket: number, cc: string): number {
  const { kernel, tcp } = user.world;
  const owner = user.state.sockets.get(socket);
  if (!owner)
    return user.impossible(
      NOBODY,
      'setsockopt',
      `setsockopt(socket ${socket})`,
      ERRNO.EBADF,
      `there is no socket ${socket}`,
    );
  const admin = kernel.capable(user.pid(owner.process), 'CAP_NET_ADMIN');
  const text = `setsockopt(${owner.fd}, SOL_TCP, TCP_CONGESTION, "${cc}")`;
  return user.simple(owner.process, 'setsockopt', text, () => tcp.setCongestion(socket, cc, admin), {
    ...PLAIN,
    socket,
  });
}

export const setsockopt: Verb<'setsockopt'> = {
  do: 'setsockopt',
  run: (user, { socket, cc }) => void chooseCongestionControl(user, socket, cc),
};
