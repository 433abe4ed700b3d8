import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';

/** unlink(2) in bpffs. */
export const unpin: Verb<'unpin'> = {
  do: 'unpin',
  run: (user, { process, path }) => {
    const { kernel } = user.world;
    const pinned = kernel.state.pins[path];
    const map = pinned?.kind === 'link' ? kernel.state.links[pinned.object]?.map : pinned?.object;
    const letter = user.state.maps.find(({ object }) => object === map)?.letter ?? null;
    user.simple(process, 'unlink', `unlink("${path}")`, () => kernel.unlink(path), {
      ...aboutMap(letter),
      shape: 'delete',
    });
  },
};
