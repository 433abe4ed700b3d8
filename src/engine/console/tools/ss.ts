/* ss -tin: connections with their TCP_INFO, read from the tcp_sock of each end. */
import { cursorClass } from '../../net/record.ts';
import type { Host } from '../host.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { HZ } from '../../net/clock.ts';
import { RCV_WSCALE, TCP_INFINITE_SSTHRESH, TCP_REORDERING } from '../../tcp/socket/constants.ts';
import { clientAddress, type Queues, queuesOf, serverAddress } from './proc-net.ts';

interface Row {
  readonly state: string;
  readonly local: string;
  readonly peer: string;
  readonly queues: Queues;
  readonly details: string;
}

const STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: 'ESTAB',
  SYN_SENT: 'SYN-SENT',
  SYN_RECV: 'SYN-RECV',
  FIN_WAIT1: 'FIN-WAIT-1',
  FIN_WAIT2: 'FIN-WAIT-2',
  TIME_WAIT: 'TIME-WAIT',
  CLOSE: 'UNCONN',
  CLOSE_WAIT: 'CLOSE-WAIT',
  LAST_ACK: 'LAST-ACK',
};

/** ~0 means no rate limit, or no sample */
const NO_PACING = 0xffff_ffff;
const ms = (us: number): string => String(Math.round(us) / 1000);

const jiffiesMs = (jiffies: number): number => Math.round((jiffies * 1000) / HZ);
/** `name:value`, left out at 0 as ss does */
const some = (name: string, value: number): string => (value > 0 ? `${name}:${value}` : '');

function details({ tcp, memory }: Host, sk: number): string {
  const tp = new (cursorClass(tcp.offsets.sock.layout))(memory);
  tp.at = sk;
  const srtt = tp.srtt_us >>> 3;
  const { mss_cache: mss, snd_cwnd: cwnd, snd_ssthresh: ssthresh } = tp;
  const parts = [
    tcp.congestion.nameOf(tp.icsk_ca_ops),
    `wscale:${RCV_WSCALE},${RCV_WSCALE}`,
    `rto:${jiffiesMs(tp.icsk_rto)}`,
    `rtt:${ms(srtt)}/${ms(tp.mdev_us >>> 2)}`,
    `mss:${mss}`,
    some('rcvmss', tp.ack_rcv_mss),
    some('advmss', tp.advmss),
    `cwnd:${cwnd}`,
    ssthresh < TCP_INFINITE_SSTHRESH ? `ssthresh:${ssthresh}` : '',
    some('bytes_sent', tp.bytes_sent),
    some('bytes_acked', tp.bytes_acked),
    some('bytes_received', tp.bytes_received),
    some('segs_out', tp.segs_out),
    some('segs_in', tp.segs_in),
    some('data_segs_out', tp.data_segs_out),
    some('data_segs_in', tp.data_segs_in),
    srtt > 0 ? `send ${Math.floor((cwnd * mss * 8 * 1e6) / srtt)}bps` : '',
    tp.sk_pacing_rate > 0 && tp.sk_pacing_rate < NO_PACING ? `pacing_rate ${tp.sk_pacing_rate * 8}bps` : '',
    some('delivered', tp.delivered),
    tp.app_limited > 0 ? 'app_limited' : '',
    some('unacked', tp.packets_out),
    tp.total_retrans > 0 ? `retrans:${tp.retrans_out}/${tp.total_retrans}` : '',
    some('lost', tp.lost_out),
    some('sacked', tp.sacked_out),
    tp.reordering === TCP_REORDERING ? '' : some('reordering', tp.reordering),
    some('rcv_ssthresh', tp.rcv_ssthresh),
    tp.min_rtt > 0 && tp.min_rtt < NO_PACING ? `minrtt:${ms(tp.min_rtt)}` : '',
    some('snd_wnd', tp.snd_wnd),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function rowsOf(host: Host, hasEnded: boolean): Row[] {
  return host.tcp.list().flatMap(({ id, state, sk, peer }) => {
    const shown = STATES[state] ?? state;
    const [client, server] = [clientAddress(id), serverAddress()];
    const row = (at: number, local: string, other: string): Row => {
      return { state: shown, local, peer: other, queues: queuesOf(host, at), details: details(host, at) };
    };
    const ended: Row = { state: shown, local: client, peer: server, queues: { received: 0, unsent: 0 }, details: '' };
    return [
      ...(sk === 0 ? [] : [row(sk, client, server)]),
      ...(peer === 0 ? [] : [row(peer, server, client)]),
      ...(hasEnded && sk === 0 && peer === 0 && state === 'TIME_WAIT' ? [ended] : []),
    ];
  });
}

/** `ss -s`: counts by state. */
function summary(p: ConsoleProcess): number {
  const all = p.host.tcp.list();
  const count = (...states: string[]): number => all.filter(({ state }) => states.includes(state)).length;
  const waiting = count('TIME_WAIT');
  const total = all.filter(({ sk }) => sk !== 0).length;
  p.call('openat', 'AT_FDCWD, "/proc/net/sockstat", O_RDONLY', () => 3);
  p.out(
    `Total: ${total}\nTCP:   ${total + waiting} (estab ${count('ESTABLISHED')}, closed ${waiting}, orphaned 0, timewait ${waiting})\n`,
  );
  return 0;
}

/** One-letter options: -i, and those without effect here, where all sockets are TCP and addresses numeric. */
const LETTERS = /^-[tinaepmoHO4s]+$/;
const LONG = ['--tcp', '--info', '--numeric', '--all', '--extended', '--processes', '--summary'];

function run(p: ConsoleProcess): number {
  const foreign = p.args.find((arg) => arg.startsWith('-') && !LETTERS.test(arg) && !LONG.includes(arg));
  if (foreign !== undefined) return p.fail(`ss: option "${foreign}" is not known here\nusage: ss -tin`);
  const hasInfo = p.args.some((arg) => arg === '--info' || /^-\w*i/.test(arg));
  if (p.args.some((arg) => arg === '-s' || arg === '--summary')) return summary(p);
  const unknown = p.args.find((arg) => !arg.startsWith('-') && !['state', 'established', 'all'].includes(arg));
  if (unknown !== undefined) return p.fail(`ss: filters are not supported here: "${unknown}". Pipe to grep.`);
  let rows: readonly Row[] = [];
  p.call('socket', 'AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG', () => {
    rows = rowsOf(
      p.host,
      p.args.some((arg) => arg === '--all' || /^-\w*a/.test(arg)),
    );
    return 3;
  });
  p.out('State      Recv-Q Send-Q Local Address:Port   Peer Address:Port  Process\n');
  for (const { state, local, peer, queues, details: text } of rows) {
    const waiting = `${String(queues.received).padEnd(6)} ${String(queues.unsent).padEnd(6)}`;
    p.out(`${state.padEnd(10)} ${waiting} ${local.padStart(18)} ${peer.padStart(18)}\n`);
    if (hasInfo && text !== '') p.out(`\t ${text}\n`);
  }
  return 0;
}

export const ssCommand: ConsoleCommand = {
  name: 'ss',
  usage: 'ss -tin | ss -s',
  summary: 'connections, with congestion control, window, round trip and rate of each end',
  manual: `ss lists TCP connections, both ends; -i adds what TCP_INFO has, -a those in TIME-WAIT; -s counts them.

  Recv-Q     bytes that the application has not read        Send-Q           bytes that are not acknowledged
  rtt:A/B    smoothed round trip and its deviation, ms      cwnd, ssthresh   in segments
  send       cwnd * mss / rtt                               unacked          segments under way
  retrans    under way / all so far                         delivered        segments that arrived`,
  isProcess: true,
  run,
};
