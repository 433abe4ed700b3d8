import bpfAimd from './programs/bpf_aimd.s?raw';
import bpfReno from './programs/bpf_reno.s?raw';

/** The program texts that scenarios and the command line know by name. */
export const PROGRAMS: Readonly<Record<string, string>> = { 'bpf_reno.s': bpfReno, 'bpf_aimd.s': bpfAimd };

/** Those of them that a scenario uses. */
export const pick = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, PROGRAMS[name]]));
