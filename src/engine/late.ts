/** The other face of the engine: what a page needs only behind its first picture. */
import { declareStructOps } from './kernel/struct-ops/declare.ts';
import { callByHand } from './lab/call-member.ts';
import { install } from './lab/late-tools.ts';
import { runModuleVerb } from './lab/modules.ts';
import { congestionControlsIn, creatorTags, loadFile, mapElements } from './lab/objects.ts';
import { programText } from './lab/program-text.ts';

export { congestionControlsIn, declareStructOps };
export type { DeclaredTypes } from './kernel/struct-ops/declare.ts';

/** From now on labs can load objects, declare types, and show programs as text. */
export const installLateTools = (): void =>
  install({ loadFile, declareStructOps, creatorTags, mapElements, callByHand, programText, runModuleVerb });
