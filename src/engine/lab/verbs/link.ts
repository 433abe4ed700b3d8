import { entryOf } from '../../base/assert.ts';
import { ATTACH_STRUCT_OPS } from '../../kernel/uapi.ts';
import { withMapFd } from '../fds.ts';
import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** BPF_LINK_CREATE of a READY map. */
export const link: Verb<'link'> = {
  do: 'link',
  run: (user, { process, map: letter, link: number }) => {
    const map = user.map(letter);
    if (!map) return user.missing(process, 'BPF_LINK_CREATE', letter);
    const { kernel } = user.world;
    withMapFd(user, process, map, (fd) => {
      // a struct_ops map is named where other links name a program
      const attr = { prog_fd: fd, attach_type: ATTACH_STRUCT_OPS };
      const made = user.bpf(process, 'BPF_LINK_CREATE', attr, aboutMap(letter)).ret;
      if (made < 0) return;
      const object = kernel.objectOf(user.pid(process), made, 'link');
      const { id } = entryOf(kernel.state.links, object);
      const links = new Map(user.state.links).set(number, { link: number, process, object, id, fd: made });
      user.state = { ...user.state, links };
    });
  },
};
