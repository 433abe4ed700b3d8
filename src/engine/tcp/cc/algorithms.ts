/*
 * The list of built-in congestion controls: a new one is a file beside reno.ts and a row here. The stack falls back to
 * the first.
 */
import type { TcpSock } from '../stack.ts';
import { CA_FLAG } from './cong.ts';
import { renoCongAvoid, renoSsthresh, renoUndoCwnd } from './reno.ts';

/** Members by name, with the arguments of the kernel's prototypes after the socket. */
interface Algorithm {
  readonly name: string;
  /** TCP_CONG_* */
  readonly flags: number;
  readonly members: Readonly<Record<string, (tp: TcpSock, a: number, b: number) => number>>;
}

export const ALGORITHMS: readonly [Algorithm, ...Algorithm[]] = [
  {
    name: 'reno',
    flags: CA_FLAG.NON_RESTRICTED,
    members: {
      ssthresh: renoSsthresh,
      undo_cwnd: renoUndoCwnd,
      cong_avoid: (tp, _ack, acked) => {
        renoCongAvoid(tp, acked);
        return 0;
      },
    },
  },
];
