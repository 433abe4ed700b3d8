/*
 * What a page needs only behind its first picture: opening ELF, CO-RE, parsing C declarations, programs as text, the
 * verbs of the modules lens, running again. It is a quarter of the engine's code; src/engine/late.ts installs it.
 */
import { assert } from '../base/assert.ts';
import type { declareStructOps } from '../kernel/struct-ops/declare.ts';
import type { Again } from './again.ts';
import type { callByHand } from './call-member.ts';
import type { countInstructions } from './heat.ts';
import type { runModuleVerb } from './modules.ts';
import type { creatorTags, loadFile, mapElements } from './objects.ts';
import type { lastBreak, whenRegister, whoWrote, whoWroteRegister } from './questions.ts';
import type { programText } from './program-text.ts';

export interface LateTools {
  readonly loadFile: typeof loadFile;
  readonly declareStructOps: typeof declareStructOps;
  readonly creatorTags: typeof creatorTags;
  readonly mapElements: typeof mapElements;
  readonly callByHand: typeof callByHand;
  readonly programText: typeof programText;
  readonly runModuleVerb: typeof runModuleVerb;
  readonly Again: typeof Again;
  readonly countInstructions: typeof countInstructions;
  readonly lastBreak: typeof lastBreak;
  readonly whoWrote: typeof whoWrote;
  readonly whoWroteRegister: typeof whoWroteRegister;
  readonly whenRegister: typeof whenRegister;
}

let installed: LateTools | null = null;

export const install = (tools: LateTools): void => {
  installed = tools;
};

export const hasLateTools = (): boolean => installed !== null;

export function lateTools(): LateTools {
  assert(installed, 'this needs installLateTools()');
  return installed;
}
