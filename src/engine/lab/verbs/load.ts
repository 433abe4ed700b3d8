/* Assembles a text and loads it as libbpf would: BTF, map, programs. */
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import type { AssembledObject } from '../../isa/object.ts';
import { type LoadedObject, loadObject } from '../../libbpf/load.ts';
import type { Syscall } from '../../libbpf/process.ts';
import { type Library, linkLibraries } from '../libraries.ts';
import { aboutMap, type UserSpace } from '../user-space.ts';
import type { LoadedMap, LoadedProg } from '../user-state.ts';
import type { Verb } from '../verb.ts';

export const load: Verb<'load'> = {
  do: 'load',
  run: (user, { process, map: letter, text: name, source, libraries: linked }) => {
    const { world } = user;
    const text = source ?? world.texts[name] ?? '';
    const refuse = (errno: number, why: string): void =>
      void user.impossible(process, 'load', `load ${name}`, errno, why);
    const object = world.assemble(text);
    if (!object) {
      const problem = world.checkText(text);
      const where = problem ? `line ${problem.line + 1}: ${problem.message}` : 'the text is empty';
      return refuse(ERRNO.EINVAL, `the text does not assemble on this kernel: ${where}`);
    }
    const { object: whole, missing, found } = linkLibraries(object, linked ? libraries(user) : []);
    if (missing.length > 0) {
      const why = linked ? 'no loaded object has it' : 'only insmod looks for it in loaded objects';
      return refuse(ERRNO.ENOENT, `extern ${missing.join(', ')}: ${why}`);
    }
    const told = aboutMap(letter);
    const bpf: Syscall = (command, attr) => user.bpf(process, command, attr, told);
    const loaded = loadObject(bpf, whole, world.btf, (fd) => void user.close(process, fd, told));
    if (loaded) user.addMap(loadedMap(user, { process, letter, text: name, source: text, object, found }, loaded));
  },
};

/** Existing loaded texts as objects, oldest first. */
function libraries({ world, state }: UserSpace): Library[] {
  return state.maps.flatMap(({ letter, object, source }) => {
    const assembled = world.kernel.state.maps[object] && world.assemble(source);
    return assembled ? [{ letter, object: assembled }] : [];
  });
}

interface Loading extends Pick<LoadedMap, 'process' | 'letter' | 'text' | 'source'> {
  readonly object: AssembledObject;
  readonly found: LoadedMap['libraries'];
}

function loadedMap(user: UserSpace, { object, found, ...about }: Loading, loaded: LoadedObject): LoadedMap {
  const { kernel } = user.world;
  const pid = user.pid(about.process);
  const map = entryOf(kernel.state.maps, kernel.objectOf(pid, loaded.mapFd, 'map'));
  const progs = loaded.progs.map(({ fd, name, member, insns, lines }): LoadedProg => {
    const number = kernel.objectOf(pid, fd, 'prog');
    const { id } = entryOf(kernel.state.progs, number);
    return { object: number, id, fd, name, member, insns, lines, source: [] };
  });
  return {
    ...about,
    object: map.object,
    mapId: map.id,
    mapFd: loaded.mapFd,
    name: map.name,
    struct: loaded.struct,
    ccName: object.structOps?.name ?? '',
    flags: object.structOps?.flags ?? 0,
    forLinks: object.structOps?.link ?? false,
    libraries: found,
    progs,
    value: null,
  };
}
