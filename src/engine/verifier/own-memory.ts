import type { AccessFact } from './environment.ts';

/** Kinds of pointers to what the machine keeps for programs; pointers to the kernel's structs may lead anywhere. */
const OWN: ReadonlySet<string> = new Set(['fp', 'map_value', 'map_key', 'mem']);

/**
 * Whether an instruction touches only the program's own memory, inside of its bounds, on every path: its stack, values and
 * keys of maps, memory that a function was given. Compiled code need not check such an access.
 */
export const touchesOwnMemory = (fact: AccessFact | null | undefined): boolean => OWN.has(fact?.kind ?? '');
