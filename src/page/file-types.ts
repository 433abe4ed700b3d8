/* A separate chunk: the code that reads types of files is loaded when there is a file. */
export { foreignText, knownKind, openTypesOver } from '../engine/index.ts';
