import type { AccessFact } from './environment.ts';

/**
 * Kinds of pointers to memory of programs. Pointers to the kernel's structs are not among them, since they may be
 * invalid.
 */
const OWN: ReadonlySet<string> = new Set(['fp', 'map_value', 'map_key', 'mem']);

/**
 * Whether an instruction accesses, on every path, only the program's own memory within its bounds: its stack, keys and
 * values of maps, and memory passed to a function. Compiled code need not check such an access.
 */
export const touchesOwnMemory = (fact: AccessFact | null | undefined): boolean => OWN.has(fact?.kind ?? '');
