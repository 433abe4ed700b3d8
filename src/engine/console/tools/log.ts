/* dmesg, strace, veristat and uname. */
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';

const seconds = (ns: number): string => (ns / 1e9).toFixed(6).padStart(12);

function dmesg(p: ConsoleProcess): number {
  const { dmesg: lines } = p.host.kernel.state;
  for (const { time, text } of lines) p.out(`[${seconds(time)}] ${text}\n`);
  return 0;
}

/** Runs a command, and tells each call of its process on stderr; `-e trace=bpf` only those of bpf(2). */
function strace(p: ConsoleProcess): number {
  let at = 1;
  let only: string | null = null;
  while (p.words[at]?.text.startsWith('-')) {
    const flag = p.words[at].text;
    if (flag === '-e') only = p.words[++at]?.text.replace(/^trace=/, '') ?? null;
    else if (flag === '-s' || flag === '-o') at++;
    at++;
  }
  const words = p.words.slice(at);
  if (words.length === 0) return p.fail('strace: must have PROG [ARGS]\nusage: strace [-e trace=bpf] COMMAND ...');
  if (words[0].text === 'strace') return p.fail('strace: it does not trace itself');
  p.host.calls();
  const { out, err, status } = p.others(words, p.input);
  p.out(out);
  for (const call of p.host.calls()) if (only === null || call.startsWith(`${only}(`)) p.err(`${call}\n`);
  p.err(err);
  p.err(`+++ exited with ${status} +++\n`);
  return status;
}

/** Programs that are loaded: sizes, and the verdict. */
function veristat(p: ConsoleProcess): number {
  const { state } = p.host.kernel;
  const wanted = p.args.find((arg) => !arg.startsWith('-'));
  const progs = Object.values(state.progs).filter(({ name }) => wanted === undefined || name.includes(wanted));
  p.out('Program           Verdict  Insns  Stack  Maps  Tag\n');
  for (const { name, insnCount, source, maps, tag } of progs) {
    const stack = source.stack.reduce((sum, bytes) => sum + bytes, 0);
    p.out(
      `${name.padEnd(17)} success ${String(insnCount).padStart(6)} ${String(stack).padStart(6)} ${String(maps.length).padStart(5)}  ${tag}\n`,
    );
  }
  if (progs.length === 0 && wanted !== undefined)
    return p.fail(`veristat: no loaded program has "${wanted}" in its name. See: bpftool prog show`);
  return 0;
}

export const logCommands: readonly ConsoleCommand[] = [
  {
    name: 'dmesg',
    usage: 'dmesg',
    summary: 'what the kernel wrote into its log',
    manual: 'dmesg prints the kernel log, with the time of each line in seconds.',
    isProcess: true,
    run: dmesg,
  },
  {
    name: 'strace',
    usage: 'strace [-e trace=bpf] COMMAND',
    summary: 'a command, with the system calls that it makes',
    manual:
      'strace runs a command and prints each system call of its process with its answer. -e trace=bpf leaves out those that are not bpf().',
    isProcess: false,
    run: strace,
  },
  {
    name: 'veristat',
    usage: 'veristat [NAME]',
    summary: 'loaded programs with instructions, stack and maps',
    manual:
      'veristat lists loaded programs: instructions as they were given, bytes of stack, maps, tag. What the verifier refuses is not loaded; its log is printed by whoever tried.',
    isProcess: true,
    run: veristat,
  },
  {
    name: 'uname',
    usage: 'uname [-r]',
    summary: 'which kernel this is',
    manual: 'uname prints the name of the system; -r the release that the machine behaves like.',
    isProcess: false,
    run: (p) => {
      p.out(p.args.includes('-r') ? `${p.host.profile.release.join('.')}\n` : 'Linux\n');
      return 0;
    },
  },
];
