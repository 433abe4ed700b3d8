/*
 * Helpers of the base set that need only the machine's clock and random generator. A program sees the same time as the
 * stack that calls it.
 */
import { jiffiesAt, jiffyStart } from '../../net/clock.ts';
import type { KernelFunctions } from '../../vm/functions.ts';
import { bpfLoop } from '../../vm/loop.ts';

export interface HelperSources {
  /** engine time, integer nanoseconds */
  readonly now: () => number;
  /** a random u32 of the machine's own generator */
  readonly random: () => number;
}

interface Helper {
  readonly id: number;
  readonly name: string;
  readonly ret: 'u32' | 'u64';
  /** an integer below 2^53 */
  readonly value: (from: HelperSources) => number;
}

const HELPERS: readonly Helper[] = [
  { id: 5, name: 'bpf_ktime_get_ns', ret: 'u64', value: ({ now }) => now() },
  { id: 7, name: 'bpf_get_prandom_u32', ret: 'u32', value: ({ random }) => random() },
  // one processor
  { id: 8, name: 'bpf_get_smp_processor_id', ret: 'u32', value: () => 0 },
  { id: 118, name: 'bpf_jiffies64', ret: 'u64', value: ({ now }) => jiffiesAt(now()) },
  { id: 208, name: 'bpf_ktime_get_tai_ns', ret: 'u64', value: ({ now }) => now() },
  { id: 125, name: 'bpf_ktime_get_boot_ns', ret: 'u64', value: ({ now }) => now() },
  // the time of the last tick
  {
    id: 160,
    name: 'bpf_ktime_get_coarse_ns',
    ret: 'u64',
    value: ({ now }) => Math.max(0, jiffyStart(jiffiesAt(now()))),
  },
];

export function registerHelpers(functions: KernelFunctions, from: HelperSources): void {
  functions.register(bpfLoop(functions));
  for (const { id, name, ret, value } of HELPERS) {
    const call = (): number => {
      const result = value(from);
      functions.highWord = Math.floor(result / 0x1_0000_0000);
      return result >>> 0;
    };
    functions.register({ name, kind: 'helper', id, args: [], ret, call });
  }
}
