/*
 * The end of a verifier's log as libbpf shows it (fixup_verifier_log): a call of a helper that no kernel has marks a
 * failed relocation, and is replaced by an explanation.
 */
import { CORE_KINDS, formatSpec, parseSpec } from './core-spec.ts';
import { POISON } from './core-relo.ts';
import type { OpenedObject } from './object.ts';
import { POISON_KFUNC, POISON_MAP, type ReadyProgram } from './relocate.ts';

const SLOT_BYTES = 8;

/** The instruction with the poisoned call, and the line about the unknown helper. */
const POISONED = /^(\d+): \([0-9a-f]{2}\) call unknown#(\d+).*\n.*$/gm;

export function explainLog(object: OpenedObject, program: ReadyProgram, log: string): string {
  return log.replace(POISONED, (lines: string, slot: string, helper: string) => {
    const number = Number(helper);
    if (number === POISON) return relocationWords(object, program, Number(slot)) ?? lines;
    const map = object.maps[number - POISON_MAP];
    if (map) return `${slot}: <invalid BPF map reference>\nBPF map '${map.name}' is referenced but wasn't created`;
    const extern = object.externs[number - POISON_KFUNC];
    if (!extern) return lines;
    return `${slot}: <invalid kfunc call>\nkfunc '${extern.name}' is referenced but wasn't resolved`;
  });
}

/** Text for the CO-RE record of a slot; null when it has none. */
function relocationWords({ ext, btf }: OpenedObject, { functions }: ReadyProgram, slot: number): string | null {
  const owner = functions.findLast((fn) => fn.slot <= slot);
  if (!owner) return null;
  const { program } = owner;
  const offset = (program.sectionSlot + slot - owner.slot) * SLOT_BYTES;
  const records = ext?.relocations.get(program.sectionName) ?? [];
  const record = records.find(({ insnOffset }) => insnOffset === offset);
  const kind = record && CORE_KINDS[record.kind];
  const spec = record && kind !== undefined ? parseSpec(btf, record.typeId, kind, record.access) : null;
  if (!spec) return null;
  return `${slot}: <invalid CO-RE relocation>\nfailed to resolve CO-RE relocation ${formatSpec(spec)}`;
}
