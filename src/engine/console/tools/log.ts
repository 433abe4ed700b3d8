/* dmesg, strace, uname, uptime, and commands about the console itself: history, clear. */
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';

const seconds = (ns: number): string => (ns / 1e9).toFixed(6).padStart(12);

function dmesg(p: ConsoleProcess): number {
  const { dmesg: lines } = p.host.kernel.state;
  for (const { time, text } of lines) p.out(`[${seconds(time)}] ${text}\n`);
  return 0;
}

interface Tracing {
  /** names of the calls shown; null: all */
  readonly only: readonly string[] | null;
  /** prints a table of counts instead of the calls */
  readonly summary: boolean;
  /** index of the traced command among the words */
  readonly at: number;
}

/** Parses options before the command; returns an error text for invalid ones. */
function tracing(p: ConsoleProcess): Tracing | string {
  let at = 1;
  let only: readonly string[] | null = null;
  let summary = false;
  for (let flag = p.words[at]?.text; flag?.startsWith('-'); flag = p.words[at]?.text) {
    at++;
    if (flag === '-c') summary = true;
    else if (flag === '-s') at++;
    else if (flag === '-e') {
      const given = p.words[at++]?.text ?? '';
      if (!/^(trace=)?\w+(,\w+)*$/.test(given)) return `-e takes names of calls, as -e trace=bpf,close, not "${given}"`;
      only = given.replace(/^trace=/, '').split(',');
    } else if (flag !== '-f') return `the option ${flag} is not known here: there are -e trace=NAME, -c, -f and -s N`;
  }
  return { only, summary, at };
}

const nameOf = (call: string): string => call.slice(0, call.indexOf('('));

function summaryOf(calls: readonly string[]): string {
  const counts = new Map<string, { calls: number; errors: number }>();
  for (const call of calls) {
    const row = counts.get(nameOf(call)) ?? { calls: 0, errors: 0 };
    row.calls++;
    if (/ = -1 E[A-Z0-9]+ \(/.test(call)) row.errors++;
    counts.set(nameOf(call), row);
  }
  const rows = [...counts].toSorted(([, a], [, b]) => b.calls - a.calls);
  const shown = rows.map(
    ([name, row]) => `${String(row.calls).padStart(9)} ${String(row.errors || '').padStart(9)} ${name}\n`,
  );
  return `    calls    errors syscall\n--------- --------- ----------------\n${shown.join('')}`;
}

/** Runs a command, and prints each call of its process to stderr; with `-e trace=bpf` only those of bpf(2). */
function strace(p: ConsoleProcess): number {
  const asked = tracing(p);
  if (typeof asked === 'string') return p.fail(`strace: ${asked}`);
  const { only, summary, at } = asked;
  const words = p.words.slice(at);
  const [command] = words;
  if (!command) return p.fail('strace: must have PROG [ARGS]\nusage: strace [-c] [-e trace=bpf] COMMAND ...');
  if (command.text === 'strace') return p.fail('strace: it does not trace itself');
  p.host.calls();
  const { out, err, status } = p.others(words, p.input);
  p.out(out);
  const calls = p.host.calls().filter((call) => only === null || only.includes(nameOf(call)));
  if (!summary) for (const call of calls) p.err(`${call}\n`);
  p.err(err);
  p.err(summary ? summaryOf(calls) : `+++ exited with ${status} +++\n`);
  return status;
}

function history(p: ConsoleProcess): number {
  for (const [i, line] of p.host.typed.entries()) p.out(`${String(i + 1).padStart(5)}  ${line}\n`);
  return 0;
}

const plain = (
  name: string,
  usage: string,
  summary: string,
  manual: string,
  run: (p: ConsoleProcess) => number,
): ConsoleCommand => ({ name, usage, summary, manual, isProcess: false, run });

export const logCommands: readonly ConsoleCommand[] = [
  {
    name: 'dmesg',
    usage: 'dmesg',
    summary: 'what the kernel wrote into its log',
    manual: 'dmesg prints the kernel log, with the time of each line in seconds.',
    isProcess: true,
    run: dmesg,
  },
  plain(
    'strace',
    'strace [-c] [-e trace=bpf] COMMAND',
    'runs a command and prints its system calls',
    `strace runs a command and prints each system call of its process with its answer. For bpf(2) all fields of the
command are printed, constants by name; of buffers the first 32 bytes.

  -e trace=bpf,close   only calls of these names
  -c                   counts of calls and errors instead of the calls`,
    strace,
  ),
  plain(
    'uname',
    'uname [-r]',
    'which kernel this is',
    'uname prints the name of the system; -r the release that the machine behaves like.',
    (p) => {
      p.out(p.args.includes('-r') ? `${p.host.profile.release.join('.')}\n` : 'Linux\n');
      return 0;
    },
  ),
  plain(
    'uptime',
    'uptime',
    'the time since boot, in seconds',
    'uptime prints the seconds since the machine was booted, which is when the run began.',
    (p) => {
      p.out(`up ${(p.host.now / 1e9).toFixed(6)} s\n`);
      return 0;
    },
  ),
  plain(
    'history',
    'history',
    'the lines that were typed',
    'history prints the lines that were typed up to now on this branch of the run, numbered. Going back in time removes later lines.',
    history,
  ),
  plain(
    'clear',
    'clear',
    'an empty console',
    'clear hides everything printed before it. Going back in time shows it again.',
    () => 0,
  ),
  plain(
    'sleep',
    'sleep SECONDS',
    'not available: you control time',
    'Commands take no time here, so nothing can wait inside one. Space plays, N goes to the next state or packet. In a file of lines for `lab console` a line "sleep SECONDS" runs the machine on.',
    (p) => p.fail('sleep: time stands still while a command runs. Play (Space) or step (N) moves it on.'),
  ),
];
