/* The parser of C declarations and related code, loaded when a text declares types. */
export { declareStructOps } from '../../engine/late.ts';
