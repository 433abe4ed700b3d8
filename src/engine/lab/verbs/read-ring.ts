import { ERRNO } from '../../base/errno.ts';
import type { Verb } from '../verb.ts';

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Reads a ring buffer of a loaded object until it is empty. */
export const readRing: Verb<'read-ring'> = {
  do: 'read-ring',
  run: (user, { process, object, map: name }) => {
    const { kernel } = user.world;
    const file = user.state.objects.find((o) => o.name === object && o.process === process);
    const map = file?.maps.find((m) => m.name === name);
    const records = map ? kernel.readRing(user.pid(process), map.fd) : null;
    if (!records) {
      user.impossible(
        process,
        'read',
        `read ring buffer ${name}`,
        ERRNO.EBADF,
        `${process} has no ring buffer ${name}`,
      );
      return;
    }
    for (const record of records) user.world.message({ process, source: 'ringbuf', level: 'info', text: hex(record) });
  },
};
