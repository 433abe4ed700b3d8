/* Fetched when a text declares types: the parser of C declarations, and what stands around it. */
export { declareStructOps } from '../../engine/late.ts';
