/** The other face of the engine: what a page needs only behind its first picture. */
import { declareStructOps } from './kernel/struct-ops/declare.ts';
import { Again } from './lab/again.ts';
import { callByHand } from './lab/call-member.ts';
import { countInstructions } from './lab/heat.ts';
import { install } from './lab/late-tools.ts';
import { runModuleVerb } from './lab/modules.ts';
import { congestionControlsIn, creatorTags, loadFile, mapElements } from './lab/objects.ts';
import { lastBreak, whenRegister, whoWrote, whoWroteRegister } from './lab/questions.ts';
import { programText } from './lab/program-text.ts';

export { congestionControlsIn, declareStructOps };
export { verify, verifySteps, factsOf } from './verifier/index.ts';
export { parseLog } from './verifier/log-parse.ts';
export { compareRecorded } from './verifier/recorded.ts';
export type { Comparison, Recording } from './verifier/recorded.ts';
export type { DeclaredTypes } from './kernel/struct-ops/declare.ts';

/** From now on labs can load objects, declare types, show programs as text, and run again beside themselves. */
export const installLateTools = (): void =>
  install({
    loadFile,
    declareStructOps,
    creatorTags,
    mapElements,
    callByHand,
    programText,
    runModuleVerb,
    Again,
    countInstructions,
    lastBreak,
    whoWrote,
    whoWroteRegister,
    whenRegister,
  });
