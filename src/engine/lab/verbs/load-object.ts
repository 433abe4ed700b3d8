import { OBJ_NAME_LEN } from '../../kernel/uapi.ts';
import { freeLetter, nextLink } from '../labels.ts';
import { loadFile } from '../objects.ts';
import { aboutMap } from '../user-space.ts';
import type { Verb } from '../verb.ts';
import { link } from './link.ts';
import { register } from './register.ts';

/** Opens and loads an object file as libbpf does; its first struct_ops map gets the letter asked for. */
export const loadObject: Verb<'load-object'> = {
  do: 'load-object',
  run: (user, { process, object: name, map, bytes, attach }) => {
    const { world } = user;
    const taken = [...user.state.maps.map(({ letter }) => letter), map];
    const loaded = loadFile(name, bytes ?? world.objectFile(name) ?? '', {
      kernel: world.kernel,
      btf: world.btf,
      profile: world.profile,
      whole: world.whole,
      config: world.config,
      pid: user.pid(process),
      process,
      bpf: (call, attr) => user.bpf(process, call, attr, aboutMap(map)),
      close: (fd) => user.close(process, fd),
      log: (level, text) => world.message({ process, source: 'libbpf', level, text }),
      letter: (n) => {
        if (n === 0) return map;
        const letter = freeLetter(taken);
        taken.push(letter);
        return letter;
      },
    });
    if (!loaded) return;
    for (const entry of loaded.maps) user.addMap(entry);
    const others = user.state.objects.filter((file) => file.name !== name || file.process !== process);
    user.state = { ...user.state, objects: [...others, loaded.file] };
    if (!attach) return;
    for (const { letter, forLinks, name: own } of loaded.maps) {
      // attach only the named map; the others stay loaded
      if (typeof attach === 'string' && own !== attach.slice(0, OBJ_NAME_LEN - 1)) continue;
      register.run(user, { do: 'register', process, map: letter });
      if (forLinks) link.run(user, { do: 'link', process, map: letter, link: nextLink(user.state.links.keys()) });
    }
  },
};
