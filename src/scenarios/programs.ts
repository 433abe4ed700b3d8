import bpfAimd from './programs/bpf_aimd.s?raw';
import bpfBase from './programs/bpf_base.s?raw';
import bpfReno from './programs/bpf_reno.s?raw';
import bpfSwapV1 from './programs/bpf_swap_v1.s?raw';
import bpfSwapV2 from './programs/bpf_swap_v2.s?raw';
import counter from './programs/counter.s?raw';
import counterOps from './programs/counter_ops.h?raw';
import bpfUser from './programs/bpf_user.s?raw';

/** The program texts that scenarios and the command line know by name. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'bpf_reno.s': bpfReno,
  'bpf_aimd.s': bpfAimd,
  'bpf_swap_v1.s': bpfSwapV1,
  'bpf_swap_v2.s': bpfSwapV2,
  'bpf_base.s': bpfBase,
  'bpf_user.s': bpfUser,
};

/** A struct_ops type that no kernel has, and a program that implements it. */
export const COUNTER_TYPES = counterOps;
export const COUNTER_PROGRAM = counter;

/** Those of them that a scenario uses. */
export const pick = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, PROGRAMS[name]]));
