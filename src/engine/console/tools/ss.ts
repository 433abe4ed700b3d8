/* ss -tin: connections with what TCP_INFO says of them, read from the tcp_sock of each end. */
import { cursorClass } from '../../net/record.ts';
import type { Host } from '../host.ts';
import type { ConsoleCommand, ConsoleProcess } from '../process.ts';
import { clientAddress, serverAddress } from './proc-net.ts';

interface Row {
  readonly state: string;
  readonly local: string;
  readonly peer: string;
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

const INFINITE_SSTHRESH = 0x7fff_ffff;
const ms = (us: number): string => String(Math.round(us) / 1000);

function details(host: Host, sk: number): string {
  const { tcp } = host;
  const tp = new (cursorClass(tcp.offsets.sock.layout))(host.memory);
  tp.at = sk;
  const srtt = tp.srtt_us >>> 3;
  const { mss_cache: mss, snd_cwnd: cwnd, snd_ssthresh: ssthresh } = tp;
  const parts = [
    tcp.congestion.nameOf(tp.icsk_ca_ops),
    `rtt:${ms(srtt)}/${ms(tp.mdev_us >>> 2)}`,
    `mss:${mss}`,
    `cwnd:${cwnd}`,
    ssthresh < INFINITE_SSTHRESH ? `ssthresh:${ssthresh}` : '',
    tp.bytes_acked > 0 ? `bytes_acked:${tp.bytes_acked}` : '',
    srtt > 0 ? `send ${Math.floor((cwnd * mss * 8 * 1e6) / srtt)}bps` : '',
    tp.sk_pacing_rate > 0 && tp.sk_pacing_rate < 0xffff_ffff ? `pacing_rate ${tp.sk_pacing_rate * 8}bps` : '',
    `delivered:${tp.delivered}`,
    tp.packets_out > 0 ? `unacked:${tp.packets_out}` : '',
    tp.total_retrans > 0 ? `retrans:${tp.retrans_out}/${tp.total_retrans}` : '',
    tp.lost_out > 0 ? `lost:${tp.lost_out}` : '',
    tp.sacked_out > 0 ? `sacked:${tp.sacked_out}` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function rowsOf(host: Host): Row[] {
  return host.tcp.list().flatMap(({ id, state, sk, peer }) => {
    const rows: Row[] = [];
    const shown = STATES[state] ?? state;
    if (sk !== 0)
      rows.push({ state: shown, local: clientAddress(id), peer: serverAddress(), details: details(host, sk) });
    if (peer !== 0)
      rows.push({ state: shown, local: serverAddress(), peer: clientAddress(id), details: details(host, peer) });
    return rows;
  });
}

/** Options of one letter that change nothing here, where all sockets are TCP and have numbers, and -i. */
const LETTERS = /^-[tinaepmoHO4]+$/;
const LONG = ['--tcp', '--info', '--numeric', '--all', '--extended', '--processes'];

function run(p: ConsoleProcess): number {
  const foreign = p.args.find((arg) => arg.startsWith('-') && !LETTERS.test(arg) && !LONG.includes(arg));
  if (foreign !== undefined) return p.fail(`ss: option "${foreign}" is not known here\nusage: ss -tin`);
  const hasInfo = p.args.some((arg) => arg === '--info' || /^-\w*i/.test(arg));
  const unknown = p.args.find((arg) => !arg.startsWith('-') && !['state', 'established', 'all'].includes(arg));
  if (unknown !== undefined) return p.fail(`ss: filters are not known here: "${unknown}". Pipe to grep.`);
  let rows: readonly Row[] = [];
  p.call('socket', 'AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG', () => {
    rows = rowsOf(p.host);
    return 3;
  });
  p.out('State      Recv-Q Send-Q Local Address:Port   Peer Address:Port  Process\n');
  for (const { state, local, peer, details: text } of rows) {
    p.out(`${state.padEnd(10)} 0      0      ${local.padStart(18)} ${peer.padStart(18)}\n`);
    if (hasInfo) p.out(`\t ${text}\n`);
  }
  return 0;
}

export const ssCommand: ConsoleCommand = {
  name: 'ss',
  usage: 'ss -tin',
  summary: 'connections, with congestion control, window, round trip and rate of each end',
  manual: `ss lists TCP connections, both ends; -i adds what TCP_INFO has.

  rtt:A/B    smoothed round trip and its deviation, ms      cwnd, ssthresh   in segments
  send       cwnd * mss / rtt                               unacked          segments under way
  retrans    under way / all so far                         delivered        segments that arrived`,
  isProcess: true,
  run,
};
