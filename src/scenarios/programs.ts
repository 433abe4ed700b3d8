import bpfAimd from './programs/bpf_aimd.s?raw';
import bpfBase from './programs/bpf_base.s?raw';
import bpfReno from './programs/bpf_reno.s?raw';
import bpfSwapV1 from './programs/bpf_swap_v1.s?raw';
import bpfSwapV2 from './programs/bpf_swap_v2.s?raw';
import counter from './programs/counter.s?raw';
import counterOps from './programs/counter_ops.h?raw';
import bpfCareless from './programs/bpf_careless.s?raw';
import bpfPartial from './programs/bpf_partial.s?raw';
import counterNone from './programs/counter_none.s?raw';
import counterValue from './programs/counter_value.h?raw';
import bpfUser from './programs/bpf_user.s?raw';

/** Program texts by name, for scenarios and the command line. */
const SHIPPED = {
  'bpf_reno.s': bpfReno,
  'bpf_aimd.s': bpfAimd,
  'bpf_swap_v1.s': bpfSwapV1,
  'bpf_swap_v2.s': bpfSwapV2,
  'bpf_base.s': bpfBase,
  'bpf_user.s': bpfUser,
  'bpf_partial.s': bpfPartial,
  'bpf_careless.s': bpfCareless,
};

export const PROGRAMS: Readonly<Record<string, string>> = SHIPPED;

/** A struct_ops type that no kernel has, and a program that implements it. */
export const COUNTER_TYPES = counterOps;
export const COUNTER_PROGRAM = counter;

/** The same type with its own value struct, and a program that implements none of its members. */
export const COUNTER_VALUE = counterValue;
export const COUNTER_NONE = counterNone;

/** The program texts with these names. */
export const pick = (...names: (keyof typeof SHIPPED)[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, SHIPPED[name]]));
