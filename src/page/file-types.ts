/* A chunk of its own: what reads the types of a file is only wanted when there is one. */
export { openTypesOf } from '../engine/index.ts';
