/*
 * Differences between kernels as one table: a row per kernel, a field per fact. The rest of this folder tests these
 * fields, never a version. v6.12 is exact; the others are as far as recordings show.
 */
export interface KernelFacts {
  readonly name: string;
  /** log style before 6.8: attributes, numbers and precision lines */
  readonly oldText: boolean;
  /** source lines end with the file's name and the line */
  readonly sourceFile: boolean;
  /** text before the name of a helper that is not available */
  readonly noHelper: string;
  /** attach target is checked before instructions and control flow */
  readonly attachFirst: boolean;
  /** global functions are verified before the main program, called or not */
  readonly globalsFirst: boolean;
  /** a function that calls itself is a back edge of the control flow */
  readonly refusesRecursion: boolean;
  /** releasing a pointer with an offset is reported as a modified pointer, with its kind */
  readonly releaseOffsetText: boolean;
  /** spills of unbounded scalars keep no knowledge */
  readonly boundedSpills: boolean;
  /** cpu=v4 instructions: gotol, bswap, ldsx, movsx, signed division */
  readonly v4: boolean;
  /** BPF_JMP32 | BPF_JA, which 6.1 knew before its name */
  readonly gotol: boolean;
  /** atomics other than an addition without a result (5.12) */
  readonly atomics: boolean;
  readonly mayGoto: boolean;
  /** may_goto to the next instruction is allowed (6.14) */
  readonly mayGotoZero: boolean;
  /** bytes of stack that the counter of may_goto takes */
  readonly mayGotoStack: number;
  /**
   * unit to which a function's stack is rounded up (check_max_stack_depth): 32, at least one unit; 16, also down to 0
   */
  readonly stackUnit: 16 | 32;
  /** spills around calls that preserve registers are removed (6.12) */
  readonly fastcalls: boolean;
  /** LD_ABS or LD_IND in a called function may make that function return 0 */
  readonly ldAbsReturns: boolean;
  /** 1- and 2-byte load-acquire, store-release */
  readonly acquireRelease: boolean;
  /** scalars whose ids travel through additions */
  readonly linkedScalars: boolean;
  /** refinement of a comparison uses the ranges of both operands */
  readonly refineRanges: boolean;
  /** arguments of struct_ops members are trusted pointers */
  readonly trustedArgs: boolean;
  /** attach_btf_id 0 is refused by errno alone, without a log message */
  readonly silentAttachZero: boolean;
  readonly sleepableStructOps: boolean;
  /** a member without a stub cannot be attached */
  readonly stubs: boolean;
  /** the last log bytes are kept when the buffer is full */
  readonly rotatingLog: boolean;
  /** highest helper number */
  readonly lastHelper: number;
  readonly knownFlags: number;
  /** AND and OR with a destination of 0 or -1 are followed for each value separately */
  readonly forkBitwise: boolean;
  /** a callback is followed until its state repeats; otherwise once */
  readonly callbackLoops: boolean;
  /** scalars spilled in any width keep what is known */
  readonly partialSpills: boolean;
  /** map_lookup_elem with a known key inside an array is never NULL */
  readonly lookupNeverNull: boolean;
  /** writable members of tcp_sock beyond the first ones */
  readonly tcpWritable: readonly string[];
  /** helpers added to the base set of program types with CAP_BPF and CAP_PERFMON */
  readonly currentTaskHelpers: boolean;
  /** kfuncs common to all program types exist */
  readonly commonKfuncs: boolean;
  /** further helpers of struct_ops (cgroup and task ones) */
  readonly structOpsTracing: boolean;
  /**
   * What is live is found before the walk (6.16 to 6.18): level 2 begins with a table of it, registers have no `_r`, `_w`,
   * `_D`, and mark_read stays 0.
   */
  readonly staticLiveness: boolean;
  /** a helper that only reads stack memory leaves it unchanged, and its log message speaks of a read (6.13) */
  readonly helperReads: boolean;
  /** messages about locks and references that are still held name the instruction that leaves them held (6.14) */
  readonly leakPlaces: boolean;
  /** a tail call through a map of another kind is told as such (6.18); before, as a fault of the verifier's tables */
  readonly tailMapText: boolean;
  /** tail calls in functions are allowed with any callers */
  readonly loopTailCalls: boolean;
  /** arguments that are dynptrs are counted from 1 in messages */
  readonly dynptrsFromOne: boolean;
  /** reading a pointer to a function gives a scalar */
  readonly functionPointerScalar: boolean;
  /** narrow reads of pointer arguments are refused */
  readonly narrowPointerRefused: boolean;
}

const V6_12_WRITABLE = ['snd_cwnd_stamp', 'app_limited'];

export const FACTS_6_12: KernelFacts = {
  name: 'v6.12',
  oldText: false,
  sourceFile: true,
  noHelper: 'program of this type cannot use helper',
  attachFirst: false,
  globalsFirst: false,
  refusesRecursion: false,
  releaseOffsetText: true,
  boundedSpills: false,
  v4: true,
  gotol: true,
  atomics: true,
  mayGoto: true,
  mayGotoZero: false,
  mayGotoStack: 8,
  stackUnit: 16,
  fastcalls: true,
  ldAbsReturns: true,
  acquireRelease: false,
  linkedScalars: true,
  refineRanges: true,
  trustedArgs: true,
  silentAttachZero: true,
  sleepableStructOps: true,
  stubs: true,
  rotatingLog: true,
  lastHelper: 211,
  knownFlags: 0x100ff,
  forkBitwise: true,
  callbackLoops: true,
  partialSpills: true,
  lookupNeverNull: false,
  tcpWritable: V6_12_WRITABLE,
  currentTaskHelpers: true,
  commonKfuncs: true,
  structOpsTracing: false,
  staticLiveness: false,
  helperReads: false,
  leakPlaces: false,
  tailMapText: false,
  loopTailCalls: false,
  dynptrsFromOne: false,
  functionPointerScalar: false,
  narrowPointerRefused: true,
};

export const FACTS_6_1: KernelFacts = {
  ...FACTS_6_12,
  name: 'v6.1',
  oldText: true,
  stackUnit: 32,
  sourceFile: false,
  noHelper: 'unknown func',
  attachFirst: true,
  globalsFirst: true,
  refusesRecursion: true,
  releaseOffsetText: false,
  boundedSpills: true,
  v4: false,
  fastcalls: false,
  ldAbsReturns: false,
  mayGoto: false,
  linkedScalars: false,
  refineRanges: false,
  trustedArgs: false,
  silentAttachZero: false,
  sleepableStructOps: false,
  stubs: false,
  rotatingLog: false,
  knownFlags: 0x3f,
  forkBitwise: false,
  callbackLoops: false,
  partialSpills: true,
  tcpWritable: [],
  currentTaskHelpers: false,
  commonKfuncs: false,
  dynptrsFromOne: true,
  narrowPointerRefused: false,
};

export const FACTS_6_18: KernelFacts = {
  ...FACTS_6_12,
  name: 'v6.18',
  mayGotoZero: true,
  mayGotoStack: 16,
  acquireRelease: true,
  lookupNeverNull: true,
  structOpsTracing: true,
  staticLiveness: true,
  helperReads: true,
  leakPlaces: true,
  tailMapText: true,
  loopTailCalls: true,
  functionPointerScalar: true,
};

export const FACTS_5_6: KernelFacts = {
  ...FACTS_6_1,
  name: 'v5.6',
  gotol: false,
  atomics: false,
  lastHelper: 118,
  knownFlags: 0x7,
};

const TABLE: Readonly<Record<string, KernelFacts>> = {
  'v5.6': FACTS_5_6,
  'v6.1': FACTS_6_1,
  'v6.12': FACTS_6_12,
  'v6.18': FACTS_6_18,
};

/** Facts of a kernel by its profile's name; v6.12's for one that is not known. */
export const factsOf = (name: string): KernelFacts => (Object.hasOwn(TABLE, name) ? TABLE[name] : FACTS_6_12);
