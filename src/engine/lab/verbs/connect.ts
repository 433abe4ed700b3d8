import { PLAIN } from '../user-space.ts';
import type { Verb } from '../verb.ts';
import { chooseCongestionControl } from './setsockopt.ts';

/** Calls socket, setsockopt(TCP_CONGESTION) if a congestion control is named, and connect. */
export const connect: Verb<'connect'> = {
  do: 'connect',
  run: (user, { process, socket, cc, bytes }) => {
    const { kernel, tcp } = user.world;
    const told = { ...PLAIN, socket };
    const fd = user.simple(
      process,
      'socket',
      'socket(AF_INET, SOCK_STREAM, 0)',
      () => {
        const ret = tcp.socket(socket, process);
        return ret < 0 ? ret : kernel.socketFd(user.pid(process), socket);
      },
      { ...told, shape: 'open' },
    );
    if (fd < 0) return;
    user.state = { ...user.state, sockets: new Map(user.state.sockets).set(socket, { process, fd }) };
    if (cc !== undefined && chooseCongestionControl(user, socket, cc) < 0) return;
    user.simple(process, 'connect', `connect(${fd}, …)`, () => tcp.connect(socket, bytes), told);
  },
};
