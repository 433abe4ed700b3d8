/*
 * Prepares programs for a kernel (bpf_object__relocate): CO-RE first, then appends the subprograms that a program
 * calls, then resolves kernel functions and variables. Maps have no fds yet, so the slots for them are recorded.
 */
import { entryOf } from '../base/assert.ts';
import type { Btf } from '../btf/btf.ts';
import { declarationTags } from '../btf/tags.ts';
import { plainType } from './core-compat.ts';
import { kindWord } from './map-definition.ts';
import { CALL_KIND, isWide, OPCODE, SLOT_BYTES, WIDE_KIND } from '../isa/opcodes.ts';
import { findCandidates } from './core-candidates.ts';
import { typesAreCompatible } from './core-compat.ts';
import { poisonSlot, relocateCore } from './core-relo.ts';
import { type Log, refuse } from './log.ts';
import {
  type ObjectExtern,
  type ObjectMap,
  type ObjectProgram,
  type OpenedObject,
  programAt,
  type ProgramRelocation,
} from './object.ts';

export interface ReadyProgram {
  readonly program: ObjectProgram;
  /** with its subprograms */
  readonly insns: Uint8Array;
  /** where each function begins, in slots; the first is the program itself */
  readonly functions: readonly { readonly program: ObjectProgram; readonly slot: number }[];
  /** slots whose imm takes the map's fd */
  readonly maps: readonly { readonly slot: number; readonly map: ObjectMap }[];
}

/** Helper numbers that mark a missing map or extern: this base plus the number of the map or extern. */
export const POISON_MAP = 2_001_000_000;
export const POISON_KFUNC = 2_002_000_000;

type Code = ReadonlyMap<ObjectProgram, Uint8Array>;
/** id in the kernel's BTF; null for a weak extern that the kernel lacks */
type Externs = ReadonlyMap<ObjectExtern, number | null>;

/** Returns the programs to be loaded, in their order; or a negative errno after logging the reason. */
export function relocateObject(
  object: OpenedObject,
  kernel: Btf,
  externs: Externs,
  log: Log,
): readonly ReadyProgram[] | number {
  const code: Code = new Map(object.programs.map((program) => [program, program.insns.slice()]));
  const errno = relocateAllCore(object, kernel, code, log);
  if (errno !== 0) return errno;
  const ready: ReadyProgram[] = [];
  for (const program of object.programs) {
    if (program.subprogram || !program.autoload) continue;
    const linked = link(object, program, code, log);
    if (typeof linked === 'number') return linked;
    fillIn(linked, object, externs);
    ready.push({ ...linked, maps: mapSlots(linked.relocations, object) });
  }
  return ready;
}

function relocateAllCore(object: OpenedObject, kernel: Btf, code: Code, log: Log): number {
  const context = { log, local: object.btf, candidates: findCandidates(log, object.btf, kernel) };
  for (const [name, records] of object.ext?.relocations ?? []) {
    log('debug', `sec '${name}': found ${records.length} CO-RE relocations`);
    const section = object.elf.sections.find((s) => s.name === name);
    for (const [number, relocation] of records.entries()) {
      const slot = Math.floor(relocation.insnOffset / SLOT_BYTES);
      const program = section && programAt(object.programs, section.index, slot);
      if (relocation.insnOffset % SLOT_BYTES !== 0) {
        return refuse(log, 'EINVAL', `sec '${name}': relo #${number}: offset ${relocation.insnOffset} in no insn`);
      }
      if (!program) {
        log('debug', `sec '${name}': failed to find program at insn #${slot} for CO-RE relocation #${number}`);
        continue;
      }
      if (!program.autoload && !program.subprogram) continue;
      const insns = code.get(program) ?? program.insns;
      const record = { program: program.name, number, slot: slot - program.sectionSlot, relocation };
      const errno = relocateCore(context, record, insns);
      if (errno === 0) continue;
      log('warn', `prog '${program.name}': relo #${number}: failed to relocate: ${errno}`);
      return errno;
    }
  }
  return 0;
}

interface Linked extends Omit<ReadyProgram, 'maps'> {
  /** relocations of all functions; slots count from the start of the whole program */
  readonly relocations: readonly ProgramRelocation[];
}

interface Linking {
  readonly object: OpenedObject;
  readonly code: Code;
  readonly log: Log;
  readonly main: ObjectProgram;
  readonly starts: Map<ObjectProgram, number>;
  readonly calls: { readonly slot: number; readonly callee: ObjectProgram }[];
  end: number;
}

/** Deepest nesting of calls that is followed; the kernel allows eight frames. */
const MAX_CALL_DEPTH = 256;

function link(object: OpenedObject, main: ObjectProgram, code: Code, log: Log): Linked | number {
  const linking: Linking = { object, code, log, main, starts: new Map(), calls: [], end: 0 };
  append(linking, main);
  const errno = followCalls(linking, main, 0) || addExceptionCallback(linking);
  if (errno !== 0) return errno;
  const insns = new Uint8Array(linking.end * SLOT_BYTES);
  const view = new DataView(insns.buffer);
  const functions = [...linking.starts].map(([program, slot]) => ({ program, slot }));
  for (const { program, slot } of functions) insns.set(code.get(program) ?? program.insns, slot * SLOT_BYTES);
  for (const { slot, callee } of linking.calls) {
    const at = slot * SLOT_BYTES;
    // the address of a function is relocated like a call
    if (isWide(entryOf(insns, at))) setSource(insns, at, WIDE_KIND.FUNC);
    view.setInt32(at + 4, (linking.starts.get(callee) ?? 0) - slot - 1, true);
  }
  const relocations = functions.flatMap(({ program, slot }) =>
    program.relocations.map((relocation) => ({ ...relocation, slot: slot + relocation.slot })),
  );
  return { program: main, insns, functions, relocations };
}

function append(linking: Linking, program: ObjectProgram): void {
  linking.starts.set(program, linking.end);
  linking.end += program.insns.length / SLOT_BYTES;
}

const EXCEPTION_CALLBACK = 'exception_callback:';

/** The function that a tag of the program names for bpf_throw: nothing calls it, so it is added by name. */
function addExceptionCallback(linking: Linking): number {
  const { object, main, starts, log } = linking;
  const names = declarationTags(object.btf)
    .filter(({ kind, name, component }) => kind === 'FUNC' && name === main.name && component === null)
    .flatMap(({ text }) => (text.startsWith(EXCEPTION_CALLBACK) ? [text.slice(EXCEPTION_CALLBACK.length)] : []));
  // of several the kernel says that they are too many
  if (names.length !== 1) return 0;
  const callback = object.programs.find(({ name, subprogram }) => subprogram && name === names[0]);
  if (!callback) return refuse(log, 'ENOENT', `prog '${main.name}': cannot find exception callback '${names[0]}'`);
  if (starts.has(callback)) return 0;
  append(linking, callback);
  return followCalls(linking, callback, 0);
}

/** bpf_object__reloc_code: depth first, appends each subprogram once, in the order of the calls. */
function followCalls(linking: Linking, program: ObjectProgram, depth: number): number {
  const { log, main, object, starts } = linking;
  if (depth > MAX_CALL_DEPTH) return refuse(log, 'E2BIG', `prog '${main.name}': subprograms nest too deep`);
  const insns = linking.code.get(program) ?? program.insns;
  const relocations = new Map(program.relocations.map((relocation) => [relocation.slot, relocation]));
  const start = starts.get(program) ?? 0;
  for (let slot = 0; slot < insns.length / SLOT_BYTES; slot += isWide(entryOf(insns, slot * SLOT_BYTES)) ? 2 : 1) {
    const target = targetOf(object, program, insns, slot, relocations.get(slot));
    if (target === null) continue;
    const callee = programAt(object.programs, target.section, target.slot);
    if (callee?.sectionSlot !== target.slot) {
      const where = `insn #${slot}: no function begins at slot ${target.slot} of section ${target.section}`;
      return refuse(log, 'RELOC', `prog '${program.name}': ${where}`);
    }
    if (!starts.has(callee)) {
      append(linking, callee);
      log(
        'debug',
        `prog '${main.name}': added ${callee.insns.length / SLOT_BYTES} insns from sub-prog '${callee.name}'`,
      );
      const errno = followCalls(linking, callee, depth + 1);
      if (errno !== 0) return errno;
    }
    linking.calls.push({ slot: start + slot, callee });
  }
  return 0;
}

/** Target in the file of a call or of a function's address; null for all other instructions. */
function targetOf(
  object: OpenedObject,
  program: ObjectProgram,
  insns: Uint8Array,
  slot: number,
  relocation: ProgramRelocation | undefined,
): { readonly section: number; readonly slot: number } | null {
  if (relocation?.kind === 'call' || relocation?.kind === 'address') {
    return { section: object.elf.section('.text')?.index ?? -1, slot: relocation.offset / SLOT_BYTES };
  }
  const at = slot * SLOT_BYTES;
  const isLocalCall = insns[at] === OPCODE.CALL && entryOf(insns, at + 1) >> 4 === CALL_KIND.LOCAL;
  if (relocation || !isLocalCall) return null;
  const imm = new DataView(insns.buffer, insns.byteOffset).getInt32(at + 4, true);
  return { section: program.section, slot: program.sectionSlot + slot + imm + 1 };
}

function setSource(insns: Uint8Array, at: number, source: number): void {
  insns[at + 1] = (entryOf(insns, at + 1) & 0x0f) | (source << 4);
}

function fillIn({ insns, relocations }: Linked, object: OpenedObject, externs: Externs): void {
  const view = new DataView(insns.buffer);
  for (const relocation of relocations) {
    const at = relocation.slot * SLOT_BYTES;
    if (relocation.kind === 'map' || relocation.kind === 'data') {
      const { map } = relocation;
      setSource(insns, at, relocation.kind === 'map' ? WIDE_KIND.MAP_FD : WIDE_KIND.MAP_VALUE);
      view.setInt32(at + 4, 0, true);
      if (at + 16 > insns.length) continue;
      if (relocation.kind === 'data') view.setInt32(at + 12, relocation.offset, true);
      if (!map.autocreate) poisonBoth(view, at, POISON_MAP + object.maps.indexOf(map));
    } else if (relocation.kind === 'extern-call') {
      const id = externs.get(relocation.extern) ?? null;
      if (id === null) poisonSlot(view, at, POISON_KFUNC + object.externs.indexOf(relocation.extern));
      else {
        setSource(insns, at, CALL_KIND.KFUNC);
        view.setInt16(at + 2, 0, true);
        view.setInt32(at + 4, id, true);
      }
    } else if (relocation.kind === 'extern-address') {
      fillAddress(view, insns, at, relocation.extern, externs.get(relocation.extern) ?? null);
    }
  }
}

function poisonBoth(view: DataView, at: number, number: number): void {
  poisonSlot(view, at, number);
  poisonSlot(view, at + SLOT_BYTES, number);
}

/**
 * Fills in an extern's address: a setting is an offset in the settings map, a kernel variable its BTF id, a missing one
 * 0.
 */
function fillAddress(view: DataView, insns: Uint8Array, at: number, extern: ObjectExtern, id: number | null): void {
  if (at + 16 > insns.length) return;
  const isSetting = extern.kind === 'kconfig';
  setSource(insns, at, isSetting ? WIDE_KIND.MAP_VALUE : id === null ? WIDE_KIND.VALUE : WIDE_KIND.BTF_ID);
  view.setInt32(at + 4, isSetting ? 0 : (id ?? 0), true);
  view.setInt32(at + 12, isSetting ? extern.offset : 0, true);
}

function mapSlots(relocations: readonly ProgramRelocation[], { maps }: OpenedObject): ReadyProgram['maps'] {
  const settings = maps.find(({ kind }) => kind === 'kconfig');
  return relocations.flatMap((relocation) => {
    const map = mapOf(relocation, settings);
    return map?.autocreate ? [{ slot: relocation.slot, map }] : [];
  });
}

function mapOf(relocation: ProgramRelocation, settings: ObjectMap | undefined): ObjectMap | undefined {
  if (relocation.kind === 'map' || relocation.kind === 'data') return relocation.map;
  return relocation.kind === 'extern-address' && relocation.extern.kind === 'kconfig' ? settings : undefined;
}

/** Text of a variable's type without modifiers: `[12] struct net`. */
function typeWords(btf: Btf, id: number): string {
  const type = plainType(btf, id).type;
  return `[${type?.id ?? 0}] ${kindWord(type)} ${type?.name === '' || !type ? '<anon>' : type.name}`;
}

/**
 * Resolves kernel functions and variables to their ids in the kernel's BTF; a negative errno after logging the reason.
 */
export function resolveExterns(object: OpenedObject, kernel: Btf, log: Log): Externs | number {
  const found = new Map<ObjectExtern, number | null>();
  for (const extern of object.externs) {
    if (extern.kind === 'kconfig') continue;
    const word = extern.kind === 'kfunc' ? 'func' : 'var';
    const head = `extern (${word} ksym) '${extern.name}': `;
    const id = kernel.find(extern.kind === 'kfunc' ? 'FUNC' : 'VAR', extern.name);
    const kernels = extern.kind === 'kfunc' ? 'kernel or module BTFs' : 'kernel BTF';
    if (id === 0 && !extern.weak) return refuse(log, 'ESRCH', `${head}not found in ${kernels}`);
    found.set(extern, id === 0 ? null : id);
    if (id === 0) continue;
    const own = object.btf.type(extern.btfId)?.type ?? 0;
    const theirs = kernel.type(id)?.type ?? 0;
    if (!typesAreCompatible(object.btf, own, kernel, theirs)) {
      const why =
        extern.kind === 'kfunc'
          ? `func_proto [${own}] incompatible with vmlinux [${theirs}]`
          : `incompatible types, expected ${typeWords(object.btf, own)}, but kernel has ${typeWords(kernel, theirs)}`;
      return refuse(log, 'EINVAL', head + why);
    }
    log('debug', `${head}resolved to vmlinux [${id}]`);
  }
  return found;
}
