import bpfAimd from './programs/bpf_aimd.s?raw';
import bpfBase from './programs/bpf_base.s?raw';
import bpfReno from './programs/bpf_reno.s?raw';
import bpfSwapV1 from './programs/bpf_swap_v1.s?raw';
import bpfSwapV2 from './programs/bpf_swap_v2.s?raw';
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

/** Those of them that a scenario uses. */
export const pick = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, PROGRAMS[name]]));
