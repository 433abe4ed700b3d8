/*
 * Names of the texts that come with the scenarios: any other text is the user's own. A test compares the list with the
 * scenarios.
 */
export const EXAMPLE_TEXTS: ReadonlySet<string> = new Set([
  'bpf_aimd.s',
  'bpf_base.s',
  'bpf_careless.s',
  'bpf_partial.s',
  'bpf_reno.s',
  'bpf_swap_v1.s',
  'bpf_swap_v2.s',
  'bpf_user.s',
  'counter.s',
  'counter_none.s',
  'types.h',
]);
