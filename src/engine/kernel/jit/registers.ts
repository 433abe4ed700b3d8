import { entryOf } from '../../base/assert.ts';
/* x86-64 registers that hold BPF registers (reg2hex of bpf_jit_comp.c), and their bits in REX and ModRM. */

/** BPF_REG_AX and AUX_REG: scratch registers of the JIT, numbered after R0 to R10. */
export const AX = 11;
export const AUX = 12;

interface X86Register {
  readonly bits: number;
  readonly extended: boolean;
  readonly names: readonly [b: string, w: string, d: string, q: string];
}

const legacy = (bits: number, letter: string, byte = `${letter}l`): X86Register => ({
  bits,
  extended: false,
  names: [byte, `${letter}x`, `e${letter}x`, `r${letter}x`],
});
const index = (bits: number, name: string): X86Register => ({
  bits,
  extended: false,
  names: [`${name}l`, name, `e${name}`, `r${name}`],
});
const numbered = (n: number): X86Register => ({
  bits: n - 8,
  extended: true,
  names: [`r${n}b`, `r${n}w`, `r${n}d`, `r${n}`],
});

/** rax rdi rsi rdx rcx r8 rbx r13 r14 r15 rbp r10 r11 */
const REGISTERS: readonly X86Register[] = [
  legacy(0, 'a'),
  index(7, 'di'),
  index(6, 'si'),
  legacy(2, 'd'),
  legacy(1, 'c'),
  numbered(8),
  legacy(3, 'b'),
  numbered(13),
  numbered(14),
  numbered(15),
  index(5, 'bp'),
  numbered(10),
  numbered(11),
];

export const isExtended = (reg: number): boolean => entryOf(REGISTERS, reg).extended;
/** is_ereg_8l: byte operands that need a REX prefix */
export const needsRexByte = (reg: number): boolean => isExtended(reg) || reg === 1 || reg === 2 || reg === 10;
export const isRax = (reg: number): boolean => reg === 0;

/** add_1mod, add_2mod, add_1reg, add_2reg: `byte` with the registers in it. */
export const rex1 = (byte: number, reg: number): number => byte | (isExtended(reg) ? 1 : 0);
export const rex2 = (byte: number, rm: number, reg: number): number => rex1(byte, rm) | (isExtended(reg) ? 4 : 0);
export const modrm1 = (byte: number, rm: number): number => byte + entryOf(REGISTERS, rm).bits;
export const modrm2 = (byte: number, rm: number, reg: number): number =>
  modrm1(byte, rm) + (entryOf(REGISTERS, reg).bits << 3);

/** AT&T name of a register, for an operand of 1, 2, 4 or 8 bytes. */
export const registerName = (reg: number, bytes: number): string =>
  `%${entryOf(REGISTERS, reg).names[31 - Math.clz32(bytes)]}`;
