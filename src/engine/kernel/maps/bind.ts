/* BPF_PROG_BIND_MAP: makes a program hold a map that its instructions do not refer to. */
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import { type Call, command, type CommandTable, must } from '../calls.ts';
import { useFd } from '../fds.ts';
import { holdMap, setProg } from '../objects.ts';
import { done } from '../steps.ts';

interface Bind extends Call<'BPF_PROG_BIND_MAP'> {
  prog: number;
  map: number;
}

const table: CommandTable<'BPF_PROG_BIND_MAP', Bind> = {
  command: 'BPF_PROG_BIND_MAP',
  number: 35,
  since: 'v6.1',
  context: (call) => ({ ...call, prog: 0, map: 0 }),
  steps: [
    {
      id: 'flags',
      scope: 'call',
      source: 'bpf_prog_bind_map',
      text: 'flags are 0',
      run: ({ attr }) => must(attr.flags === 0, ERRNO.EINVAL),
    },
    {
      id: 'prog-fd',
      scope: 'call',
      source: 'bpf_prog_get',
      text: 'prog_fd is open, and of a program',
      run: (x) =>
        useFd(x, x.attr.prog_fd, 'prog', (prog) => {
          x.prog = prog;
        }),
    },
    {
      id: 'map-fd',
      scope: 'call',
      source: 'bpf_map_get',
      text: 'map_fd is open, and of a map',
      run: (x) =>
        useFd(x, x.attr.map_fd, 'map', (map) => {
          x.map = map;
        }),
    },
    {
      id: 'bind',
      scope: 'call',
      source: 'bpf_prog_bind_map',
      text: 'the program takes a reference, once',
      run({ k, prog: number, map }) {
        const prog = entryOf(k.state.progs, number);
        if (prog.maps.includes(map)) return done(0);
        holdMap(k, map, 'prog', number);
        setProg(k, { ...prog, maps: [...prog.maps, map] });
        return done(0);
      },
    },
  ],
};

export const progBindMap = command(table);
