/* insmod, rmmod and lsmod of the modules lens: struct_ops maps as if they were kernel modules. */
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';

function lsmod(p: ConsoleProcess): number {
  const { kernel } = p.host;
  p.out('Module                  Size  Used by\n');
  for (const map of Object.values(kernel.state.maps)) {
    if (map.plain || map.holders.length === 0) continue;
    // each end of a connection holds it; the accepted end has the negated number
    const users = map.holders
      .filter(({ kind }) => kind === 'socket')
      .map(({ id }) => (id < 0 ? `accepted ${-id}` : `socket ${id}`));
    p.out(
      `${map.name.padEnd(20)} ${String(map.valueSize).padStart(7)}  ${users.length}${users.length > 0 ? ` ${users.join(',')}` : ''}\n`,
    );
  }
  return 0;
}

const act =
  (verb: 'insmod' | 'rmmod') =>
  (p: ConsoleProcess): number => {
    const [name, ...more] = p.args.filter((arg) => !arg.startsWith('-'));
    if (name === undefined || more.length > 0) return p.fail(`usage: ${verb} ${verb === 'insmod' ? 'TEXT' : 'MAP'}`);
    const problem = p.host.modules[verb](name);
    return problem === null ? 0 : p.fail(`${verb}: ${problem}`);
  };

export const moduleCommands: readonly ConsoleCommand[] = [
  {
    name: 'lsmod',
    usage: 'lsmod',
    summary: 'registered struct_ops maps, as modules with their users',
    manual: 'lsmod lists struct_ops maps as if they were modules: size of the value, and the sockets that use each.',
    isProcess: false,
    run: lsmod,
  },
  {
    name: 'insmod',
    usage: 'insmod TEXT',
    summary: 'loads a program text of the run and registers it',
    manual: 'insmod loads a text (see ls) and registers its map in one go, as a module would do at its start.',
    isProcess: false,
    run: act('insmod'),
  },
  {
    name: 'rmmod',
    usage: 'rmmod MAP',
    summary: 'unregisters a map, by its name or letter',
    manual: 'rmmod unregisters a struct_ops map; sockets that use it keep it until they are closed.',
    isProcess: false,
    run: act('rmmod'),
  },
];
