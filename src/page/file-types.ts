/* A chunk of its own: what reads the types of a file is only wanted when there is one. */
export { foreignText, knownKind, openTypesOver } from '../engine/index.ts';
