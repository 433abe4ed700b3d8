/** The lazily loaded part of the engine's public interface: what a page needs only after its first picture. */
import { declareStructOps } from './kernel/struct-ops/declare.ts';
import { registerProgCode } from './kernel/info.ts';
import { progCode } from './kernel/prog-code.ts';
import { registerDeclare } from './lab/declared.ts';
import { registerObjectRules } from './verifier/insn/object-rules.ts';
import { OBJECT_RULES } from './verifier/insn/late-rules.ts';
import { registerLateVerbs } from './lab/late-verbs.ts';

export { declareStructOps };
export { parseConfig } from './libbpf/kconfig.ts';
export { diffLabs, diffTimes } from './query/diff.ts';
export { completeQuestion } from './query/complete.ts';
export { parseQuery, QueryError, runQuery } from './query/query.ts';
export { parseWatch, watchRun } from './query/watch.ts';
export { complete, sharedPrefix } from './console/complete.ts';
export { verifyText } from './lab/verify-text.ts';
export type { DeclaredTypes } from './kernel/struct-ops/declare.ts';
export { Again } from './lab/again.ts';
export { Measure } from './lab/measure.ts';
export { countInstructions } from './lab/heat.ts';
export { congestionControlsIn, creatorTags, mapElements } from './lab/objects.ts';
export { armBreak, armLine } from './lab/condition.ts';
export { type Answer, whenRegister, whoWrote, whoWroteRegister } from './lab/questions.ts';
export { programTextOf } from './lab/program-text.ts';

/**
 * Adds the late verbs to labs, type declarations to program texts, rewritten instructions to the kernel's program info, and
 * rules of objects to the verifier.
 */
export function installLateTools(): void {
  registerLateVerbs();
  registerDeclare(declareStructOps);
  registerProgCode(progCode);
  registerObjectRules(OBJECT_RULES);
}
