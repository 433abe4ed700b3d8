/*
 * Kernel functions that programs of every type may call (kernel/bpf/helpers.c, bpf_iter.c): the number iterator used by
 * bpf_for and bpf_repeat, and RCU, which has nothing to wait for here. Those that the kernel's BTF has are registered
 * under their BTF ids.
 */
import { ERRNO } from '../base/errno.ts';
import type { KernelFunctions, Word } from '../vm/functions.ts';
import type { Core } from './core.ts';

/** BPF_MAX_LOOPS */
const MAX_LOOPS = 8 * 1024 * 1024;
/** bytes of struct bpf_iter_num: the last number returned and the end, each an s32 */
const ITER_BYTES = 8;

interface Kfunc {
  readonly name: string;
  readonly args: readonly Word[];
  readonly ret: Word | 'void';
  readonly run: (k: Core, iter: number, start: number, end: number) => number;
}

function start({ memory: { i32 } }: Core, iter: number, from: number, to: number): number {
  const [cur, end] = [iter >>> 2, (iter >>> 2) + 1];
  i32[cur] = 0;
  i32[end] = 0;
  if ((from | 0) > (to | 0)) return -ERRNO.EINVAL;
  if ((to | 0) - (from | 0) > MAX_LOOPS) return -ERRNO.E2BIG;
  // so that the first next() returns the start
  i32[cur] = (from | 0) - 1;
  i32[end] = to | 0;
  return 0;
}

/** Address of the next number, within the iterator; 0 at the end. */
function next({ memory: { i32 } }: Core, iter: number): number {
  const [cur, end] = [iter >>> 2, (iter >>> 2) + 1];
  const [last = 0, until = 0] = i32.subarray(cur, end + 1);
  // as s64: the number before the first may be -2^31 - 1, which wraps
  if (((last + 1) | 0) >= until) {
    i32[cur] = 0;
    i32[end] = 0;
    return 0;
  }
  i32[cur] = last + 1;
  return iter;
}

function destroy({ memory: { i32 } }: Core, iter: number): number {
  i32[iter >>> 2] = 0;
  i32[(iter >>> 2) + 1] = 0;
  return 0;
}

const KFUNCS: readonly Kfunc[] = [
  { name: 'bpf_iter_num_new', args: ['ptr', 'u32', 'u32'], ret: 'u32', run: start },
  { name: 'bpf_iter_num_next', args: ['ptr'], ret: 'ptr', run: next },
  { name: 'bpf_iter_num_destroy', args: ['ptr'], ret: 'void', run: destroy },
];
const RCU: readonly string[] = ['bpf_rcu_read_lock', 'bpf_rcu_read_unlock'];

export function registerCommonKfuncs(k: Core, functions: KernelFunctions): void {
  for (const { name, args, ret, run } of KFUNCS) {
    const id = k.btf.find('FUNC', name);
    if (id === 0) continue;
    const call = (iter: number, from = 0, to = 0): number => {
      // an unverified program may pass anything
      if (iter % 4 !== 0 || !k.memory.inArena(iter >>> 0, ITER_BYTES)) return ret === 'u32' ? -ERRNO.EINVAL >>> 0 : 0;
      return run(k, iter >>> 0, from, to) >>> 0;
    };
    functions.register({ name, kind: 'kfunc', id, args, ret, call });
  }
  for (const name of RCU) {
    const id = k.btf.find('FUNC', name);
    if (id !== 0) functions.register({ name, kind: 'kfunc', id, args: [], ret: 'void', call: () => 0 });
  }
}
