/* Addresses and ports of the run's connections, and /proc/net/tcp. */
import { cursorClass } from '../../net/record.ts';
import type { Host } from '../host.ts';

/** Addresses of the two hosts; the server listens at one port. */
export const CLIENT = '10.0.0.1';
export const SERVER = '10.0.0.2';
const SERVER_PORT = 5555;
const FIRST_PORT = 40_000;

const clientPort = (socket: number): number => FIRST_PORT + (socket % 20_000);
export const clientAddress = (socket: number): string => `${CLIENT}:${clientPort(socket)}`;
export const serverAddress = (): string => `${SERVER}:${SERVER_PORT}`;

const STATES: Readonly<Record<string, string>> = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  SYN_RECV: '03',
  FIN_WAIT1: '04',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
  CLOSE: '07',
  CLOSE_WAIT: '08',
  LAST_ACK: '09',
  LISTEN: '0A',
  CLOSING: '0B',
};

function hexAddress(text: string): string {
  const [ip = '', port] = text.split(':');
  const bytes = ip.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase());
  return `${bytes.toReversed().join('')}:${Number(port).toString(16).padStart(4, '0').toUpperCase()}`;
}

export interface Queues {
  /** bytes received in order and not yet read */
  readonly received: number;
  /** bytes written and not yet acknowledged */
  readonly unsent: number;
}

/** tcp_get_info's idiag_rqueue and idiag_wqueue of one end. */
export function queuesOf({ tcp, memory }: Host, sk: number): Queues {
  const tp = new (cursorClass(tcp.offsets.sock.layout))(memory);
  tp.at = sk;
  const between = (late: number, early: number): number => Math.max(0, (late - early) | 0);
  return { received: between(tp.rcv_nxt, tp.copied_seq), unsent: between(tp.write_seq, tp.snd_una) };
}

const hex = (n: number): string => n.toString(16).padStart(8, '0').toUpperCase();

/** A row for each end of a connection, as get_tcp4_sock prints it; timers are shown as 0. */
export function tcpTable(host: Host): string {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const ends = host.tcp.list().flatMap(({ id, state, sk, peer }) => {
    const [client, server] = [hexAddress(clientAddress(id)), hexAddress(serverAddress())];
    return [
      { id, state, at: sk, addresses: `${client} ${server}` },
      { id, state, at: peer, addresses: `${server} ${client}` },
    ].filter(({ at }) => at !== 0);
  });
  const rows = ends.map(({ id, state, at, addresses }, i) => {
    const { received, unsent } = queuesOf(host, at);
    const queues = `${hex(unsent)}:${hex(received)}`;
    return `${String(i).padStart(4)}: ${addresses} ${STATES[state] ?? '07'} ${queues} 00:00000000 00000000     0        0 ${1000 + id}\n`;
  });
  return head + rows.join('');
}
