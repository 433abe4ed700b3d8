/*
 * Pointers inside buffers from user space. A call's attributes contain buffers directly; where a buffer holds addresses
 * itself, its targets are attached to it here. They are not part of the state.
 */
const known = new WeakMap<Uint8Array, ReadonlyMap<number, Uint8Array>>();

/** Attaches targets to a buffer; `targets`: the bytes at each user-space address (below 2^53). */
export function withTargets(bytes: Uint8Array, targets: ReadonlyMap<number, Uint8Array>): Uint8Array {
  known.set(bytes, targets);
  return bytes;
}

/** The bytes at an address found in `given`; null when nothing is mapped there. */
export function targetOf(given: unknown, address: number): Uint8Array | null {
  return (given instanceof Uint8Array ? known.get(given)?.get(address) : undefined) ?? null;
}
