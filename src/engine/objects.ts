/** The other face of the engine: what is needed once there is an object file or a declared type. */
import { declareStructOps } from './kernel/struct-ops/declare.ts';
import { install } from './lab/object-tools.ts';
import { congestionControlsIn, creatorTags, loadFile, mapElements } from './lab/objects.ts';

export { congestionControlsIn, declareStructOps };
export type { DeclaredTypes } from './kernel/struct-ops/declare.ts';

/** From now on labs can load objects and declare types. */
export const installObjects = (): void => install({ loadFile, declareStructOps, creatorTags, mapElements });
