/*
 * One running verification (struct bpf_verifier_env): the decoded program, what is known of each instruction, the
 * states seen so far, the pending branches and the counters. Passes and instruction rules are functions that take it.
 */
import { decode, type Insn } from '../isa/insn.ts';
import type {
  AccessFact,
  FuncInfo,
  LineInfo,
  Path,
  PruneEvent,
  VerifierEnvironment,
  VerifierMap,
  VerifierProgram,
  Visit,
} from './environment.ts';
import type { KernelFacts } from './facts.ts';
import { Log } from './log.ts';
import type { Caller } from './protos/helpers.ts';
import type { CtxRules } from './ctx/rules.ts';
import type { Frame, HistoryEntry, Reg, State } from './state.ts';
import { Val } from './types.ts';
import type { Btf } from '../btf/btf.ts';

/** Ends a verification; its message is already in the log. */
export class Refused extends Error {
  constructor(readonly errno: number) {
    super('refused');
  }
}

export interface Pending {
  readonly state: State;
  readonly insn: number;
  readonly prev: number;
  readonly logPosition: number;
  readonly next: Pending | null;
  readonly path: number;
  /** number of the recorded visit that saved it; -1 when visits are not recorded */
  readonly visit: number;
}

/** A saved state in its bucket, newest first. */
export interface Saved {
  readonly state: State;
  next: Saved | null;
  missCount: number;
  hitCount: number;
}

export interface Subprog {
  readonly start: number;
  stackDepth: number;
  /** bytes that the kernel removes, and bytes that its own code adds */
  stackDropped: number;
  stackAdded: number;
  name: string;
  isGlobal: boolean;
  unreliable: boolean;
  called: boolean;
  verified: boolean;
  isAsync: boolean;
  /** a helper or kernel function calls it back */
  isCallback: boolean;
  hasTailCall: boolean;
  hasLdAbs: boolean;
  changesPacket: boolean;
}

/** What an ldimm64 that refers to a map, function or variable loads. */
export interface WideMeaning {
  readonly map?: VerifierMap;
  readonly offset?: number;
  readonly btfId?: number;
}

/** A place in a kernel struct, or in the context when the type is 0. */
export interface Touched {
  readonly btf: Btf | null;
  readonly btfId: number;
  readonly offset: number;
  readonly bytes: number;
  reads: boolean;
  writes: boolean;
}

/** Calls with spills around them (fastcall.ts): by instruction, and by function. */
export interface Fastcalls {
  /** spills and fills around a call */
  readonly pattern: Uint8Array;
  /** number of pairs around a call that are removed */
  readonly pairs: Uint8Array;
  readonly subprogs: readonly { lowest: number; keep: boolean }[];
}

export class Session {
  readonly insns: readonly Insn[];
  readonly count: number;
  readonly facts: KernelFacts;
  readonly btf: Btf;
  readonly log: Log;
  readonly program: VerifierProgram;
  readonly environment: VerifierEnvironment;

  /** per instruction */
  readonly prunePoint: Uint8Array;
  readonly jumpPoint: Uint8Array;
  /** target of a jump or call */
  readonly jumpTarget: Uint8Array;
  readonly forceCheckpoint: Uint8Array;
  readonly callsCallback: Uint8Array;
  readonly ptrType: Int32Array;
  readonly seen: Uint8Array;
  readonly wide = new Map<number, WideMeaning>();
  /** calls of bpf_loop by instruction, and whether the kernel may inline the loop */
  readonly loops = new Map<number, { fits: boolean; subprog: number }>();
  readonly accesses: (AccessFact | null)[];
  /** places that each instruction accessed */
  readonly touches = new Map<number, Touched[]>();

  subprogs: Subprog[] = [];
  /** the function that bpf_throw calls; 0: the kernel's own */
  exceptionSubprog = 0;
  maps: VerifierMap[] = [];
  /** whether there are kfunc calls */
  hasKfuncs = false;
  funcInfo: readonly FuncInfo[];
  lineInfo: readonly LineInfo[];

  /** null for kernels without fastcalls */
  fastcalls: Fastcalls | null = null;
  ctx: CtxRules<Session> | null = null;
  /** struct_ops: struct, member and prototype */
  attach: { struct: string; member: string; proto: number } | null = null;

  cur!: State;
  insn = 0;
  prev = -1;
  pending: Pending | null = null;
  pendingCount = 0;
  explored: (Saved | null)[] = [];
  history: HistoryEntry[] = [];
  currentEntry: HistoryEntry | null = null;

  idGen = 0;
  insnsProcessed = 0;
  prevInsns = 0;
  jumps = 0;
  prevJumps = 0;
  totalStates = 0;
  peakStates = 0;
  maxStates = 0;
  markRead = 0;

  scratchedRegs = 0;
  scratchedLow = 0;
  scratchedHigh = 0;
  lastLine: LineInfo | null = null;
  /** if an instruction was printed last: log position after it, and length of its line */
  insnPrintEnd = -1;
  insnPrintLength = 0;
  failedInsn = -1;
  message = '';

  /** instructions as text, made when first printed */
  readonly insnTexts: string[] = [];
  readonly visits: Visit[] = [];
  readonly paths: Path[] = [];
  readonly prunes: PruneEvent[] = [];
  path = 0;

  constructor(program: VerifierProgram, environment: VerifierEnvironment) {
    this.program = program;
    this.environment = environment;
    this.facts = environment.facts;
    this.btf = environment.btf;
    const count = program.insns.length >> 3;
    this.count = count;
    const insns: Insn[] = [];
    for (let i = 0; i < count; i++) insns.push(decode(program.insns, i));
    this.insns = insns;
    this.log = new Log(environment.logLevel, environment.logSize, environment.facts.rotatingLog);
    this.prunePoint = new Uint8Array(count);
    this.jumpPoint = new Uint8Array(count);
    this.jumpTarget = new Uint8Array(count);
    this.forceCheckpoint = new Uint8Array(count);
    this.callsCallback = new Uint8Array(count);
    this.ptrType = new Int32Array(count);
    this.seen = new Uint8Array(count);
    this.accesses = [];
    this.funcInfo = program.funcInfo ?? [];
    this.lineInfo = program.lineInfo ?? [];
  }

  /** verbose() */
  say(text: string): void {
    this.log.write(text);
    this.message = text;
  }

  /** Writes a message and ends the verification. */
  refuse(errno: number, text: string): never {
    if (text !== '') this.say(`${text}\n`);
    throw new Refused(errno);
  }

  /** Who calls, as far as it decides which helpers there are. */
  get caller(): Caller {
    const { struct = '', member = '' } = this.attach ?? {};
    return { type: this.program.type, struct, member };
  }

  get frame(): Frame {
    return this.cur.frame;
  }

  reg(n: number): Reg {
    const { frames } = this.cur;
    return frames[frames.length - 1].regs[n];
  }

  val(n: number): Val {
    return this.reg(n).v;
  }

  newId(): number {
    return ++this.idGen;
  }

  scratchReg(n: number): void {
    this.scratchedRegs |= 1 << n;
  }

  scratchSlot(spi: number): void {
    if (spi < 32) this.scratchedLow |= 1 << spi;
    else this.scratchedHigh |= 1 << (spi - 32);
  }

  scratchAll(): void {
    this.scratchedRegs = 0xffff_ffff | 0;
    this.scratchedLow = this.scratchedHigh = -1;
  }

  isSlotScratched(spi: number): boolean {
    return ((spi < 32 ? this.scratchedLow >>> spi : this.scratchedHigh >>> (spi - 32)) & 1) !== 0;
  }

  get scratched(): boolean {
    return (this.scratchedRegs | this.scratchedLow | this.scratchedHigh) !== 0;
  }

  clean(): void {
    this.scratchedRegs = 0;
    this.scratchedLow = this.scratchedHigh = 0;
  }
}

/** Sets a register's or slot's value and marks it as written. */
export function setReg(r: Reg, v: Val): void {
  r.v = v;
  r.precise = false;
}
