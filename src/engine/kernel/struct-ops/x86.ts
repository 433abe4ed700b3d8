/*
 * The x86-64 code that Linux writes for a struct_ops trampoline (arch_prepare_bpf_trampoline with one fentry link and no
 * call of an original function): spill the argument registers as an array of u64, enter, call the program with the
 * array's address, exit, return its result. It works from the function model, and so for any prototype.
 */
import { entryOf } from '../../base/assert.ts';
import { argSlots, type FuncModel } from './func-model.ts';
import type { TrampolineFacts } from '../profiles.ts';

/** Linear addresses; they all have the same high word. */
export interface TrampolineTargets {
  readonly enter: number;
  readonly exit: number;
  /** struct bpf_prog, and the program's own code */
  readonly prog: number;
  readonly func: number;
}

/** Distances below rbp, in bytes. */
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

/** One instruction in the syntax of objdump -M intel; targets of calls are names, that of the jump is an offset. */
export interface X86Line {
  /** bytes from the start of the trampoline */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

const i32 = (value: number): Bytes => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];

interface Register {
  readonly name: string;
  /** REX prefix with which it is the reg operand of a 64-bit instruction, and its bits in ModRM */
  readonly rex: number;
  readonly bits: number;
}

const register = (name: string, bits: number, rex = 0x48): Register => ({ name, rex, bits });
const RAX = register('rax', 0);
const RBX = register('rbx', 3);
const RDX = register('rdx', 2);
const RSI = register('rsi', 6);
const RDI = register('rdi', 7);
const ARGUMENTS = [RDI, RSI, RDX, register('rcx', 1), register('r8', 0, 0x4c), register('r9', 1, 0x4c)];
/** offset of the arguments that did not fit into registers: above the saved rbp and the return address */
const STACK_ARGS = 16;

type Put = (bytes: Bytes, text: string) => void;

/** An instruction on [rbp + offset] with a register, in its shorter form if the offset allows. */
function operand({ rex, bits }: Register, opcode: number, offset: number): Bytes {
  const short = offset >= -128 && offset <= 127;
  return short ? [rex, opcode, 0x45 | (bits << 3), offset & 255] : [rex, opcode, 0x85 | (bits << 3), ...i32(offset)];
}

const place = (offset: number): string =>
  offset < 0 ? `[rbp-0x${(-offset).toString(16)}]` : `[rbp+0x${offset.toString(16)}]`;

const store = (put: Put, r: Register, below: number): void =>
  put(operand(r, 0x89, -below), `mov QWORD PTR ${place(-below)},${r.name}`);
const load = (put: Put, r: Register, offset: number): void =>
  put(operand(r, 0x8b, offset), `mov ${r.name},QWORD PTR ${place(offset)}`);
const lea = (put: Put, r: Register, below: number): void =>
  put(operand(r, 0x8d, -below), `lea ${r.name},${place(-below)}`);

function prologue(put: Put, f: TrampolineFrame, facts: TrampolineFacts): void {
  const size = `sub rsp,0x${f.size.toString(16)}`;
  if (facts.endbr) put([0xf3, 0x0f, 0x1e, 0xfa], 'endbr64');
  put([0x55], 'push rbp');
  put([0x48, 0x89, 0xe5], 'mov rbp,rsp');
  put(f.size <= 127 ? [0x48, 0x83, 0xec, f.size] : [0x48, 0x81, 0xec, ...i32(f.size)], size);
  if (facts.rbxSlot) store(put, RBX, f.rbx);
  else put([0x53], 'push rbx');
}

function spillArguments(put: Put, f: TrampolineFrame, slots: number): void {
  put([0xb8, ...i32(slots)], `mov eax,0x${slots.toString(16)}`);
  store(put, RAX, f.argCount);
  for (let i = 0; i < slots; i++) {
    const register = ARGUMENTS[i];
    if (!register) load(put, RAX, STACK_ARGS + (i - ARGUMENTS.length) * 8);
    store(put, register ?? RAX, f.args - i * 8);
  }
}

const CALLEES = { enter: '__bpf_prog_enter', func: 'prog->bpf_func', exit: '__bpf_prog_exit' } as const;

/** The code, up to `ret`, for a trampoline at `address`; `high` is the upper word of kernel addresses. */
export function trampolineCode(
  model: FuncModel,
  facts: TrampolineFacts,
  address: number,
  targets: TrampolineTargets,
  high: number,
): readonly X86Line[] {
  const f = trampolineFrame(model, facts);
  const lines: X86Line[] = [];
  let at = 0;
  const put: Put = (bytes, text) => {
    lines.push({ offset: at, bytes: Uint8Array.from(bytes), text });
    at += bytes.length;
  };
  const call = (target: keyof typeof CALLEES): void =>
    put([0xe8, ...i32(targets[target] - (address + at + 5))], `call ${CALLEES[target]}`);
  const prog = `0x${(high >>> 0).toString(16)}${(targets.prog >>> 0).toString(16).padStart(8, '0')}`;
  const loadProg = (): void => put([0x48, 0xbf, ...i32(targets.prog), ...i32(high)], `movabs rdi,${prog}`);

  if (facts.plain) {
    plainCode(put, model, { call, loadProg });
    return lines;
  }
  prologue(put, f, facts);
  spillArguments(put, f, argSlots(model));
  // the cookie of the run context is 0
  put([0x31, 0xff], 'xor edi,edi');
  store(put, RDI, f.runCtx);
  loadProg();
  lea(put, RSI, f.runCtx);
  call('enter');
  put([0x48, 0x89, 0xc3], 'mov rbx,rax');
  put([0x48, 0x85, 0xc0], 'test rax,rax');
  const skipped = bytesSkipped(f);
  put([0x74, skipped], `je 0x${(at + 2 + skipped).toString(16)}`);
  lea(put, RDI, f.args);
  call('func');
  if (f.ret > 0) store(put, RAX, f.ret);
  loadProg();
  put([0x48, 0x89, 0xde], 'mov rsi,rbx');
  lea(put, RDX, f.runCtx);
  call('exit');
  if (f.ret > 0) load(put, RAX, -f.ret);
  if (facts.rbxSlot) load(put, RBX, -f.rbx);
  else put([0x5b], 'pop rbx');
  put([0xc9], 'leave');
  put([0xc3], 'ret');
  return lines;
}

/** The code of 5.6: arguments are stored with their own width, and rax is left as the last call set it. */
function plainCode(
  put: Put,
  model: FuncModel,
  { call, loadProg }: { call: (target: keyof typeof CALLEES) => void; loadProg: () => void },
): void {
  const size = model.args.length * 8;
  put([0x55], 'push rbp');
  put([0x48, 0x89, 0xe5], 'mov rbp,rsp');
  put([0x48, 0x83, 0xec, size], `sub rsp,0x${size.toString(16)}`);
  put([0x53], 'push rbx');
  for (const [i, arg] of model.args.entries()) storeNarrow(put, i, arg.size, size - i * 8);
  call('enter');
  put([0x48, 0x89, 0xc3], 'mov rbx,rax');
  lea(put, RDI, size);
  call('func');
  loadProg();
  put([0x48, 0x89, 0xde], 'mov rsi,rbx');
  call('exit');
  put([0x5b], 'pop rbx');
  put([0xc9], 'leave');
  put([0xc3], 'ret');
}

/** Names of the argument registers' low 1, 2, 4 and 8 bytes. */
const NARROW: Readonly<Record<number, { readonly name: string; readonly registers: readonly string[] }>> = {
  1: { name: 'BYTE', registers: ['dil', 'sil', 'dl', 'cl', 'r8b', 'r9b'] },
  2: { name: 'WORD', registers: ['di', 'si', 'dx', 'cx', 'r8w', 'r9w'] },
  4: { name: 'DWORD', registers: ['edi', 'esi', 'edx', 'ecx', 'r8d', 'r9d'] },
  8: { name: 'QWORD', registers: ['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9'] },
};

function storeNarrow(put: Put, index: number, size: number, below: number): void {
  const { name, registers } = entryOf(NARROW, size in NARROW ? size : 8);
  const { bits } = entryOf(ARGUMENTS, index);
  const extended = index > 3 ? 0x44 : 0;
  // dil and sil exist only with a REX prefix
  const rex = size === 8 ? 0x48 | (extended & 4) : extended || (size === 1 && index < 2 ? 0x40 : 0);
  const bytes = [...(size === 2 ? [0x66] : []), ...(rex ? [rex] : []), size === 1 ? 0x88 : 0x89];
  put([...bytes, 0x45 | (bits << 3), -below & 255], `mov ${name} PTR ${place(-below)},${registers[index]}`);
}

/** Bytes skipped when a program must not run: lea, call, and the store of its result. */
function bytesSkipped(f: TrampolineFrame): number {
  return operand(RDI, 0x8d, -f.args).length + 5 + (f.ret > 0 ? operand(RAX, 0x89, -f.ret).length : 0);
}

export function emitTrampoline(...given: Parameters<typeof trampolineCode>): Uint8Array {
  return Uint8Array.from(trampolineCode(...given).flatMap(({ bytes }) => [...bytes]));
}
