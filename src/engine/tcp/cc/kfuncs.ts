/* The stack's functions that programs may call (tcp_reno_*, tcp_slow_start, tcp_cong_avoid_ai). */
import type { Btf } from '../../btf/btf.ts';
import { cursorClass } from '../../net/record.ts';
import type { KernelFunctions, Word } from '../../vm/functions.ts';
import type { Memory } from '../../vm/memory.ts';
import { emittedKfuncs } from './kfunc-code.ts';
import type { TcpOffsets } from '../socket/offsets.ts';
import { congAvoidAi, renoCongAvoid, renoSsthresh, renoUndoCwnd, slowStart } from './reno.ts';
import type { TcpSock } from '../stack.ts';

interface Entry {
  readonly name: string;
  readonly args: readonly Word[];
  readonly ret: Word | 'void';
  readonly run: (tp: TcpSock, a: number, b: number) => number | void;
}

const KFUNCS: readonly Entry[] = [
  { name: 'tcp_reno_ssthresh', args: ['ptr'], ret: 'u32', run: renoSsthresh },
  { name: 'tcp_reno_undo_cwnd', args: ['ptr'], ret: 'u32', run: renoUndoCwnd },
  {
    name: 'tcp_reno_cong_avoid',
    args: ['ptr', 'u32', 'u32'],
    ret: 'void',
    run: (tp, _ack, acked) => renoCongAvoid(tp, acked),
  },
  { name: 'tcp_slow_start', args: ['ptr', 'u32'], ret: 'u32', run: slowStart },
  { name: 'tcp_cong_avoid_ai', args: ['ptr', 'u32', 'u32'], ret: 'void', run: congAvoidAi },
];

/** Registers them under the ids that the kernel's BTF gives their FUNCs. */
export function registerKfuncs(functions: KernelFunctions, btf: Btf, memory: Memory, offsets: TcpOffsets): void {
  const tp: TcpSock = new (cursorClass(offsets.sock.layout))(memory);
  for (const { name, args, ret, run } of KFUNCS) {
    const id = btf.find('FUNC', name);
    if (id === 0) continue;
    const call = (sk: number, a = 0, b = 0): number => {
      // an unverified program may pass anything
      if (!memory.inArena(sk, offsets.sock.size)) return 0;
      tp.at = sk;
      // a word may come as a signed number
      return (run(tp, a >>> 0, b >>> 0) ?? 0) >>> 0;
    };
    functions.register({ name, kind: 'kfunc', id, args, ret, call, emit: emittedKfuncs[name]?.(offsets) });
  }
}
