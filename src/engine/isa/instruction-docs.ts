/* What each instruction does, in words. Only the editor imports them, so that the worker's bundle stays small. */
import { assert } from '../base/assert.ts';
import type { InstructionSpec } from './instructions.ts';

const ALU = {
  add: 'Adds the source to the destination; overflow wraps.',
  sub: 'Takes the source from the destination; overflow wraps.',
  mul: 'Multiplies; keeps the low bits of the product.',
  div: 'Divides, both unsigned. Division by 0 gives 0.',
  sdiv: 'Divides, both signed, towards zero. Division by 0 gives 0; the least number by -1 gives itself.',
  or: 'Sets the bits that the source has set.',
  and: 'Keeps only the bits that the source has set too.',
  lsh: 'Shifts left. Only the low bits of the count matter: 6 of them, 5 in the 32-bit form.',
  rsh: 'Shifts right, zeros come in at the top.',
  neg: "Changes the sign (two's complement).",
  mod: 'Remainder of unsigned division. Modulo 0 leaves the destination as it is.',
  smod: 'Remainder of signed division, with the sign of the dividend. Modulo 0 leaves the destination as it is.',
  xor: 'Flips the bits that the source has set.',
  mov: 'Copies the source.',
  arsh: 'Shifts right, copies of the sign bit come in at the top.',
} as const;

const JUMPS = {
  jeq: 'Jumps if equal.',
  jgt: 'Jumps if greater, both unsigned.',
  jge: 'Jumps if greater or equal, both unsigned.',
  jset: 'Jumps if they have a set bit in common.',
  jne: 'Jumps if not equal.',
  jsgt: 'Jumps if greater, both signed.',
  jsge: 'Jumps if greater or equal, both signed.',
  jlt: 'Jumps if less, both unsigned.',
  jle: 'Jumps if less or equal, both unsigned.',
  jslt: 'Jumps if less, both signed.',
  jsle: 'Jumps if less or equal, both signed.',
} as const;

const CONTROL = {
  ja: 'Jumps.',
  ja32: 'Jumps; reaches 2^31 slots instead of 2^15.',
  may_goto: 'Jumps once the budget of 8,388,608 rounds is used up: it bounds a loop that the verifier cannot.',
  call: 'Calls a helper. Arguments in r1 to r5, result in r0; r1 to r5 are lost, r6 to r9 kept.',
  'call local': 'Calls a function of this program with a stack frame of its own; at most 8 frames deep.',
  'call runtime': 'Calls a kernel function (kfunc) by its BTF id. Arguments in r1 to r5, result in r0.',
  callx: 'Calls the address in a register. Linux refuses it.',
  exit: 'Returns r0 to the caller, or ends the program.',
  addr_space_cast: 'Turns a pointer of one address space into one of another; arenas use it.',
} as const;

/** by src_reg */
const WIDE = [
  'Loads a 64-bit immediate; takes two slots.',
  'Loads a map, named by its fd; the loader puts its address here.',
  'Loads the address of a map value: map by fd, offset in the second slot.',
  'Loads the address of a kernel variable, by its BTF id.',
  'Loads the address of a function of this program, for a callback.',
  'Loads a map, named by its index in fd_array.',
  'Loads the address of a map value: map by its index in fd_array, offset in the second slot.',
] as const;

const ATOMICS = { add: 'Adds', or: 'Ors', and: 'Ands', xor: 'Xors' } as const;

const BYTES = { b: '1 byte', h: '2 bytes', w: '4 bytes', dw: '8 bytes' } as const;
const PACKET =
  'of the packet in network byte order into r0 as a number; ends the program with 0 when they lie outside. r6 must hold the skb.';

const names = (words: object): string => Object.keys(words).join('|');
const pattern = (text: string): RegExp => new RegExp(`^(?:${text})$`);
const zeros = (size: string): string => (size === 'dw' ? '' : ', zero-extended');
const old = (half: string): string => `the old value${half === '' ? '' : ', zero-extended'}`;
const bytes = (size: string): string => BYTES[size as keyof typeof BYTES];
const verb = (name: string): string => ATOMICS[name as keyof typeof ATOMICS];

/** Texts by instruction name; the pattern's groups are what differs within a family. */
const FAMILIES: readonly (readonly [RegExp, (spec: InstructionSpec, ...groups: string[]) => string])[] = [
  [pattern(names(CONTROL)), ({ name }) => CONTROL[name as keyof typeof CONTROL]],
  [pattern(`(${names(ALU)})(32)?`), (spec, name, half) => ALU[name as keyof typeof ALU] + aluNote(spec, half)],
  [pattern(`(${names(JUMPS)})(32)?`), (spec, name, half) => JUMPS[name as keyof typeof JUMPS] + jumpNote(spec, half)],
  [
    /^movsx(8|16|32)(32|64)$/,
    (_, from, to) =>
      `Copies the low ${from} bits of the source, sign-extended to ${to}${to === '32' ? '; the upper 32 become 0' : ''}.`,
  ],
  [/^le(\d+)$/, (_, n) => `To little endian, which this machine is: keeps the low ${n} bits, clears the rest.`],
  [
    /^be(\d+)$/,
    (_, n) =>
      `To big endian: swaps the low ${n} bits byte by byte, clears the rest. Turns a field of a packet into a number.`,
  ],
  [/^bswap(\d+)$/, (_, n) => `Swaps the low ${n} bits byte by byte, clears the rest.`],
  [/^ldx(b|h|w|dw)$/, (_, size) => `Loads ${bytes(size)}${zeros(size)}. A load through a bad BTF pointer reads 0.`],
  [/^ldxs(b|h|w)$/, (_, size) => `Loads ${bytes(size)}, sign-extended to 64 bits.`],
  [/^st(b|h|w|dw)$/, (_, size) => `Stores an immediate as ${bytes(size)}${size === 'dw' ? ', sign-extended' : ''}.`],
  [/^stx(b|h|w|dw)$/, (_, size) => `Stores the low ${bytes(size)} of a register.`],
  [
    /^ldacq(b|h|w|dw)$/,
    (_, size) => `Loads ${bytes(size)}${zeros(size)}; nothing that follows in the program is seen before it.`,
  ],
  [/^strel(b|h|w|dw)$/, (_, size) => `Stores ${bytes(size)}; everything before it in the program is seen first.`],
  [pattern(`lock (${names(ATOMICS)})(32)?`), (_, name) => `${verb(name)} the source into memory, in one step.`],
  [
    pattern(`lock fetch (${names(ATOMICS)})(32)?`),
    (_, name, half) => `${verb(name)} the source into memory in one step; the source register becomes ${old(half)}.`,
  ],
  [/^lock xchg(32)?$/, (_, half) => `Exchanges memory and the source register, which becomes ${old(half)}.`],
  [
    /^lock cmpxchg(32)?$/,
    (_, half) => `Stores the source if memory equals r0. r0 becomes ${old(half)}, also on success.`,
  ],
  [/^lddw$/, ({ src = 0 }) => WIDE[src]],
  [/^ldabs(b|h|w)$/, (_, size) => `Loads ${bytes(size)} ${PACKET}`],
  [/^ldind(b|h|w)$/, (_, size) => `Loads ${bytes(size)} at an offset from a register ${PACKET}`],
];

const aluNote = (spec: InstructionSpec, half: string): string =>
  half === '' ? signNote(spec) : ' Works on the low 32 bits and clears the upper 32.';
const jumpNote = (spec: InstructionSpec, half: string): string =>
  half === '' ? signNote(spec) : ' Compares the low 32 bits.';
const signNote = ({ shape }: InstructionSpec): string =>
  shape.endsWith('-imm') ? ' The immediate is sign-extended to 64 bits.' : '';

export function instructionDoc(spec: InstructionSpec): string {
  for (const [name, words] of FAMILIES) {
    const match = name.exec(spec.name);
    if (match) return words(spec, ...match.slice(1).map((group: string | undefined) => group ?? ''));
  }
  assert(false, `no words for ${spec.name}`);
}
