/* Loaded when a text declares types: the parser of C declarations and related code. */
export { declareStructOps } from '../../engine/late.ts';
