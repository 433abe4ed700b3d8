/* Loads, stores and atomics (emit_ldx, emit_stx, emit_atomic), and loads that may meet a bad address (BPF_PROBE_MEM). */
import { entryOf } from '../../base/assert.ts';
import type { Insn } from '../../isa/insn.ts';
import { accessBytes } from '../../isa/opcodes.ts';
import { type Code, imm32, immediate, memory } from './code.ts';
import type { ProbeStyle } from './facts.ts';
import { AUX, AX, isExtended, modrm1, needsRexByte, registerName, rex1, rex2 } from './registers.ts';

const LOADS: Readonly<Record<number, readonly [name: string, opcode: readonly number[], wide: boolean]>> = {
  1: ['movzbq', [0x0f, 0xb6], true],
  2: ['movzwq', [0x0f, 0xb7], true],
  4: ['mov', [0x8b], false],
  8: ['mov', [0x8b], true],
};

export function load(code: Code, { dst, src, off, opcode }: Insn): void {
  const bytes = accessBytes(opcode);
  const [name, op, wide] = entryOf(LOADS, bytes);
  const text = `${memory(src, off)},${registerName(dst, wide ? 8 : 4)}`;
  code.named([...code.prefix2(src, dst, wide), ...op, ...code.place(src, dst, off)], name, text);
}

export function store(code: Code, { dst, src, off, opcode }: Insn): void {
  const bytes = accessBytes(opcode);
  const extended = isExtended(dst) || isExtended(src) || (bytes === 1 && needsRexByte(src));
  const rex = bytes === 8 ? [rex2(0x48, dst, src)] : extended ? [rex2(0x40, dst, src)] : [];
  const op = [...(bytes === 2 ? [0x66] : []), ...rex, bytes === 1 ? 0x88 : 0x89];
  code.named([...op, ...code.place(dst, src, off)], 'mov', `${registerName(src, bytes)},${memory(dst, off)}`);
}

const SUFFIX: Readonly<Record<number, string>> = { 1: 'b', 2: 'w', 4: 'l', 8: 'q' };

export function storeImm(code: Code, { dst, off, imm, opcode }: Insn): void {
  const bytes = accessBytes(opcode);
  const rex = bytes === 8 ? [rex1(0x48, dst)] : isExtended(dst) ? [0x41] : [];
  const op = [...(bytes === 2 ? [0x66] : []), ...rex, bytes === 1 ? 0xc6 : 0xc7];
  const place = off >= -128 && off <= 127 ? [modrm1(0x40, dst), off & 255] : [modrm1(0x80, dst), ...imm32(off)];
  const value = imm32(imm).slice(0, Math.min(bytes, 4));
  code.named([...op, ...place, ...value], `mov${SUFFIX[bytes]}`, `${immediate(imm, bytes)},${memory(dst, off)}`);
}

/** Atomic instructions by imm: name and opcode; those that need a loop are not supported. */
const ATOMICS: Readonly<Record<number, readonly [name: string, opcode: readonly number[]]>> = {
  0x00: ['add', [0x01]],
  0x40: ['or', [0x09]],
  0x50: ['and', [0x21]],
  0xa0: ['xor', [0x31]],
  0x01: ['xadd', [0x0f, 0xc1]],
  0xe1: ['xchg', [0x87]],
  0xf1: ['cmpxchg', [0x0f, 0xb1]],
};

export function atomic(code: Code, { dst, src, off, imm, opcode }: Insn): boolean {
  const known = ATOMICS[imm];
  if (!known) return false;
  const [name, op] = known;
  const bytes = accessBytes(opcode);
  const text = `lock ${name} ${registerName(src, bytes)},${memory(dst, off)}`;
  code.put([0xf0, ...code.prefix2(dst, src, bytes === 8), ...op, ...code.place(dst, src, off)], text);
  return true;
}

/** Top of user space with five-level page tables, and the page after it. */
const USER_END = 0x0100_0000;
const VSYSCALL = { low: 0xff60_0000, high: 0xffff_ffff } as const;

/** Emits a load through a pointer that may be invalid, where it reads 0. */
export function probeLoad(code: Code, made: Insn, style: ProbeStyle): void {
  const { dst, src, off } = made;
  const zero = (isExtended(dst) ? 3 : 2) + 2;
  const loadBytes = loadSize(code, made);
  if (style === 'limit') {
    code.moveImm64(AUX, Math.abs(off), USER_END);
    code.two('cmp', [0x39], src, AUX, true);
    code.jumpOver(0x72, 'jb', 3 + 7 + 2);
    code.move(AUX, src, true);
    code.addToAux(off);
    code.jumpOver(0x73, 'jae', zero);
  } else {
    code.moveImm64(AX, VSYSCALL.low, VSYSCALL.high);
    code.move(AUX, src, true);
    if (off !== 0) code.addToAux(off);
    code.two('sub', [0x29], AUX, AX, true);
    code.moveImm64(AX, 0x00a0_0000, USER_END);
    code.two('cmp', [0x39], AX, AUX, true);
    code.jumpOver(0x77, 'ja', zero);
  }
  code.moveImm(dst, 0, false);
  code.jumpOver(0xeb, 'jmp', loadBytes);
  load(code, made);
}

function loadSize(code: Code, { dst, src, off, opcode }: Insn): number {
  const [, op, wide] = entryOf(LOADS, accessBytes(opcode));
  return code.prefix2(src, dst, wide).length + op.length + code.place(src, dst, off).length;
}
