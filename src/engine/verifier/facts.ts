/*
 * What differs between kernels, as one table: a row a kernel, a field a fact. The rest of this room asks these fields and
 * never for a version. v6.12 is exact; the others are as their recordings show.
 */
export interface KernelFacts {
  readonly name: string;
  /** log style: attributes, numbers and precision lines of before 6.8 */
  readonly oldText: boolean;
  /** `_r`, `_w`, `_D` after register names */
  readonly livenessText: boolean;
  /** source lines end with the file's name and the line */
  readonly sourceFile: boolean;
  /** what precedes the name of a helper that is not available */
  readonly noHelper: string;
  /** attach target is checked before instructions and control flow */
  readonly attachFirst: boolean;
  /** global functions are verified before the main program, called or not */
  readonly globalsFirst: boolean;
  /** a function that calls itself is a back edge of the control flow */
  readonly refusesRecursion: boolean;
  /** a pointer that is released with an offset is a modified pointer, told by its kind */
  readonly releaseOffsetText: boolean;
  /** spills of unbounded scalars keep nothing */
  readonly boundedSpills: boolean;
  /** cpu=v4 instructions: gotol, bswap, ldsx, movsx, signed division */
  readonly v4: boolean;
  /** BPF_JMP32 | BPF_JA, which 6.1 knew before its name */
  readonly gotol: boolean;
  /** atomics other than an addition that gives nothing back (5.12) */
  readonly atomics: boolean;
  readonly mayGoto: boolean;
  /** may_goto to the next instruction is allowed (6.14) */
  readonly mayGotoZero: boolean;
  /** bytes of stack that the counter of may_goto takes */
  readonly mayGotoStack: number;
  /** to what a function's stack is rounded up (check_max_stack_depth): 32, also when it has none; 16 of what it has */
  readonly stackUnit: 16 | 32;
  /** spills around calls that leave registers alone are taken out (6.12) */
  readonly fastcalls: boolean;
  /** a load by LD_ABS or LD_IND in a called function may return 0 from it instead */
  readonly ldAbsReturns: boolean;
  /** 1- and 2-byte load-acquire, store-release */
  readonly acquireRelease: boolean;
  /** scalars whose ids travel through additions */
  readonly linkedScalars: boolean;
  /** refinement looks at ranges on both sides */
  readonly refineRanges: boolean;
  /** arguments of struct_ops members are trusted pointers */
  readonly trustedArgs: boolean;
  /** an unknown attach_btf_id of 0 is told by errno alone */
  readonly silentAttachZero: boolean;
  readonly sleepableStructOps: boolean;
  /** a member without a stub cannot be attached */
  readonly stubs: boolean;
  /** the last log bytes are kept when the buffer is full */
  readonly rotatingLog: boolean;
  /** highest helper number */
  readonly lastHelper: number;
  readonly knownFlags: number;
  /** AND, OR with a 0-or-minus-one destination are looked at for each value */
  readonly forkBitwise: boolean;
  /** a callback is followed until its state repeats; else once */
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
  /** mark_precise printing and stack bookkeeping of 6.18 */
  readonly newLiveness: boolean;
  /** tail calls in functions are allowed with any callers */
  readonly loopTailCalls: boolean;
  /** arguments that are dynptrs are counted from 1 in messages */
  readonly dynptrsFromOne: boolean;
  /** a walk through a pointer to a function gives a scalar */
  readonly functionPointerScalar: boolean;
  /** narrow reads of pointer arguments are refused */
  readonly narrowPointerRefused: boolean;
}

const V6_12_WRITABLE = ['snd_cwnd_stamp', 'app_limited'];

export const FACTS_6_12: KernelFacts = {
  name: 'v6.12',
  oldText: false,
  livenessText: true,
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
  newLiveness: false,
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
  livenessText: false,
  acquireRelease: true,
  lookupNeverNull: true,
  structOpsTracing: true,
  newLiveness: true,
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
