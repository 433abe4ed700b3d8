/* help and man: what there is, in our words. */
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { TOPICS } from './topics.ts';

const INTRO = `Commands of this small Linux. Each is a process of its own: its system calls are in the other views, and going back in
time removes its output. Tab completes, the arrow keys recall earlier lines, | passes one command's output to the next.

`;

export function helpCommands(all: () => readonly ConsoleCommand[]): ConsoleCommand[] {
  const find = (name: string): ConsoleCommand | undefined => all().find((command) => command.name === name);
  const help = (p: ConsoleProcess): number => {
    const [name] = p.args;
    if (name !== undefined) return man(p);
    const rows = all().toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const width = Math.max(...rows.map(({ usage }) => usage.length));
    p.out(INTRO);
    for (const { usage, summary } of rows) p.out(`  ${usage.padEnd(Math.min(width, 52))}  ${summary}\n`);
    p.out('\nPages about things (man NAME):\n');
    for (const { name: topic, summary } of TOPICS) p.out(`  ${topic.padEnd(20)}  ${summary}\n`);
    return 0;
  };
  const man = (p: ConsoleProcess): number => {
    const [name] = p.args;
    if (name === undefined) return p.fail('What manual page do you want? For example: man bpftool');
    const command = find(name);
    const topic = TOPICS.find((one) => one.name === name);
    if (!command && !topic) {
      const topics = TOPICS.map((one) => one.name).join(', ');
      return p.fail(`No manual entry for ${name}. "help" lists the commands; there are also ${topics}.`, 16);
    }
    if (command) p.out(`${command.name}: ${command.summary}\n\n${command.usage}\n\n${command.manual}\n`);
    if (topic) p.out(`${topic.name}: ${topic.summary}\n\n${topic.text}\n`);
    return 0;
  };
  const row = (name: string, usage: string, summary: string, run: (p: ConsoleProcess) => number): ConsoleCommand => ({
    name,
    usage,
    summary,
    manual: summary,
    isProcess: false,
    run,
  });
  return [
    row('help', 'help [COMMAND]', 'all commands, or one of them', help),
    row('man', 'man NAME', 'explains a command or a concept', man),
  ];
}
