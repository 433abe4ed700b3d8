/* tc and ip: the path that all connections share, and the addresses of its ends. */
import type { Host } from '../host.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { CLIENT, SERVER } from './proc-net.ts';

const UNITS = [
  [1e9, 'Gbit'],
  [1e6, 'Mbit'],
  [1e3, 'Kbit'],
] as const;

function rate(bps: number): string {
  const [size, unit] = UNITS.find(([one]) => bps >= one) ?? [1, 'bit'];
  return `${bps / size}${unit}`;
}

interface Discipline {
  readonly dev: string;
  readonly line: string;
  /** printed with -s; only packets are counted on the path */
  readonly counters: string;
}

const counted = (sent: number, drops: number, backlog: number): string =>
  ` Sent ${sent} pkt (dropped ${drops}, overlimits 0 requeues 0)\n backlog ${backlog}p requeues 0\n`;

/** The bottleneck, a token bucket over its queue, and the delay after it. */
function disciplines({ tcp, path }: Host): readonly Discipline[] {
  const { sent, drops, queueLength } = tcp.net;
  const loss = path.lossPpm ? ` loss ${path.lossPpm / 1e4}%` : '';
  const access = path.accessNs ?? 0;
  const netem = (ns: number): string => `delay ${ns / 1e6}ms`;
  const before: readonly Discipline[] =
    access > 0 ? [{ dev: 'r0', line: `qdisc netem 30: dev r0 root refcnt 2 ${netem(access)}`, counters: '' }] : [];
  return [
    ...before,
    {
      dev: 'r1',
      line: `qdisc tbf 1: dev r1 root refcnt 2 rate ${rate(path.rateBps)} burst 3028b${loss}`,
      counters: counted(sent, drops, queueLength),
    },
    {
      dev: 'r1',
      line: `qdisc pfifo 10: dev r1 parent 1:1 limit ${path.queuePackets}p`,
      counters: counted(sent, drops, queueLength),
    },
    { dev: 'r2', line: `qdisc netem 20: dev r2 root refcnt 2 ${netem(path.delayNs - access)}`, counters: '' },
  ];
}

const SHOW = ['show', 'list', 'ls'];

function tc(p: ConsoleProcess): number {
  const [object, ...rest] = p.args.filter((arg) => !arg.startsWith('-'));
  if (object === undefined || !'qdisc'.startsWith(object))
    return p.fail('usage: tc [-s] qdisc [show] [dev NAME]. The path belongs to the run and cannot be changed.');
  const verb = rest.length === 0 || rest[0] === 'dev' ? 'show' : rest.shift();
  if (!SHOW.includes(verb ?? ''))
    return p.fail(`tc: "${verb}" cannot change the path of a run that is recorded: restart it with another network`);
  const all = disciplines(p.host);
  let dev: string | undefined;
  if (rest[0] === 'dev') [, dev] = rest;
  else if (rest.length > 0) return p.fail(`What is "${rest[0]}"? Try: tc qdisc show dev r1`, 255);
  if (dev !== undefined && !all.some((one) => one.dev === dev))
    return p.fail(`Cannot find device "${dev}". There are: ${[...new Set(all.map((one) => one.dev))].join(', ')}`);
  p.call('sendmsg', '3, RTM_GETQDISC', () => 0);
  for (const one of all) {
    if (dev !== undefined && one.dev !== dev) continue;
    p.out(`${one.line}\n${p.args.includes('-s') ? one.counters : ''}`);
  }
  return 0;
}

const TABLES: Readonly<Record<string, { readonly message: string; readonly text: string }>> = {
  route: {
    message: 'RTM_GETROUTE',
    text: `default via 10.0.0.254 dev eth0\n10.0.0.0/24 dev eth0 proto kernel scope link src ${CLIENT}\n`,
  },
  link: {
    message: 'RTM_GETLINK',
    text:
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\n' +
      '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP\n',
  },
  addr: {
    message: 'RTM_GETADDR',
    text: `2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet ${CLIENT}/24 scope global eth0\n`,
  },
};

/** Route to an address; the only other host is the receiver. */
function routeTo(p: ConsoleProcess, to: string | undefined): number {
  if (to === undefined || !/^\d{1,3}(\.\d{1,3}){3}$/.test(to))
    return p.fail(`Error: inet address is expected rather than "${to ?? ''}".`);
  p.call('sendmsg', '3, RTM_GETROUTE', () => 0);
  const via = to.startsWith('10.0.0.') ? '' : 'via 10.0.0.254 ';
  p.out(to === CLIENT ? `local ${to} dev lo src ${CLIENT}\n` : `${to} ${via}dev eth0 src ${CLIENT}\n`);
  return 0;
}

function ip(p: ConsoleProcess): number {
  const [object = '', verb = 'show', to] = p.args.filter((arg) => !arg.startsWith('-'));
  const [table, found] =
    (object === '' ? undefined : Object.entries(TABLES).find(([name]) => name.startsWith(object))) ?? [];
  if (found === undefined) return p.fail('usage: ip { route | link | addr } [show] | ip route get ADDRESS', 255);
  if (p.args.includes('-s')) return p.fail('ip: packets are counted at the bottleneck: tc -s qdisc', 255);
  if (table === 'route' && verb === 'get') return routeTo(p, to);
  if (!SHOW.includes(verb)) return p.fail(`ip: "${verb}" is not known here: the network of a run stays as it is`);
  const { message, text } = found;
  p.call('sendmsg', `3, ${message}`, () => 0);
  p.out(text);
  return 0;
}

export const pathCommands: readonly ConsoleCommand[] = [
  {
    name: 'tc',
    usage: 'tc [-s] qdisc [show] [dev NAME]',
    summary: 'the bottleneck: rate, queue, what it sent and dropped',
    manual: `tc shows the disciplines on the path: at r1 the bottleneck, a token bucket (tbf) over a queue counted in packets
(pfifo), and at r2 the delay after it (netem). -s adds what the bottleneck sent and dropped, and what waits in it.`,
    isProcess: true,
    run: tc,
  },
  {
    name: 'ip',
    usage: 'ip { route | link | addr } | ip route get ADDRESS',
    summary: 'addresses, and the route to the other host',
    manual: `ip shows the address of this host (${CLIENT}), its interface, and the route to the receiver (${SERVER}).`,
    isProcess: true,
    run: ip,
  },
];
