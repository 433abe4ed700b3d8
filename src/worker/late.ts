/* What the worker fetches after the first picture: the engine's late part, and the answers to the page's questions. */
export * as engine from '../engine/late.ts';
export { answerAsk } from './asks.ts';
