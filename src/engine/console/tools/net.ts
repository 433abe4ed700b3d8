/* sysctl and flow: settings of the namespace, and connections started by hand. */
import { ERRNO } from '../../base/errno.ts';
import { strerror } from '../../libbpf/strerror.ts';
import { SYSCTL_NAMES } from '../../tcp/sysctl.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';

const SYSCTL_USAGE = 'usage: sysctl [-n] -a | NAME | [-w] NAME=VALUE';

/** Settings named by an argument; `net.ipv4` and `net/ipv4/` stand for all below them. */
function sysctlsOf(arg: string): readonly string[] {
  const name = arg.replaceAll('/', '.').replace(/\.$/, '');
  return SYSCTL_NAMES.includes(name) ? [name] : SYSCTL_NAMES.filter((one) => one.startsWith(`${name}.`));
}

function setSysctl(p: ConsoleProcess, name: string, value: string): number {
  const { tcp } = p.host;
  const path = `/proc/sys/${name.replaceAll('.', '/')}`;
  if (tcp.readSysctl(name) === null)
    return p.fail(`sysctl: cannot stat ${path}: No such file or directory. See: sysctl -a`, 255);
  p.call('openat', `AT_FDCWD, "${path}", O_WRONLY`, () => 3);
  const ret = p.call('write', `3, "${value}\\n"`, () => tcp.writeSysctl(name, value));
  if (ret >= 0) {
    p.out(`${name} = ${tcp.readSysctl(name) ?? ''}\n`);
    return 0;
  }
  const why = ret === -ERRNO.EACCES ? 'it is a constant of this stack' : strerror(ret);
  return p.fail(`sysctl: setting key "${name}": ${why}`, 255);
}

function sysctl(p: ConsoleProcess): number {
  const flags = p.args.filter((arg) => arg.startsWith('-'));
  const names = p.args.filter((arg) => !arg.startsWith('-'));
  const unknown = flags.find((flag) => !['-a', '-w', '-n'].includes(flag));
  if (unknown !== undefined) return p.fail(`sysctl: the option ${unknown} is not known here\n${SYSCTL_USAGE}`, 1);
  if (names.length === 0 && !flags.includes('-a')) return p.fail(SYSCTL_USAGE);
  const { tcp } = p.host;
  let status = 0;
  for (const arg of flags.includes('-a') ? ['net'] : names) {
    const equal = arg.indexOf('=');
    if (equal >= 0) {
      status ||= setSysctl(p, arg.slice(0, equal).trim().replaceAll('/', '.'), arg.slice(equal + 1).trim());
      continue;
    }
    const found = sysctlsOf(arg);
    if (found.length === 0) {
      const path = arg.replaceAll('.', '/');
      status = p.fail(`sysctl: cannot stat /proc/sys/${path}: No such file or directory. See: sysctl -a`, 255);
    }
    for (const name of found) {
      const value = tcp.readSysctl(name) ?? '';
      p.out(flags.includes('-n') ? `${value}\n` : `${name} = ${value}\n`);
    }
  }
  return status;
}

function flowTable(p: ConsoleProcess): number {
  p.out('ID  State        Congestion        cwnd  ssthresh   RTT ms     Acked  Retr\n');
  for (const { socket, cc, state, cwnd, ssthresh, srttUs, bytesAcked, retransmissions } of p.host.flows()) {
    const threshold = ssthresh >= 0x7fff_ffff ? '-' : String(ssthresh);
    const numbers = `${String(cwnd).padStart(5)} ${threshold.padStart(9)} ${(srttUs / 1000).toFixed(1).padStart(8)}`;
    p.out(
      `${String(socket).padEnd(3)} ${state.padEnd(12)} ${cc.padEnd(16)} ${numbers} ${String(bytesAcked).padStart(9)} ${String(retransmissions).padStart(5)}\n`,
    );
  }
  return 0;
}

/** `10M`, `300k`, `1000` */
function bytesOf(text: string): number | null {
  const match = /^(\d+)([kKmMgG]?)$/.exec(text);
  if (!match) return null;
  const [, number, letter = ''] = match;
  const unit = { '': 1, k: 1e3, m: 1e6, g: 1e9 }[letter.toLowerCase()] ?? 1;
  return Number(number) * unit;
}

/** Most bytes that a flow may send: byte counters are exact up to 2^53. */
const MOST_BYTES = 1e15;

const FLOW_USAGE = 'usage: flow [list] | flow start [cc NAME] [bytes N] | flow stop ID';

function flowStart(p: ConsoleProcess, args: readonly string[]): number {
  let cc: string | undefined;
  let bytes: number | undefined;
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1];
    if (value === undefined) return p.fail(`flow: ${args[i]} needs a value\n${FLOW_USAGE}`, 2);
    if (args[i] === 'cc') cc = value;
    else if (args[i] === 'bytes') {
      const number = bytesOf(value);
      if (number === null) return p.fail(`flow: bytes must be a number with k, M or G after it, not "${value}"`, 2);
      if (number > MOST_BYTES) return p.fail(`flow: bytes must be at most ${MOST_BYTES / 1e12}000G, not "${value}"`, 2);
      bytes = number;
    } else return p.fail(`flow: "${args[i]}" is not known\n${FLOW_USAGE}`, 2);
  }
  const { tcp } = p.host;
  const socket = Math.max(0, ...tcp.list().map(({ id }) => id)) + 1;
  p.host.lab({ do: 'connect', socket, cc, bytes });
  const chosen = tcp.getCongestion(socket);
  if (cc !== undefined && chosen !== cc) {
    p.host.lab({ do: 'close', socket });
    return p.fail(
      `flow: setsockopt(TCP_CONGESTION, "${cc}"): there is no such congestion control. See: sysctl net.ipv4.tcp_available_congestion_control`,
    );
  }
  p.out(
    `flow ${socket} started, ${chosen ?? 'no'} congestion control${bytes === undefined ? '' : `, ${bytes} bytes`}\n`,
  );
  return 0;
}

function flow(p: ConsoleProcess): number {
  const [verb = 'list', ...rest] = p.args;
  if (verb === 'list' || verb === 'show') return flowTable(p);
  if (verb === 'start') return flowStart(p, rest);
  if (verb !== 'stop') return p.fail(`flow: "${verb}" is not known\n${FLOW_USAGE}`, 2);
  const socket = Number(rest[0]);
  if (!p.host.tcp.list().some(({ id, sk }) => id === socket && sk !== 0)) {
    return p.fail(`flow: there is no flow ${rest[0] ?? ''}. "flow list" lists them.`);
  }
  p.host.lab({ do: 'close', socket });
  p.out(`flow ${socket} closed\n`);
  return 0;
}

export const netCommands: readonly ConsoleCommand[] = [
  {
    name: 'sysctl',
    usage: 'sysctl [-n] -a | NAME | [-w] NAME=VALUE',
    summary: 'TCP settings: available, allowed and default congestion controls, and constants of the stack',
    manual: `sysctl reads and writes settings of net.ipv4; a folder such as net.ipv4 stands for all settings in it, -n omits names.

tcp_congestion_control is the default of new sockets. tcp_allowed_congestion_control lists those that may be chosen without
CAP_NET_ADMIN, tcp_available_congestion_control all that are registered (read only). The others are constants of this stack:
they can be read, but not set.`,
    isProcess: true,
    run: sysctl,
  },
  {
    name: 'flow',
    usage: 'flow [list] | start [cc NAME] [bytes N] | stop ID',
    summary: 'starts, stops and lists connections',
    manual:
      'flow start opens a socket, chooses a congestion control (or takes the default) and sends, endlessly or N bytes (k, M, G); flow stop closes it; flow list shows them.',
    isProcess: true,
    run: flow,
  },
];
