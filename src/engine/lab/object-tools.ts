/*
 * What only object files and declared types need: opening ELF, CO-RE, parsing C declarations. It is a quarter of the
 * engine's code, so the page fetches it behind the first picture; src/engine/objects.ts installs it.
 */
import { assert } from '../base/assert.ts';
import type { declareStructOps } from '../kernel/struct-ops/declare.ts';
import type { creatorTags, loadFile, mapElements } from './objects.ts';

export interface ObjectTools {
  readonly loadFile: typeof loadFile;
  readonly declareStructOps: typeof declareStructOps;
  readonly creatorTags: typeof creatorTags;
  readonly mapElements: typeof mapElements;
}

let installed: ObjectTools | null = null;

export const install = (tools: ObjectTools): void => {
  installed = tools;
};

export const hasObjectTools = (): boolean => installed !== null;

export function objectTools(): ObjectTools {
  assert(installed, 'object files and declared types need installObjects()');
  return installed;
}
