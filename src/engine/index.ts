/** The engine's public interface: other folders import only this file and late.ts. */
export { assert, assertUnreachable, entryOf } from './base/assert.ts';
export { whileWorking } from './base/still-working.ts';
export { ended } from './base/ended.ts';
export { errnoName, formatReturn } from './base/errno.ts';
export type { Diagnostic, Fix, Parsed, Result, TextRange } from './base/result.ts';
export type { Btf, BtfType, Field } from './btf/btf.ts';
export { CACHE_LINE, type Layout, type LayoutRow, type LayoutSummary, structLayout } from './btf/layout.ts';
export { type ComparedRow, compareLayouts, type LayoutChange } from './btf/compare.ts';
export { dumpC } from './btf/dump-c.ts';
export { describeRaw, dumpJson, dumpRaw } from './btf/dump-raw.ts';
export { openBtf } from './btf/read.ts';
export { suggestReorder } from './btf/reorder.ts';
export { openSearch, type SearchHit } from './btf/search.ts';
export { type PrintedLine, printType } from './btf/print.ts';
export { type AssembledObject, assemble, assembleBare, type Reference } from './isa/assembler.ts';
export { formatPseudoC } from './isa/format.ts';
export { assembleMnemonic } from './isa/mnemonic.ts';
export { disassemble, disassembleProgram } from './isa/disassembler.ts';
export { decode } from './isa/insn.ts';
export { mnemonicProgram } from './isa/convert.ts';
export { HELPERS, type HelperSpec } from './isa/helpers.ts';
export { otherHelperDoc } from './isa/other-helpers.ts';
export { instructionDoc } from './isa/instruction-docs.ts';
export { INSTRUCTIONS, type InstructionSpec, specOf } from './isa/instructions.ts';
export type { SymbolSource } from './isa/symbols.ts';
export { COMMANDS } from './kernel/commands.ts';
export type { TraceEntry } from './kernel/steps.ts';
export type { Holder, HolderKind } from './kernel/subsystem.ts';
export { openBtfFile, openTypesOver } from './libbpf/btf-file.ts';
export { own } from './base/own.ts';
export { knownKind } from './libbpf/file-kinds.ts';
export { foreignText } from './isa/assembler/foreign.ts';
export { symbolsFromBtf } from './libbpf/symbols.ts';
export { makeKernelSubset } from './btf/subset.ts';
export {
  type Command,
  type ExpectedFact,
  type LifecycleState,
  type MapLetter,
  type Scenario,
  type ScenarioStep,
  type StepView,
  TYPES_TEXT,
} from './lab/commands.ts';
export { declaresTypes } from './lab/declared.ts';
export type { Break, BreakOptions } from './lab/breaks.ts';
export { type ArmedBreak, type ArmedLine, type LineBreak, plainBreak, plainLine } from './lab/stops.ts';
export type { TracedLine } from './lab/traced.ts';
export type { Measured, MeasuredFlow } from './lab/measure.ts';
export type { Heat } from './lab/heat.ts';
export type { VerifiedProgram, VerifiedVisit } from './lab/verify-text.ts';
export { isVerifierLog } from './verifier/is-log.ts';
export { factsOf, type StructAccess, touchesOwnMemory, verify } from './verifier/index.ts';
export type { ProgramRow, ProgramText } from './lab/program-text.ts';
export type { ModuleCommand } from './lab/commands.ts';
export { GRACE_CLOCKS, type GraceClock } from './kernel/grace.ts';
export type { DeclarationTag } from './btf/tags.ts';
export { fromBase64, toBase64 } from './base/base64.ts';
export { contentKey } from './base/hash.ts';
export type { HandedOver } from './lab/hand-over.ts';
export type { LoggedCommand } from './lab/run.ts';
export { explain } from './lab/look.ts';
export { type StandIn, standIns } from './lab/stand-in.ts';
export { structOpsMaps } from './kernel/state.ts';
export { BPF_MODULE_OWNER, POISON_HI } from './kernel/uapi.ts';
export type { PathConfig } from './net/dumbbell.ts';
export { freeLetter, lettersIn, nextLink } from './lab/labels.ts';
export { hasVerb } from './lab/verb.ts';
export { registerFirstVerbs } from './lab/verbs.ts';
export { Lab } from './lab/lab.ts';
export {
  DEFAULT_KERNEL,
  KERNELS,
  kernelSpec,
  type KernelSpec,
  type MachineParts,
  openKernelBtf,
  openMachineParts,
} from './lab/kernels.ts';
export type * from './lab/snapshot.ts';
export type { Engine } from './vm/machine.ts';
export { KERNEL_BASE_HI, REGIONS } from './vm/memory.ts';
export { type Profile, PROFILES } from './kernel/profiles.ts';
export { TCP_SOCK_PATHS } from './tcp/socket/offsets.ts';
export { runConformance, runPlugin } from './oracle/conformance.ts';
export { runIsaRecording } from './oracle/isa.ts';
export { type ObjectLine, registerObject, type RegisteredObject } from './oracle/object.ts';
export { unmatched } from './oracle/expectations.ts';
export { type VerifiedFile, type VerifiedRow, verifyObject, verifySource } from './oracle/verify-object.ts';
export type { QueryAnswer } from './query/query.ts';
export type { DiffAnswer, DiffAspect, DiffRow, DiffSubject } from './query/diff.ts';
export type { WatchAnswer } from './query/watch.ts';
export { answerText, subjectWords, valueWords } from './query/print.ts';
export { isConsoleRecording, replayConsole } from './oracle/console/replay.ts';
export { type Recording, replay, type Replayed, replayable } from './oracle/replay.ts';
export { compareRecorded, type Comparison, type Recording as VerifierRecording } from './verifier/recorded.ts';
