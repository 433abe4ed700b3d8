/* The commands of the console by name; each tool is a folder or file, and a row here. */
import { bpftoolCommands } from './bpftool/bpftool.ts';
import { fileCommands } from './tools/files.ts';
import { helpCommands } from './tools/help.ts';
import { logCommands } from './tools/log.ts';
import { moduleCommands } from './tools/modules.ts';
import { netCommands } from './tools/net.ts';
import { ssCommand } from './tools/ss.ts';
import { pathCommands } from './tools/path.ts';
import { processCommands } from './tools/ps.ts';
import { textCommands } from './tools/text.ts';
import { veristatCommand } from './tools/veristat.ts';
import type { ConsoleCommand } from './process.ts';

const ALL: readonly ConsoleCommand[] = [
  ...bpftoolCommands,
  ssCommand,
  ...netCommands,
  ...pathCommands,
  ...fileCommands,
  ...textCommands,
  ...logCommands,
  ...processCommands,
  veristatCommand,
  ...moduleCommands,
];

const BY_NAME: ReadonlyMap<string, ConsoleCommand> = new Map(
  [...ALL, ...helpCommands(() => [...BY_NAME.values()])].map((command) => [command.name, command]),
);

export const consoleCommands = (): readonly ConsoleCommand[] => [...BY_NAME.values()];
export const findCommand = (name: string): ConsoleCommand | undefined => BY_NAME.get(name);
