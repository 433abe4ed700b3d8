/* Collects the relocations of an opened object: what must be filled in at each instruction and struct_ops member. */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import { type ElfRelocation, type ElfSection, SECTION_INDEX, SYMBOL_TYPE } from '../elf/elf.ts';
import { decode, type Insn } from '../isa/insn.ts';
import { CALL_KIND, isWide, OPCODE, SLOT_BYTES } from '../isa/opcodes.ts';
import { isExtern } from './externs.ts';
import { type Log, unreadable } from './log.ts';
import { collectValues } from './map-values.ts';
import { type ObjectProgram, type OpenedObject, programAt, type ProgramRelocation } from './object.ts';
import { dataSection, isProgram, isStructOps } from './sections.ts';
import { linkMember } from './struct-ops.ts';

/** Returns the object with its programs' relocations; members of struct_ops variables are linked in place. */
export function collectRelocations(object: OpenedObject, log: Log): Result<OpenedObject> {
  const waiting = new Map<ObjectProgram, ProgramRelocation[]>();
  for (const section of object.elf.sections.filter(isProgram)) {
    const done = collectSection(object, section, waiting, log);
    if (!done.ok) return done;
  }
  const values = collectValues(object, log);
  if (!values.ok) return values;
  const programs = object.programs.map((program) => ({ ...program, relocations: waiting.get(program) ?? [] }));
  for (const section of object.elf.sections.filter(isStructOps)) {
    for (const relocation of object.elf.relocations(section.index)) {
      const linked = linkMember(relocation, section, { ...object, programs }, log);
      if (!linked.ok) return linked;
    }
  }
  return ok({ ...object, programs });
}

function collectSection(
  object: OpenedObject,
  section: ElfSection,
  waiting: Map<ObjectProgram, ProgramRelocation[]>,
  log: Log,
): Result<null> {
  const relocations = object.elf.relocations(section.index);
  const sec = `sec '.rel${section.name}': `;
  if (relocations.length > 0) {
    log('debug', `${sec}collecting relocation for section(${section.index}) '${section.name}'`);
  }
  for (const [i, relocation] of relocations.entries()) {
    const slot = Math.floor(relocation.offset / SLOT_BYTES);
    const place = section.offset + relocation.offset;
    if (relocation.offset % SLOT_BYTES !== 0) {
      return unreadable(log, `${sec}invalid offset 0x${relocation.offset.toString(16)} for relo #${i}`, place);
    }
    log('debug', `${sec}relo #${i}: insn #${slot} against '${targetName(object, relocation)}'`);
    const program = programAt(object.programs, section.index, slot);
    if (!program) {
      const where = `couldn't find program in section '${section.name}' for insn #${slot}`;
      log('debug', `${sec}relo #${i}: ${where}, probably overridden weak function, skipping...`);
      continue;
    }
    const found = classify(object, program, relocation, slot - program.sectionSlot);
    if (typeof found === 'string') return unreadable(log, `prog '${program.name}': ${found}`, place);
    tellData(object, program, found, log);
    const known = waiting.get(program);
    if (known) known.push(found);
    else waiting.set(program, [found]);
  }
  return ok(null);
}

/** Name of a relocation's target; a section symbol has no name of its own, so its section's is used. */
function targetName({ elf }: OpenedObject, { symbol }: ElfRelocation): string {
  const isSection = symbol.type === SYMBOL_TYPE.SECTION && symbol.name === '';
  return isSection ? (elf.sections[symbol.section]?.name ?? '') : symbol.name;
}

/** bpf_program__record_reloc: classifies one relocation, or returns why it is invalid. */
function classify(
  object: OpenedObject,
  program: ObjectProgram,
  relocation: ElfRelocation,
  slot: number,
): ProgramRelocation | string {
  const insn = decode(program.insns, slot);
  const name = targetName(object, relocation);
  const { symbol } = relocation;
  if (insn.opcode !== OPCODE.CALL && !isWide(insn.opcode)) {
    return `invalid relo against '${name}' for insns[${slot}].code 0x${insn.opcode.toString(16)}`;
  }
  if (isExtern(symbol)) return classifyExtern(object, insn, symbol.index, slot, name);
  if (insn.opcode === OPCODE.CALL) return classifyCall(object, insn, relocation, slot, name);
  const section = object.elf.sections[symbol.section];
  if (symbol.section === SECTION_INDEX.UNDEF || symbol.section >= SECTION_INDEX.LORESERVE || !section) {
    const special = `special section 0x${symbol.section.toString(16)}`;
    return `invalid relo against '${name}' in ${special}; forgot to initialize global var?..`;
  }
  if (section.name === '.text') {
    const aligned = symbol.value % SLOT_BYTES === 0 && insn.imm % SLOT_BYTES === 0;
    if (!aligned) return `bad subprog addr relo against '${name}' at offset ${symbol.value}+${insn.imm}`;
    return { kind: 'address', slot, offset: symbol.value + insn.imm };
  }
  if (section.name === '.maps') {
    const map = object.maps.find((m) => m.section === section.index && m.offset === symbol.value);
    if (!map) return `map relo failed to find map for section '${section.name}', off ${symbol.value}`;
    return { kind: 'map', slot, map };
  }
  if (dataSection(section) === null) return `bad map relo against '${name}' in section '${section.name}'`;
  const map = object.maps.find((m) => m.section === section.index);
  if (!map) return `data relo failed to find map for section '${section.name}'`;
  return { kind: 'data', slot, map, offset: symbol.value + insn.imm };
}

function classifyExtern(
  { externs }: OpenedObject,
  { opcode }: Insn,
  symbol: number,
  slot: number,
  name: string,
): ProgramRelocation | string {
  const extern = externs.find((e) => e.symbol === symbol);
  if (!extern) return `extern relo failed to find extern for '${name}' (${symbol})`;
  return { kind: opcode === OPCODE.CALL ? 'extern-call' : 'extern-address', slot, extern };
}

function classifyCall(
  { elf }: OpenedObject,
  { src, imm }: Insn,
  { symbol }: ElfRelocation,
  slot: number,
  name: string,
): ProgramRelocation | string {
  if (src !== CALL_KIND.LOCAL) return 'incorrect bpf_call opcode';
  const section = elf.sections[symbol.section];
  if (section?.name !== '.text') return `bad call relo against '${name}' in section '${section?.name ?? '?'}'`;
  if (symbol.value % SLOT_BYTES !== 0) return `bad call relo against '${name}' at offset ${symbol.value}`;
  // a static function is referred to by its section and the call's offset in it
  return { kind: 'call', slot, offset: symbol.value + (imm + 1) * SLOT_BYTES };
}

function tellData({ maps }: OpenedObject, { name }: ObjectProgram, found: ProgramRelocation, log: Log): void {
  if (found.kind !== 'map' && found.kind !== 'data') return;
  const { map, slot } = found;
  const place = `${maps.indexOf(map)} (${map.name}, sec ${map.section}, off ${map.offset})`;
  const insn = found.kind === 'map' ? `insn #${slot}` : `insn ${slot}`;
  log('debug', `prog '${name}': found ${found.kind === 'map' ? '' : 'data '}map ${place} for ${insn}`);
}
