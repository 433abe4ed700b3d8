/* Collects x86-64 instructions as bytes and as text in objdump's AT&T syntax. */
import { AUX, isExtended, modrm1, modrm2, registerName, rex1, rex2 } from './registers.ts';

/** One instruction; `to`: target of a jump or call, in bytes from the start of the function. */
export interface JitLine {
  readonly offset: number;
  readonly bytes: readonly number[];
  readonly text: string;
  readonly to: number | null;
  /** slot of the BPF instruction that it belongs to; -1: before the first */
  readonly slot: number;
}

export const imm32 = (value: number): number[] => [
  value & 255,
  (value >> 8) & 255,
  (value >> 16) & 255,
  (value >>> 24) & 255,
];
export const fitsByte = (value: number): boolean => value >= -128 && value <= 127;

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** An immediate as objdump shows it, by the width of its operand. */
export function immediate(value: number, bytes: number): string {
  if (value >= 0) return `$${hex(value)}`;
  return `$${hex(BigInt.asUintN(bytes * 8, BigInt(value)))}`;
}

/** `0x8(%rdi)`, `-0x4(%rbp)` */
export function memory(base: number, offset: number): string {
  const text = offset < 0 ? `-${hex(-offset)}` : hex(offset);
  return `${text}(${registerName(base, 8)})`;
}

const gap = (name: string): string => name.padEnd(6);

export class Code {
  readonly lines: JitLine[] = [];
  at = 0;
  slot = -1;

  put(bytes: readonly number[], text: string, to: number | null = null): void {
    this.lines.push({ offset: this.at, bytes, text, to, slot: this.slot });
    this.at += bytes.length;
  }

  named(bytes: readonly number[], name: string, operands: string): void {
    this.put(bytes, `${gap(name)} ${operands}`);
  }

  /** maybe_emit_mod: the REX prefix of an instruction on two registers, where it has one. */
  prefix2(rm: number, reg: number, wide: boolean): number[] {
    if (wide) return [rex2(0x48, rm, reg)];
    return isExtended(rm) || isExtended(reg) ? [rex2(0x40, rm, reg)] : [];
  }

  prefix1(reg: number, wide: boolean): number[] {
    if (wide) return [rex1(0x48, reg)];
    return isExtended(reg) ? [rex1(0x40, reg)] : [];
  }

  /** An instruction on two registers: `add %rsi,%rdi` has rsi as its reg. */
  two(name: string, opcode: readonly number[], rm: number, reg: number, wide: boolean): void {
    const bytes = wide ? 8 : 4;
    const text = `${registerName(reg, bytes)},${registerName(rm, bytes)}`;
    this.named([...this.prefix2(rm, reg, wide), ...opcode, modrm2(0xc0, rm, reg)], name, text);
  }

  /** An instruction on one register. */
  one(name: string, opcode: number, base: number, reg: number, wide: boolean): void {
    this.named([...this.prefix1(reg, wide), opcode, modrm1(base, reg)], name, registerName(reg, wide ? 8 : 4));
  }

  move(dst: number, src: number, wide: boolean): void {
    this.two('mov', [0x89], dst, src, wide);
  }

  /** emit_mov_imm32 */
  moveImm(dst: number, value: number, signed: boolean): void {
    if (signed && value < 0) {
      this.named(
        [rex1(0x48, dst), 0xc7, modrm1(0xc0, dst), ...imm32(value)],
        'mov',
        `${immediate(value, 8)},${registerName(dst, 8)}`,
      );
    } else if (value === 0) {
      this.two('xor', [0x31], dst, dst, false);
    } else {
      const text = `${immediate(value >>> 0, 4)},${registerName(dst, 4)}`;
      this.named([...this.prefix1(dst, false), modrm1(0xb8, dst), ...imm32(value)], 'mov', text);
    }
  }

  /** emit_mov_imm64 */
  moveImm64(dst: number, low: number, high: number): void {
    if (high === 0) return this.moveImm(dst, low, false);
    const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    this.named(
      [rex1(0x48, dst), modrm1(0xb8, dst), ...imm32(low), ...imm32(high)],
      'movabs',
      `$${hex(value)},${registerName(dst, 8)}`,
    );
  }

  /** Tests a register against the scratch register, then jumps over `over` bytes. */
  jumpOver(opcode: number, name: string, over: number): void {
    const to = this.at + 2 + over;
    this.put([opcode, over & 255], `${gap(name)} `, to);
  }

  /** ModRM and displacement of a memory operand. */
  place(base: number, reg: number, offset: number): number[] {
    return fitsByte(offset) ? [modrm2(0x40, base, reg), offset & 255] : [modrm2(0x80, base, reg), ...imm32(offset)];
  }

  addToAux(value: number): void {
    this.named(
      [...this.prefix1(AUX, true), 0x81, modrm1(0xc0, AUX), ...imm32(value)],
      'add',
      `${immediate(value, 8)},${registerName(AUX, 8)}`,
    );
  }
}
