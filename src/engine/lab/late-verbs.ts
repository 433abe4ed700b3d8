/* Verbs that come with the engine's late part: opening ELF files, calls by hand, the modules lens. */
import { registerVerbs } from './verb.ts';
import { callMember } from './verbs/call-member.ts';
import { loadObject } from './verbs/load-object.ts';
import { consoleLine } from './verbs/console.ts';
import { insmod, replace, rmmod } from './verbs/modules.ts';
import { readRing } from './verbs/read-ring.ts';

export const registerLateVerbs = (): void =>
  registerVerbs([callMember, consoleLine, insmod, loadObject, readRing, replace, rmmod]);
