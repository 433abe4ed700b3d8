/*
 * The x86-64 code that Linux writes for a struct_ops trampoline (arch_prepare_bpf_trampoline with one fentry link and no
 * call of an original function): spill the argument registers as an array of u64, enter, call the program with the
 * array's address, exit, return its result. Fed by the function model, so it has bytes for any prototype.
 */
import { argSlots, type FuncModel } from './func-model.ts';
import type { TrampolineFacts } from '../profiles.ts';

/** Linear addresses; the high word is the same for all. */
export interface TrampolineTargets {
  readonly enter: number;
  readonly exit: number;
  /** struct bpf_prog, and the program's own code */
  readonly prog: number;
  readonly func: number;
}

/** Distances below rbp. */
interface TrampolineFrame {
  /** 0: the member returns nothing */
  readonly ret: number;
  readonly args: number;
  readonly argCount: number;
  /** 0: rbx is pushed */
  readonly rbx: number;
  readonly runCtx: number;
  /** bytes that the stack pointer moves */
  readonly size: number;
}

function trampolineFrame(model: FuncModel, facts: TrampolineFacts): TrampolineFrame {
  const slots = argSlots(model);
  const ret = model.retSize > 0 ? 8 : 0;
  const args = ret + slots * 8;
  const argCount = args + 8;
  const rbx = facts.rbxSlot ? argCount + 8 : 0;
  const runCtx = (rbx || argCount) + 16;
  return { ret, args, argCount, rbx, runCtx, size: runCtx };
}

type Bytes = readonly number[];

const i32 = (value: number): Bytes => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];

/** rdi, rsi, rdx, rcx, r8, r9 as [REX prefix, register bits of ModRM] */
const ARG_REGISTERS: readonly Bytes[] = [
  [0x48, 7],
  [0x48, 6],
  [0x48, 2],
  [0x48, 1],
  [0x4c, 0],
  [0x4c, 1],
];
const RAX = 0;
const RBX = 3;
const RDX = 2;
const RSI = 6;
const RDI = 7;
const STORE = 0x89;
const LOAD = 0x8b;
const LEA = 0x8d;
/** above saved rbp and return address lie the arguments that did not fit into registers */
const STACK_ARGS = 16;

/** An instruction on [rbp + offset] with a register, in its shorter form if the offset allows. */
function onFrame(rex: number, opcode: number, register: number, offset: number): Bytes {
  const short = offset >= -128 && offset <= 127;
  return short
    ? [rex, opcode, 0x45 | (register << 3), offset & 255]
    : [rex, opcode, 0x85 | (register << 3), ...i32(offset)];
}

const frame = (opcode: number, register: number, below: number): Bytes => onFrame(0x48, opcode, register, -below);

function spillArgs(slots: number, args: number): Bytes[] {
  return Array.from({ length: slots }, (_, i) => {
    const below = args - i * 8;
    if (i < ARG_REGISTERS.length) {
      const [rex, register] = ARG_REGISTERS[i];
      return onFrame(rex, STORE, register, -below);
    }
    const from = STACK_ARGS + (i - ARG_REGISTERS.length) * 8;
    return [...onFrame(0x48, LOAD, RAX, from), ...frame(STORE, RAX, below)];
  });
}

/** The code, up to `ret`, for a trampoline at `address`; `high` is the upper word of kernel addresses. */
export function emitTrampoline(
  model: FuncModel,
  facts: TrampolineFacts,
  address: number,
  targets: TrampolineTargets,
  high: number,
): Uint8Array {
  const f = trampolineFrame(model, facts);
  const slots = argSlots(model);
  const code: number[] = [];
  const put = (...parts: Bytes[]): void => {
    for (const part of parts) code.push(...part);
  };
  const call = (target: number): void => put([0xe8], i32(target - (address + code.length + 5)));
  const movRdiProg = (): void => put([0x48, 0xbf], i32(targets.prog), i32(high));

  if (facts.endbr) put([0xf3, 0x0f, 0x1e, 0xfa]);
  put([0x55], [0x48, 0x89, 0xe5]);
  put(f.size <= 127 ? [0x48, 0x83, 0xec, f.size] : [0x48, 0x81, 0xec, ...i32(f.size)]);
  put(facts.rbxSlot ? frame(STORE, RBX, f.rbx) : [0x53]);
  put([0xb8], i32(slots), frame(STORE, RAX, f.argCount));
  put(...spillArgs(slots, f.args));
  // the cookie of the run context is 0
  put([0x31, 0xff], frame(STORE, RDI, f.runCtx));
  movRdiProg();
  put(frame(LEA, RSI, f.runCtx));
  call(targets.enter);
  put([0x48, 0x89, 0xc3], [0x48, 0x85, 0xc0]);
  const je = code.length;
  put([0x74, 0], frame(LEA, RDI, f.args));
  call(targets.func);
  if (f.ret > 0) put(frame(STORE, RAX, f.ret));
  code[je + 1] = code.length - je - 2;
  movRdiProg();
  put([0x48, 0x89, 0xde], frame(LEA, RDX, f.runCtx));
  call(targets.exit);
  if (f.ret > 0) put(frame(LOAD, RAX, f.ret));
  put(facts.rbxSlot ? frame(LOAD, RBX, f.rbx) : [0x5b]);
  put([0xc9], [0xc3]);
  return Uint8Array.from(code);
}
