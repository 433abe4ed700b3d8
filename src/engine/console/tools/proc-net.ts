/* Addresses and ports of the run's connections, and /proc/net/tcp. */
import type { Host } from '../host.ts';

/** The two ends of the dumbbell; the server listens at one port. */
const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';
const SERVER_PORT = 5555;
const FIRST_PORT = 40_000;

export const clientPort = (socket: number): number => FIRST_PORT + (socket % 20_000);
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
  const [ip, port] = text.split(':');
  const bytes = ip.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase());
  return `${bytes.toReversed().join('')}:${Number(port).toString(16).padStart(4, '0').toUpperCase()}`;
}

export function tcpTable({ tcp }: Host): string {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const rows = tcp
    .list()
    .filter(({ sk }) => sk !== 0)
    .map(({ id, state }, i) => {
      const ends = `${hexAddress(clientAddress(id))} ${hexAddress(serverAddress())}`;
      return `${String(i).padStart(4)}: ${ends} ${STATES[state] ?? '07'} 00000000:00000000 00:00000000 00000000     0        0 ${1000 + id}\n`;
    });
  return head + rows.join('');
}
