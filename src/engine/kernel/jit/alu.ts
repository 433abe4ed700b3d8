/* Arithmetic and comparisons of do_jit. */
import { entryOf } from '../../base/assert.ts';
import type { Insn } from '../../isa/insn.ts';
import { CLASS, classOf, codeOf, usesRegister } from '../../isa/opcodes.ts';
import { type Code, fitsByte, imm32, immediate } from './code.ts';
import { AUX, isRax, modrm1, modrm2, registerName } from './registers.ts';

interface Simple {
  readonly name: string;
  /** register to register; register and immediate: ModRM base, and the short form for rax */
  readonly opcode: number;
  readonly base: number;
  readonly rax: number;
}

/** Encodings by the code of the operation. */
const SIMPLE: Readonly<Record<number, Simple>> = {
  0x00: { name: 'add', opcode: 0x01, base: 0xc0, rax: 0x05 },
  0x10: { name: 'sub', opcode: 0x29, base: 0xe8, rax: 0x2d },
  0x40: { name: 'or', opcode: 0x09, base: 0xc8, rax: 0x0d },
  0x50: { name: 'and', opcode: 0x21, base: 0xe0, rax: 0x25 },
  0xa0: { name: 'xor', opcode: 0x31, base: 0xf0, rax: 0x35 },
};
const SHIFTS: Readonly<Record<number, readonly [name: string, base: number]>> = {
  0x60: ['shl', 0xe0],
  0x70: ['shr', 0xe8],
  0xc0: ['sar', 0xf8],
};
const MUL = 0x20;
const DIV = 0x30;
const NEG = 0x80;
const MOD = 0x90;
const MOV = 0xb0;

/** register, immediate: in a byte where it fits */
function withImm(code: Code, name: string, base: number, rax: number, reg: number, value: number, wide: boolean): void {
  const prefix = code.prefix1(reg, wide);
  const text = `${immediate(value, wide ? 8 : 4)},${registerName(reg, wide ? 8 : 4)}`;
  if (fitsByte(value)) code.named([...prefix, 0x83, modrm1(base, reg), value & 255], name, text);
  else if (isRax(reg) && rax !== 0) code.named([...prefix, rax, ...imm32(value)], name, text);
  else code.named([...prefix, 0x81, modrm1(base, reg), ...imm32(value)], name, text);
}

function multiply(code: Code, { dst, src, imm, opcode }: Insn, wide: boolean): void {
  if (usesRegister(opcode)) {
    // imul writes its reg operand
    const operands = `${registerName(src, wide ? 8 : 4)},${registerName(dst, wide ? 8 : 4)}`;
    return code.named([...code.prefix2(src, dst, wide), 0x0f, 0xaf, modrm2(0xc0, src, dst)], 'imul', operands);
  }
  const name = registerName(dst, wide ? 8 : 4);
  const text = `${immediate(imm, wide ? 8 : 4)},${name},${name}`;
  const modrm = modrm2(0xc0, dst, dst);
  const prefix = code.prefix2(dst, dst, wide);
  code.named(
    fitsByte(imm) ? [...prefix, 0x6b, modrm, imm & 255] : [...prefix, 0x69, modrm, ...imm32(imm)],
    'imul',
    text,
  );
}

/** div takes rdx:rax, so both are saved where they are not the destination. */
function divide(code: Code, { dst, src, imm, opcode, off }: Insn, wide: boolean): void {
  const [rax, rdx] = [0, 3];
  let by = src;
  if (dst !== rax) code.named([0x50], 'push', '%rax');
  if (dst !== rdx) code.named([0x52], 'push', '%rdx');
  if (!usesRegister(opcode)) {
    code.named([0x49, 0xc7, 0xc3, ...imm32(imm)], 'mov', `${immediate(imm, 8)},%r11`);
    by = AUX;
  } else if (src === rax || src === rdx) {
    code.move(AUX, src, true);
    by = AUX;
  }
  if (dst !== rax) code.move(rax, dst, wide);
  if (off === 0) code.two('xor', [0x31], rdx, rdx, false);
  else code.put(wide ? [0x48, 0x99] : [0x99], wide ? 'cqto' : 'cltd');
  if (off === 0) code.one('div', 0xf7, 0xf0, by, wide);
  else code.one('idiv', 0xf7, 0xf8, by, wide);
  if (codeOf(opcode) === MOD && dst !== rdx) code.move(dst, rdx, wide);
  else if (codeOf(opcode) === DIV && dst !== rax) code.move(dst, rax, wide);
  if (dst !== rdx) code.named([0x5a], 'pop', '%rdx');
  if (dst !== rax) code.named([0x58], 'pop', '%rax');
}

function shift(code: Code, { dst, src, imm, opcode }: Insn, wide: boolean): boolean {
  const [name, base] = entryOf(SHIFTS, codeOf(opcode));
  if (usesRegister(opcode)) {
    // shifts take their count in rcx only, which holds R4
    if (src !== 4) return false;
    code.named([...code.prefix1(dst, wide), 0xd3, modrm1(base, dst)], name, `%cl,${registerName(dst, wide ? 8 : 4)}`);
  } else if (imm === 1) code.one(name, 0xd1, base, dst, wide);
  else {
    const text = `${immediate(imm, 1)},${registerName(dst, wide ? 8 : 4)}`;
    code.named([...code.prefix1(dst, wide), 0xc1, modrm1(base, dst), imm & 255], name, text);
  }
  return true;
}

/** Emits an arithmetic instruction; returns false for one that this table lacks. */
export function arithmetic(code: Code, made: Insn): boolean {
  const { opcode, dst, src, imm } = made;
  const wide = classOf(opcode) === CLASS.ALU64;
  const op = codeOf(opcode);
  const simple = SIMPLE[op];
  if (simple) {
    if (usesRegister(opcode)) code.two(simple.name, [simple.opcode], dst, src, wide);
    else withImm(code, simple.name, simple.base, simple.rax, dst, imm, wide);
    return true;
  }
  if (SHIFTS[op]) return shift(code, made, wide);
  if (op === MUL) multiply(code, made, wide);
  else if (op === DIV || op === MOD) divide(code, made, wide);
  else if (op === NEG) code.one('neg', 0xf7, 0xd8, dst, wide);
  else if (op === MOV && made.off === 0) {
    if (usesRegister(opcode)) code.move(dst, src, wide);
    else code.moveImm(dst, imm, wide);
  } else return false;
  return true;
}

const JSET = 0x40;

/** Emits the comparison before a conditional jump. */
export function comparison(code: Code, { opcode, dst, src, imm }: Insn): void {
  const wide = classOf(opcode) === CLASS.JMP;
  const isSet = codeOf(opcode) === JSET;
  if (usesRegister(opcode)) return code.two(isSet ? 'test' : 'cmp', [isSet ? 0x85 : 0x39], dst, src, wide);
  if (isSet) {
    const text = `${immediate(imm, wide ? 8 : 4)},${registerName(dst, wide ? 8 : 4)}`;
    return code.named([...code.prefix1(dst, wide), 0xf7, modrm1(0xc0, dst), ...imm32(imm)], 'test', text);
  }
  if (imm === 0) return code.two('test', [0x85], dst, dst, wide);
  withImm(code, 'cmp', 0xf8, 0, dst, imm, wide);
}

/** Condition codes by the code of the jump: short opcode, and name. */
export const CONDITIONS: Readonly<Record<number, readonly [opcode: number, name: string]>> = {
  0x10: [0x74, 'je'],
  0x20: [0x77, 'ja'],
  0x30: [0x73, 'jae'],
  0x40: [0x75, 'jne'],
  0x50: [0x75, 'jne'],
  0x60: [0x7f, 'jg'],
  0x70: [0x7d, 'jge'],
  0xa0: [0x72, 'jb'],
  0xb0: [0x76, 'jbe'],
  0xc0: [0x7c, 'jl'],
  0xd0: [0x7e, 'jle'],
};
