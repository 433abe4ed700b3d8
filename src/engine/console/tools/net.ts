/* sysctl, ip, tc and flow: the namespace's settings, the path that all connections share, and connections by hand. */
import { strerror } from '../../libbpf/strerror.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';

const SYSCTLS = [
  'net.ipv4.tcp_allowed_congestion_control',
  'net.ipv4.tcp_available_congestion_control',
  'net.ipv4.tcp_congestion_control',
];

function sysctl(p: ConsoleProcess): number {
  const args = p.args.filter((arg) => arg !== '-w');
  const all = args.includes('-a');
  if (args.length === 0) return p.fail('usage: sysctl -a | NAME | -w NAME=VALUE');
  if (all) {
    for (const name of SYSCTLS) p.out(`${name} = ${p.host.tcp.readSysctl(name) ?? ''}\n`);
    return 0;
  }
  let status = 0;
  for (const arg of args) {
    const equal = arg.indexOf('=');
    const name = (equal < 0 ? arg : arg.slice(0, equal)).trim().replaceAll('/', '.');
    const path = `/proc/sys/${name.replaceAll('.', '/')}`;
    if (p.host.tcp.readSysctl(name) === null) {
      status = p.fail(`sysctl: cannot stat ${path}: No such file or directory. There are: ${SYSCTLS.join(', ')}`, 255);
      continue;
    }
    if (equal >= 0) {
      const value = arg.slice(equal + 1).trim();
      const ret = p.call('write', `3, "${value}\\n"`, () => p.host.tcp.writeSysctl(name, value));
      if (ret < 0) {
        status = p.fail(`sysctl: setting key "${name}": ${strerror(ret)}`, 255);
        continue;
      }
    }
    p.out(`${name} = ${p.host.tcp.readSysctl(name) ?? ''}\n`);
  }
  return status;
}

const rate = (bps: number): string =>
  bps >= 1e9 ? `${bps / 1e9}Gbit` : bps >= 1e6 ? `${bps / 1e6}Mbit` : bps >= 1e3 ? `${bps / 1e3}Kbit` : `${bps}bit`;

function tc(p: ConsoleProcess): number {
  const [object, ...rest] = p.args.filter((arg) => !arg.startsWith('-'));
  if (object === undefined || !'qdisc'.startsWith(object))
    return p.fail('usage: tc [-s] qdisc [show]. The path of a run is set where its network is.');
  const verb = rest[0] ?? 'show';
  if (!['show', 'list', 'ls'].includes(verb))
    return p.fail(`tc: "${verb}" cannot change the path of a run that is recorded: restart it with another network`);
  const { net } = p.host.tcp;
  const { path } = p.host;
  p.call('sendmsg', '3, RTM_GETQDISC', () => 0);
  p.out(`qdisc tbf 1: dev r1 root refcnt 2 rate ${rate(path.rateBps)} burst 3028b\n`);
  p.out(`qdisc pfifo 10: dev r1 parent 1:1 limit ${path.queuePackets}p\n`);
  if (p.args.includes('-s')) {
    p.out(` Sent ${net.sent} pkt (dropped ${net.drops}, overlimits 0 requeues 0)\n backlog ${net.queueLength}p\n`);
  }
  p.out(`qdisc netem 20: dev r2 root delay ${path.delayNs / 1e6}ms\n`);
  return 0;
}

function ip(p: ConsoleProcess): number {
  const [object = '', verb = 'show'] = p.args.filter((arg) => !arg.startsWith('-'));
  if (!['show', 'list', 'ls', 'get'].includes(verb))
    return p.fail(`ip: "${verb}" is not known here: the network of a run stays as it is`);
  const tables: Readonly<Record<string, string>> = {
    route: 'default via 10.0.0.254 dev eth0\n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1\n',
    link: '1: lo: <LOOPBACK,UP> mtu 65536\n2: eth0: <BROADCAST,UP> mtu 1500 qdisc pfifo_fast state UP\n',
    addr: '2: eth0: <BROADCAST,UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n',
  };
  const found = object === '' ? undefined : Object.keys(tables).find((name) => name.startsWith(object));
  if (found === undefined) return p.fail('usage: ip { route | link | addr } [show]', 255);
  p.out(tables[found]);
  return 0;
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
  const unit = { '': 1, k: 1e3, m: 1e6, g: 1e9 }[match[2].toLowerCase()] ?? 1;
  return Number(match[1]) * unit;
}

/** What a flow may send: counters of bytes are whole numbers up to 2^53. */
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
    return p.fail(`flow: there is no flow ${rest[0] ?? ''}. "flow list" shows those that there are.`);
  }
  p.host.lab({ do: 'close', socket });
  p.out(`flow ${socket} closed\n`);
  return 0;
}

export const netCommands: readonly ConsoleCommand[] = [
  {
    name: 'sysctl',
    usage: 'sysctl -a | NAME | -w NAME=VALUE',
    summary: 'congestion controls: available, allowed, and the default',
    manual:
      'sysctl reads and writes net.ipv4.tcp_available_congestion_control (read only), tcp_allowed_congestion_control and tcp_congestion_control, the default of new sockets.',
    isProcess: true,
    run: sysctl,
  },
  {
    name: 'tc',
    usage: 'tc [-s] qdisc',
    summary: 'the bottleneck: rate, queue, what it sent and dropped',
    manual: 'tc shows the queue of the bottleneck (tbf with a pfifo) and the delay after it; -s adds counters.',
    isProcess: true,
    run: tc,
  },
  {
    name: 'ip',
    usage: 'ip { route | link | addr }',
    summary: 'addresses and the way to the other host',
    manual: 'ip shows the address of this host, its interface, and the route to the receiver.',
    isProcess: true,
    run: ip,
  },
  {
    name: 'flow',
    usage: 'flow [list] | start [cc NAME] [bytes N] | stop ID',
    summary: 'connections by hand, and their table',
    manual:
      'flow start opens a socket, chooses a congestion control (or takes the default) and sends, endlessly or N bytes (k, M, G); flow stop closes it; flow list is the table of those that there are.',
    isProcess: true,
    run: flow,
  },
];
