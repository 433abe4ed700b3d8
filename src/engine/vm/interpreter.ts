/*
 * The interpreter. A register is two adjacent int32 words, and is named by the index of the first: twice its number.
 * Immediates are registers too (program.ts). The cases are numbers because V8 makes a jump table only of literals; each
 * is the opcode of the X form, or a MICRO.
 *
 * One counter serves for both fuel and watching: it is the number of instructions that may run before `pause` is
 * called. Unwatched it holds the whole fuel; watched it is always used up, so that `pause` is called before every
 * instruction. The fast path costs one decrement.
 */
import { type Registers } from './prepared.ts';
import { type Callee, type Program, type Run, runOf } from './prepared.ts';
import { REGISTERS } from '../isa/opcodes.ts';
import { atomic32, atomic64, storeUnaligned, unaligned } from './atomics.ts';
import {
  callbackSlot,
  callKernel,
  clearArguments,
  enterFrame,
  exitFrame,
  FRAME_WORDS,
  MAX_FRAMES,
  takeTurn,
} from './calls.ts';
import { KERNEL_BASE_HI, type Memory, REGIONS } from './memory.ts';
import { GO_ON, type KernelFunctions } from './functions.ts';
import { loadPacket } from './packet.ts';
import { hex64, ProgramStopped, type StopReason } from './stopped.ts';
import { arsh64, div64, lsh64, mod64, mul64, neg64, rsh64, sdiv64, smod64, swap } from './wide.ts';

/** What the loop shares with the machine that runs it. */
export interface Surroundings {
  readonly memory: Memory;
  readonly functions: KernelFunctions;
  /** prepares a program; equal bytes give the same prepared program */
  readonly programOf: (insns: Uint8Array) => Program;
  /** Called when a load outside the readable memory gave 0. */
  readonly zeroRead: (pc: number, low: number, high: number) => void;
}

const KERNEL_HIGH = KERNEL_BASE_HI | 0;
const STORE_FROM = REGIONS.arena.base;
/** read-only data lies right before the arena */
const LOAD_FROM = REGIONS.kernel.base;

export function interpret(run: Run, around: Surroundings): void {
  const { program, words: regs, watch } = run;
  const { memory, functions } = around;
  const { code, callees } = program;
  const { u8, u16, i32 } = memory;
  let { frames } = run;
  // memory beyond the arena's used bytes is unallocated; kernel functions may allocate more during a run
  let storeBytes = memory.end('arena') - STORE_FROM;
  let loadBytes = storeBytes + STORE_FROM - LOAD_FROM;
  let ip = run.pc * 2;
  const { base } = run;
  let depth = run.depth;
  let budget = watch ? 0 : run.fuel;
  let reserve = watch ? run.fuel : 0;

  try {
    for (;;) {
      // `| 0`, here and below: spares the engine's overflow check on sums of small integers
      budget = (budget - 1) | 0;
      if (budget < 0) {
        budget = 0;
        if (reserve === 0) {
          stop('fuel', 'the program ran for too many instructions', run, ip >> 1, null);
        }
        watch?.(ip >> 1, run, depth);
        reserve--;
      }
      const word = code[ip];
      const operand = code[(ip + 1) | 0];
      ip = (ip + 2) | 0;
      const d = (word >> 7) & 30;
      const s = (word >>> 12) << 1;
      switch (word & 255) {
        // 64-bit arithmetic
        case 0x0f: {
          // add
          const sum = (regs[d] + regs[s]) | 0;
          regs[d + 1] = regs[d + 1] + regs[s + 1] + (sum >>> 0 < regs[s] >>> 0 ? 1 : 0);
          regs[d] = sum;
          break;
        }
        case 0x1f: {
          // sub
          const a = regs[d];
          const b = regs[s];
          regs[d + 1] = regs[d + 1] - regs[s + 1] - (a >>> 0 < b >>> 0 ? 1 : 0);
          regs[d] = a - b;
          break;
        }
        case 0x2f: // mul
          mul64(regs, d, s);
          break;
        case 0x3f: // div
          div64(regs, d, s);
          break;
        case 0x37: // sdiv
          sdiv64(regs, d, s);
          break;
        case 0x4f: // or
          regs[d] |= regs[s];
          regs[d + 1] |= regs[s + 1];
          break;
        case 0x5f: // and
          regs[d] &= regs[s];
          regs[d + 1] &= regs[s + 1];
          break;
        case 0x6f: // lsh
          lsh64(regs, d, regs[s]);
          break;
        case 0x7f: // rsh
          rsh64(regs, d, regs[s]);
          break;
        case 0x87: // neg
          neg64(regs, d);
          break;
        case 0x9f: // mod
          mod64(regs, d, s);
          break;
        case 0x97: // smod
          smod64(regs, d, s);
          break;
        case 0xaf: // xor
          regs[d] ^= regs[s];
          regs[d + 1] ^= regs[s + 1];
          break;
        case 0xbf: // mov
          regs[d] = regs[s];
          regs[d + 1] = regs[s + 1];
          break;
        case 0xcf: // arsh
          arsh64(regs, d, regs[s]);
          break;
        case 0x07: // movsx8
          regs[d] = (regs[s] << 24) >> 24;
          regs[d + 1] = regs[d] >> 31;
          break;
        case 0x17: // movsx16
          regs[d] = (regs[s] << 16) >> 16;
          regs[d + 1] = regs[d] >> 31;
          break;
        case 0x27: // movsx32
          regs[d] = regs[s];
          regs[d + 1] = regs[d] >> 31;
          break;
        case 0xd7: // be, bswap
          swap(regs, d, operand);
          break;
        case 0xd4: // le
          if (operand === 16) regs[d] &= 0xffff;
          if (operand < 64) regs[d + 1] = 0;
          break;

        // 32-bit arithmetic
        case 0x0c: // add32
          regs[d] += regs[s];
          regs[d + 1] = 0;
          break;
        case 0x1c: // sub32
          regs[d] -= regs[s];
          regs[d + 1] = 0;
          break;
        case 0x2c: // mul32
          regs[d] = Math.imul(regs[d], regs[s]);
          regs[d + 1] = 0;
          break;
        case 0x3c: // div32
          regs[d] = regs[s] === 0 ? 0 : (regs[d] >>> 0) / (regs[s] >>> 0);
          regs[d + 1] = 0;
          break;
        case 0x34: // sdiv32
          regs[d] = regs[s] === 0 ? 0 : regs[d] / regs[s];
          regs[d + 1] = 0;
          break;
        case 0x4c: // or32
          regs[d] |= regs[s];
          regs[d + 1] = 0;
          break;
        case 0x5c: // and32
          regs[d] &= regs[s];
          regs[d + 1] = 0;
          break;
        case 0x6c: // lsh32
          regs[d] <<= regs[s];
          regs[d + 1] = 0;
          break;
        case 0x7c: // rsh32
          regs[d] >>>= regs[s];
          regs[d + 1] = 0;
          break;
        case 0x84: // neg32
          regs[d] = -regs[d];
          regs[d + 1] = 0;
          break;
        case 0x9c: // mod32
          if (regs[s] !== 0) regs[d] = (regs[d] >>> 0) % (regs[s] >>> 0);
          regs[d + 1] = 0;
          break;
        case 0x94: // smod32
          if (regs[s] !== 0) regs[d] %= regs[s];
          regs[d + 1] = 0;
          break;
        case 0xac: // xor32
          regs[d] ^= regs[s];
          regs[d + 1] = 0;
          break;
        case 0xbc: // mov32
          regs[d] = regs[s];
          regs[d + 1] = 0;
          break;
        case 0xcc: // arsh32
          regs[d] >>= regs[s];
          regs[d + 1] = 0;
          break;
        case 0x04: // movsx832
          regs[d] = (regs[s] << 24) >> 24;
          regs[d + 1] = 0;
          break;
        case 0x14: // movsx1632
          regs[d] = (regs[s] << 16) >> 16;
          regs[d + 1] = 0;
          break;

        // wide immediate: two slots
        case 0x18:
          regs[d] = regs[s];
          regs[d + 1] = regs[s + 1];
          ip += 2;
          break;

        // loads
        case 0x71: {
          // ldxb
          const at = (regs[s] + operand) >>> 0;
          if (regs[s + 1] === KERNEL_HIGH && (at - LOAD_FROM) >>> 0 <= loadBytes - 1) regs[d] = u8[at];
          else {
            zeroRead(around, run, ip, s, operand);
            regs[d] = 0;
          }
          regs[d + 1] = 0;
          break;
        }
        case 0x69: {
          // ldxh
          const at = (regs[s] + operand) >>> 0;
          if (regs[s + 1] === KERNEL_HIGH && (at - LOAD_FROM) >>> 0 <= loadBytes - 2) {
            regs[d] = (at & 1) === 0 ? u16[at >>> 1] : u8[at] | (u8[at + 1] << 8);
          } else {
            zeroRead(around, run, ip, s, operand);
            regs[d] = 0;
          }
          regs[d + 1] = 0;
          break;
        }
        case 0x61: {
          // ldxw
          const at = (regs[s] + operand) >>> 0;
          if (regs[s + 1] === KERNEL_HIGH && (at - LOAD_FROM) >>> 0 <= loadBytes - 4) {
            regs[d] = (at & 3) === 0 ? i32[at >>> 2] : unaligned(u8, at);
          } else {
            zeroRead(around, run, ip, s, operand);
            regs[d] = 0;
          }
          regs[d + 1] = 0;
          break;
        }
        case 0x79: {
          // ldxdw
          const at = (regs[s] + operand) >>> 0;
          if (regs[s + 1] === KERNEL_HIGH && (at - LOAD_FROM) >>> 0 <= loadBytes - 8) {
            if ((at & 3) === 0) {
              regs[d] = i32[at >>> 2];
              regs[d + 1] = i32[(at >>> 2) + 1];
            } else {
              regs[d] = unaligned(u8, at);
              regs[d + 1] = unaligned(u8, at + 4);
            }
          } else {
            zeroRead(around, run, ip, s, operand);
            regs[d] = 0;
            regs[d + 1] = 0;
          }
          break;
        }
        case 0x91: {
          // ldxsb
          const at = (regs[s] + operand) >>> 0;
          if (regs[s + 1] === KERNEL_HIGH && (at - LOAD_FROM) >>> 0 <= loadBytes - 1) regs[d] = (u8[at] << 24) >> 24;
          else {
            zeroRead(around, run, ip, s, operand);
            regs[d] = 0;
          }
          regs[d + 1] = regs[d] >> 31;
          break;
        }
        case 0x89: {
          // ldxsh
          const at = (regs[s] + operand) >>> 0;
          if (regs[s + 1] === KERNEL_HIGH && (at - LOAD_FROM) >>> 0 <= loadBytes - 2) {
            regs[d] = ((u8[at] | (u8[at + 1] << 8)) << 16) >> 16;
          } else {
            zeroRead(around, run, ip, s, operand);
            regs[d] = 0;
          }
          regs[d + 1] = regs[d] >> 31;
          break;
        }
        case 0x81: {
          // ldxsw
          const at = (regs[s] + operand) >>> 0;
          if (regs[s + 1] === KERNEL_HIGH && (at - LOAD_FROM) >>> 0 <= loadBytes - 4) regs[d] = unaligned(u8, at);
          else {
            zeroRead(around, run, ip, s, operand);
            regs[d] = 0;
          }
          regs[d + 1] = regs[d] >> 31;
          break;
        }

        // legacy packet loads
        case 0x20:
          if (!loadPacket(memory, functions, 4, (regs[s] + operand) | 0, regs)) return;
          break;
        case 0x28:
          if (!loadPacket(memory, functions, 2, (regs[s] + operand) | 0, regs)) return;
          break;
        case 0x30:
          if (!loadPacket(memory, functions, 1, (regs[s] + operand) | 0, regs)) return;
          break;

        // stores
        case 0x73: {
          // stxb
          const at = (regs[d] + operand) >>> 0;
          if (regs[d + 1] !== KERNEL_HIGH || (at - STORE_FROM) >>> 0 > storeBytes - 1) fault(run, ip, d, operand, 1);
          u8[at] = regs[s];
          break;
        }
        case 0x6b: {
          // stxh
          const at = (regs[d] + operand) >>> 0;
          if (regs[d + 1] !== KERNEL_HIGH || (at - STORE_FROM) >>> 0 > storeBytes - 2) fault(run, ip, d, operand, 2);
          u8[at] = regs[s];
          u8[at + 1] = regs[s] >> 8;
          break;
        }
        case 0x63: {
          // stxw
          const at = (regs[d] + operand) >>> 0;
          if (regs[d + 1] !== KERNEL_HIGH || (at - STORE_FROM) >>> 0 > storeBytes - 4) fault(run, ip, d, operand, 4);
          if ((at & 3) === 0) i32[at >>> 2] = regs[s];
          else storeUnaligned(u8, at, regs[s]);
          break;
        }
        case 0x7b: {
          // stxdw
          const at = (regs[d] + operand) >>> 0;
          if (regs[d + 1] !== KERNEL_HIGH || (at - STORE_FROM) >>> 0 > storeBytes - 8) fault(run, ip, d, operand, 8);
          if ((at & 3) === 0) {
            i32[at >>> 2] = regs[s];
            i32[(at >>> 2) + 1] = regs[s + 1];
          } else {
            storeUnaligned(u8, at, regs[s]);
            storeUnaligned(u8, at + 4, regs[s + 1]);
          }
          break;
        }

        // atomics: offset in the low half of the operand, operation in the high one
        case 0xc3: {
          const off = (operand << 16) >> 16;
          const at = (regs[d] + off) >>> 0;
          if (regs[d + 1] !== KERNEL_HIGH || (at - STORE_FROM) >>> 0 > storeBytes - 4) fault(run, ip, d, off, 4);
          atomic32(u8, i32, regs, operand >> 16, at, s);
          break;
        }
        case 0xdb: {
          const off = (operand << 16) >> 16;
          const at = (regs[d] + off) >>> 0;
          if (regs[d + 1] !== KERNEL_HIGH || (at - STORE_FROM) >>> 0 > storeBytes - 8) fault(run, ip, d, off, 8);
          atomic64(u8, i32, regs, operand >> 16, at, s);
          break;
        }

        // 64-bit comparisons
        case 0x1d: // jeq
          if (regs[d] === regs[s] && regs[d + 1] === regs[s + 1]) ip = operand;
          break;
        case 0x5d: // jne
          if (regs[d] !== regs[s] || regs[d + 1] !== regs[s + 1]) ip = operand;
          break;
        case 0x4d: // jset
          if ((regs[d] & regs[s]) !== 0 || (regs[d + 1] & regs[s + 1]) !== 0) ip = operand;
          break;
        case 0x2d: // jgt
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 > regs[s] >>> 0 : regs[d + 1] >>> 0 > regs[s + 1] >>> 0)
            ip = operand;
          break;
        case 0x3d: // jge
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 >= regs[s] >>> 0 : regs[d + 1] >>> 0 > regs[s + 1] >>> 0)
            ip = operand;
          break;
        case 0xad: // jlt
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 < regs[s] >>> 0 : regs[d + 1] >>> 0 < regs[s + 1] >>> 0)
            ip = operand;
          break;
        case 0xbd: // jle
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 <= regs[s] >>> 0 : regs[d + 1] >>> 0 < regs[s + 1] >>> 0)
            ip = operand;
          break;
        case 0x6d: // jsgt
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 > regs[s] >>> 0 : regs[d + 1] > regs[s + 1]) ip = operand;
          break;
        case 0x7d: // jsge
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 >= regs[s] >>> 0 : regs[d + 1] > regs[s + 1]) ip = operand;
          break;
        case 0xcd: // jslt
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 < regs[s] >>> 0 : regs[d + 1] < regs[s + 1]) ip = operand;
          break;
        case 0xdd: // jsle
          if (regs[d + 1] === regs[s + 1] ? regs[d] >>> 0 <= regs[s] >>> 0 : regs[d + 1] < regs[s + 1]) ip = operand;
          break;

        // 32-bit comparisons
        case 0x1e: // jeq32
          if (regs[d] === regs[s]) ip = operand;
          break;
        case 0x5e: // jne32
          if (regs[d] !== regs[s]) ip = operand;
          break;
        case 0x4e: // jset32
          if ((regs[d] & regs[s]) !== 0) ip = operand;
          break;
        case 0x2e: // jgt32
          if (regs[d] >>> 0 > regs[s] >>> 0) ip = operand;
          break;
        case 0x3e: // jge32
          if (regs[d] >>> 0 >= regs[s] >>> 0) ip = operand;
          break;
        case 0xae: // jlt32
          if (regs[d] >>> 0 < regs[s] >>> 0) ip = operand;
          break;
        case 0xbe: // jle32
          if (regs[d] >>> 0 <= regs[s] >>> 0) ip = operand;
          break;
        case 0x6e: // jsgt32
          if (regs[d] > regs[s]) ip = operand;
          break;
        case 0x7e: // jsge32
          if (regs[d] >= regs[s]) ip = operand;
          break;
        case 0xce: // jslt32
          if (regs[d] < regs[s]) ip = operand;
          break;
        case 0xde: // jsle32
          if (regs[d] <= regs[s]) ip = operand;
          break;

        // control
        case 0x05: // ja, gotol
          ip = operand;
          break;
        case 0xe5: // may_goto: its budget is larger than the fuel
          break;
        case 0x85: // call of a helper or kfunc
          callKernel(callees[operand], functions, regs);
          storeBytes = memory.end('arena') - STORE_FROM;
          loadBytes = storeBytes + STORE_FROM - LOAD_FROM;
          break;
        case 0x86: {
          // call within the program
          if (depth === MAX_FRAMES - 1)
            stop('depth', `the call stack of ${MAX_FRAMES + 1} frames is too deep`, run, (ip >> 1) - 1, null);
          frames ??= run.frames = new Int32Array(FRAME_WORDS * (MAX_FRAMES - 1));
          enterFrame(frames, depth++ * FRAME_WORDS, ip, regs);
          ip = operand;
          break;
        }
        case 0x96: {
          // call of a helper that calls back
          if (depth === MAX_FRAMES - 1)
            stop('depth', `the call stack of ${MAX_FRAMES + 1} frames is too deep`, run, (ip >> 1) - 1, null);
          if (callbackSlot(program, callees[operand], regs) < 0)
            stop('fault', `${callees[operand].fn.name}: no function to call back`, run, (ip >> 1) - 1, null);
          frames ??= run.frames = new Int32Array(FRAME_WORDS * (MAX_FRAMES - 1));
          const at = depth * FRAME_WORDS;
          const slot = takeTurn(program, callees[operand], functions, frames, at, ip, 0, regs);
          if (slot >= 0) {
            depth++;
            ip = slot * 2;
          }
          storeBytes = memory.end('arena') - STORE_FROM;
          loadBytes = storeBytes + STORE_FROM - LOAD_FROM;
          break;
        }
        case 0xa6: {
          // bpf_tail_call: another program continues here, and its result is this function's result
          const tail = tailOf(run, callees[operand], around);
          if (!tail) {
            regs[0] = regs[1] = 0;
            clearArguments(regs);
            break;
          }
          tail.depth = tail.base = depth;
          tail.fuel = budget + reserve;
          try {
            interpret(tail, around);
          } catch (error) {
            throw stoppedAfter(error, (ip >> 1) - 1);
          } finally {
            budget = watch ? 0 : tail.fuel;
            reserve = watch ? tail.fuel : 0;
          }
          run.tails = tail.tails;
          regs[0] = tail.words[0];
          regs[1] = tail.words[1];
          storeBytes = memory.end('arena') - STORE_FROM;
          loadBytes = storeBytes + STORE_FROM - LOAD_FROM;
          if (depth === base || !frames) return;
          const next = exitFrame(program, functions, frames, --depth * FRAME_WORDS, regs);
          if (next < 0) depth++;
          ip = next < 0 ? ~next : next;
          break;
        }
        case 0x95: {
          // exit
          if (depth === base || !frames) return;
          const next = exitFrame(program, functions, frames, --depth * FRAME_WORDS, regs);
          if (next < 0) depth++;
          ip = next < 0 ? ~next : next;
          storeBytes = memory.end('arena') - STORE_FROM;
          loadBytes = storeBytes + STORE_FROM - LOAD_FROM;
          break;
        }
        default:
          stop('fault', `no instruction at ${(ip >> 1) - 1}`, run, (ip >> 1) - 1, null);
      }
    }
  } finally {
    run.fuel = budget + reserve;
    run.pc = ip >> 1;
    run.depth = depth;
  }
}

/** MAX_TAIL_CALL_CNT */
const MAX_TAILS = 33;

/** Prepares the run of the program that a tail call leads to; null when there is none, and the caller goes on. */
function tailOf(run: Run, { fn, words }: Callee, { functions, programOf }: Surroundings): Run | null {
  const regs = run.words;
  const answer = fn.call(...words.map((word) => regs[word]));
  const target = functions.tailTarget;
  if (answer !== GO_ON || !target || run.tails >= MAX_TAILS) return null;
  const tail = runOf(programOf(target));
  // the context and the stack stay
  for (const word of [2, 3, 20, 21]) tail.words[word] = regs[word];
  tail.tails = run.tails + 1;
  return tail;
}

/** Reports a stop in a tail-called program at the instruction that led there: positions refer to the first program. */
function stoppedAfter(error: unknown, pc: number): unknown {
  if (!(error instanceof ProgramStopped)) return error;
  const { reason, message, address, low, high } = error;
  const said = `in the program that bpf_tail_call led to, at instruction ${error.pc}: ${message}`;
  return new ProgramStopped(
    reason,
    error.message.startsWith('in the program') ? message : said,
    pc,
    address,
    low,
    high,
  );
}

function stop(
  reason: StopReason,
  message: string,
  { words }: Registers,
  pc: number,
  address: readonly [number, number] | null,
): never {
  const pick = (half: number): Uint32Array => Uint32Array.from({ length: REGISTERS }, (_, r) => words[r * 2 + half]);
  throw new ProgramStopped(reason, message, pc, address, pick(0), pick(1));
}

/** Stops the program because of a store outside the arena. */
function fault(run: Run, ip: number, register: number, off: number, bytes: number): never {
  const at = addressOf(run, register, off);
  stop('fault', `store of ${bytes} bytes to ${hex64(...at)}, outside the memory of programs`, run, (ip >> 1) - 1, at);
}

function zeroRead(around: Surroundings, run: Run, ip: number, register: number, off: number): void {
  around.zeroRead((ip >> 1) - 1, ...addressOf(run, register, off));
}

function addressOf({ words }: Registers, register: number, off: number): readonly [number, number] {
  const low = words[register];
  return [(low + off) >>> 0, carried(low, words[register + 1], off) >>> 0];
}

/** High word of a register plus a signed offset. */
function carried(low: number, high: number, off: number): number {
  const sum = (low >>> 0) + off;
  return high + (sum < 0 ? -1 : sum > 0xffffffff ? 1 : 0);
}
