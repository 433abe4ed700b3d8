/* The door of the verifier. */
export { verify } from './verify.ts';
export { factsOf, type KernelFacts } from './facts.ts';
export type * from './environment.ts';
