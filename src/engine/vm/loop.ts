/* bpf_loop: the helper that only calls back. */
import { ERRNO } from '../base/errno.ts';
import { GO_ON, type KernelFunction, type KernelFunctions } from './functions.ts';

/** BPF_MAX_LOOPS */
const MAX_LOOPS = 8 * 1024 * 1024;

/**
 * `long bpf_loop(u32 nr_loops, void *callback_fn, void *callback_ctx, u64 flags)`: the function gets the turn and the
 * context. E2BIG: more than 8,388,608 turns; EINVAL: flags are not 0.
 */
export function bpfLoop(functions: KernelFunctions): KernelFunction {
  const { callbackArgs } = functions;
  return {
    name: 'bpf_loop',
    kind: 'helper',
    id: 181,
    args: ['u32', 'ptr', 'u64', 'u64'],
    ret: 'u64',
    callback: 2,
    call(turn, loops, _fn, contextLow, contextHigh, flagsLow, flagsHigh) {
      if (flagsLow !== 0 || flagsHigh !== 0) return -ERRNO.EINVAL;
      if (loops >>> 0 > MAX_LOOPS) return -ERRNO.E2BIG;
      if (turn >= loops >>> 0) return 0;
      callbackArgs[0] = turn;
      callbackArgs[2] = contextLow;
      callbackArgs[3] = contextHigh;
      return GO_ON;
    },
  };
}
