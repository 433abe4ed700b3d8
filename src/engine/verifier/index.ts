/* The verifier's public interface. */
export { touchesOwnMemory } from './own-memory.ts';
export { structureFault, verify, verifySteps } from './verify.ts';
export { factsOf, type KernelFacts } from './facts.ts';
export type * from './environment.ts';
export { followedType, funcInfoOf, type GivenTable, lineInfoOf } from './load-attr.ts';
export { mapFields } from './map-fields.ts';
