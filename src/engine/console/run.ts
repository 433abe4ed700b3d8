/* Runs a line: its pipelines in order, each command reading the output of the previous one. */
import { findCommand, consoleCommands } from './commands.ts';
import type { Host, Written } from './host.ts';
import { ConsoleProcess, MOST_OUTPUT, OutputFull } from './process.ts';
import { parseLine, type Word } from './shell.ts';

/** Exit statuses of a shell. */
const STATUS = { SYNTAX: 2, NOT_FOUND: 127 } as const;

/** Most characters of output kept for a line. */
const MOST_SHOWN = 200_000;

export function runLine(host: Host, line: string): Written {
  const parsed = parseLine(line);
  if (!parsed.ok) return { out: '', err: `console: ${parsed.error.message}\n`, status: STATUS.SYNTAX };
  let [out, err, status] = ['', '', 0];
  for (const { commands, ifOk } of parsed.value) {
    if (ifOk && status !== 0) continue;
    let input = '';
    for (const words of commands) {
      const done = runCommand(host, words, input);
      input = done.out;
      err += done.err;
      status = done.status;
    }
    out += input;
  }
  return { out: bounded(out), err: bounded(err), status };
}

function bounded(text: string): string {
  if (text.length <= MOST_SHOWN) return text;
  const lines = text.slice(MOST_SHOWN).split('\n').length;
  return `${text.slice(0, MOST_SHOWN)}\n[${lines} lines more are not shown: pipe the command to head, grep or wc]\n`;
}

/** Runs one command, as a process if it makes system calls. */
export function runCommand(host: Host, words: readonly Word[], input: string): Written {
  const name = words[0]?.text ?? '';
  const command = findCommand(name);
  if (!command) {
    const err = `console: ${name}: command not found. ${nearest(name)}\n`;
    return { out: '', err, status: STATUS.NOT_FOUND };
  }
  const process = new ConsoleProcess(host, name, words, input, (other, fed) => runCommand(host, other, fed));
  if (command.isProcess) host.spawn(name);
  try {
    const status = command.run(process) & 0xff;
    return { out: process.stdout, err: process.stderr, status };
  } catch (error) {
    if (!(error instanceof OutputFull)) throw error;
    const said = `console: ${name} was ended after ${MOST_OUTPUT} characters of output\n`;
    return { out: process.stdout, err: `${process.stderr}${said}`, status: 141 };
  } finally {
    if (command.isProcess) host.exit(name);
  }
}

/** Suggests a command with a similar beginning, or else help. */
function nearest(name: string): string {
  const same = consoleCommands().filter((command) => name.length > 1 && command.name.startsWith(name.slice(0, 2)));
  return same.length > 0
    ? `Is it ${same.map((command) => command.name).join(' or ')}?`
    : 'Type "help" for the list of commands.';
}
