/*
 * Pointers inside of what user space passes. A call's attributes name bytes of user space directly; where those bytes
 * hold addresses themselves, this is what they lead to. It goes with the bytes, and is no state.
 */
const known = new WeakMap<Uint8Array, ReadonlyMap<number, Uint8Array>>();

/** `targets`: what lies at an address of user space, below 2^53. */
export function withTargets(bytes: Uint8Array, targets: ReadonlyMap<number, Uint8Array>): Uint8Array {
  known.set(bytes, targets);
  return bytes;
}

/** The bytes at an address that stands in `given`; null: nothing is mapped there. */
export function targetOf(given: unknown, address: number): Uint8Array | null {
  return (given instanceof Uint8Array ? known.get(given)?.get(address) : undefined) ?? null;
}
