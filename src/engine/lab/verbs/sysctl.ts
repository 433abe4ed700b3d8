import type { Verb } from '../verb.ts';

export const sysctl: Verb<'sysctl'> = {
  do: 'sysctl',
  run: (user, { process, name, value }) => {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`;
    user.simple(process, 'write', `write(${path}, "${value}")`, () => user.world.tcp.writeSysctl(name, value));
  },
};
