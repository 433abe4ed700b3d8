/** Programs that recorded kernels refused before following a path. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ERRNO } from '../base/errno.ts';
import { openBtf } from '../btf/read.ts';
import { assembleBare } from '../isa/assembler.ts';
import { factsOf } from './facts.ts';
import { structureFault, verify } from './verify.ts';

interface Recorded {
  readonly kernel: string;
  readonly id: string;
  readonly insns: string;
  readonly errno: number;
  /** the message, without the register states before it */
  readonly text: string;
}

const opened = openBtf(
  gunzipSync(readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', 'v6.12.whole.btf.gz'))),
);
if (!opened.ok) throw new Error(opened.error.message);
const btf = opened.value;
const KERNELS = ['v5.6', 'v6.1', 'v6.12'];
const recorded = JSON.parse(
  readFileSync(new URL('fixtures/insn-refusals.json', import.meta.url), 'utf8'),
) as Recorded[];

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

/** Every fd is an array map with one element of 64 bytes. */
const ARRAY = { name: 'a', type: 2, keySize: 4, valueSize: 64, maxEntries: 1, flags: 0 };
const parts = (kernel: string, insns: Uint8Array): Parameters<typeof verify> => [
  { insns, type: 'raw_tracepoint', attachBtfId: 0, expectedAttachType: 0, license: 'GPL', flags: 0 },
  { facts: factsOf(kernel), btf, mapByFd: () => ARRAY, logLevel: 0, logSize: 1 << 20 },
];

interface Refusal {
  readonly errno: number;
  readonly text: string;
}

const structure = (kernel: string, insns: Uint8Array): Refusal | null => structureFault(...parts(kernel, insns));
function check(kernel: string, insns: Uint8Array): Refusal | null {
  const { errno, message } = verify(...parts(kernel, insns));
  return errno === 0 ? null : { errno, text: message };
}

test.each(recorded)('$kernel $id', ({ kernel, insns, errno, text }) => {
  // accepted programs were loaded with records of their functions, which are not here
  const answer = errno === 0 ? structure : check;
  expect(answer(kernel, bytesOf(insns))).toEqual(errno === 0 ? null : { errno, text });
});

const END = 'r0 = 0\nexit';
const pseudo = (text: string): Uint8Array => {
  const { value, diagnostics } = assembleBare(text);
  expect(diagnostics).toEqual([]);
  return value.insns;
};

describe('instructions by version', () => {
  const unknown = (opcode: string): string => `unknown opcode ${opcode}`;
  const reserved = (name: string): string => `${name} uses reserved fields`;
  test.each<[string, string, Record<string, string | null>]>([
    ['gotol', `gotol +0\n${END}`, { 'v5.6': unknown('06'), 'v6.1': null, 'v6.12': null }],
    ['bswap', `r1 = bswap16 r1\n${END}`, { 'v5.6': unknown('d7'), 'v6.1': unknown('d7'), 'v6.12': null }],
    [
      'ldsx',
      `*(u8 *)(r10 - 1) = 1\nr1 = *(s8 *)(r10 - 1)\n${END}`,
      { 'v5.6': reserved('BPF_LDX'), 'v6.1': reserved('BPF_LDX'), 'v6.12': null },
    ],
    ['movsx', `r1 = (s8)r1\n${END}`, { 'v5.6': reserved('BPF_MOV'), 'v6.1': reserved('BPF_MOV'), 'v6.12': null }],
    ['sdiv', `r1 = 9\nr1 s/= 3\n${END}`, { 'v5.6': reserved('BPF_ALU'), 'v6.1': reserved('BPF_ALU'), 'v6.12': null }],
    [
      'smod32',
      `w1 = 9\nw2 = 2\nw1 s%= w2\n${END}`,
      { 'v5.6': reserved('BPF_ALU'), 'v6.1': reserved('BPF_ALU'), 'v6.12': null },
    ],
    [
      'addr_space_cast',
      `r1 = addr_space_cast(r1, 0, 1)\n${END}`,
      {
        'v5.6': reserved('BPF_MOV'),
        'v6.1': reserved('BPF_MOV'),
        'v6.12': 'addr_space_cast insn can only be used in a program that has an associated arena',
      },
    ],
    [
      'addr_space_cast between others',
      `r1 = addr_space_cast(r1, 2, 3)\n${END}`,
      { 'v6.1': reserved('BPF_MOV'), 'v6.12': 'addr_space_cast insn can only convert between address space 1 and 0' },
    ],
    ['may_goto', `may_goto +1\nr0 = 1\n${END}`, { 'v5.6': unknown('e5'), 'v6.1': unknown('e5'), 'v6.12': null }],
    ['may_goto nowhere', `may_goto +0\n${END}`, { 'v6.12': 'invalid may_goto off 0 imm 0', 'v6.18': null }],
    [
      'atomic fetch',
      `r1 = atomic_fetch_add((u64 *)(r10 - 8), r1)\n${END}`,
      { 'v5.6': reserved('BPF_STX'), 'v6.1': null, 'v6.12': null },
    ],
    ['atomic add', `lock *(u64 *)(r10 - 8) += r1\n${END}`, { 'v5.6': null, 'v6.1': null, 'v6.12': null }],
    [
      'load_acquire',
      `r1 = load_acquire((u64 *)(r10 - 8))\n${END}`,
      {
        'v5.6': reserved('BPF_STX'),
        'v6.1': 'BPF_ATOMIC uses invalid atomic opcode 100',
        'v6.12': 'BPF_ATOMIC uses invalid atomic opcode 100',
      },
    ],
    [
      'store_release',
      `store_release((u64 *)(r10 - 8), r1)\n${END}`,
      {
        'v5.6': reserved('BPF_STX'),
        'v6.1': 'BPF_ATOMIC uses invalid atomic opcode 110',
        'v6.12': 'BPF_ATOMIC uses invalid atomic opcode 110',
      },
    ],
  ])('%s', (_, text, answers) => {
    const insns = pseudo(text);
    for (const [kernel, answer] of Object.entries(answers))
      expect([kernel, check(kernel, insns)?.text ?? null]).toEqual([kernel, answer]);
  });
});

test.each([
  ['1510000000000000', 'BPF_JMP/JMP32 uses reserved fields'],
  ['1610000000000000', 'BPF_JMP/JMP32 uses reserved fields'],
  ['0500000001000000', 'BPF_JA uses reserved fields'],
  ['e500010007000000', 'invalid may_goto off 1 imm 7'],
  ['b710000000000000', 'BPF_MOV uses reserved fields'],
])('a field that is not the instruction’s own: %s', (hex, text) => {
  const insns = new Uint8Array([...pseudo('r0 = 0\nr1 = 0'), ...bytesOf(hex), ...pseudo(END)]);
  expect(check('v6.12', insns)).toEqual({ errno: ERRNO.EINVAL, text });
});

describe('functions', () => {
  const chain = (depth: number): string =>
    [...Array.from({ length: depth - 1 }, () => 'call pc+1\nexit'), END].join('\n');

  test('eight frames, and no ninth', () => {
    expect(check('v6.12', pseudo(chain(8)))).toBe(null);
    expect(check('v6.12', pseudo(chain(9)))).toEqual({
      errno: ERRNO.E2BIG,
      text: 'the call stack of 9 frames is too deep',
    });
  });

  test('512 bytes of stack in total, each function rounded up', () => {
    const two = (a: number, b: number): Uint8Array =>
      pseudo(`r1 = 0\n*(u64 *)(r10 - ${a}) = r1\ncall pc+2\n${END}\nr1 = 0\n*(u64 *)(r10 - ${b}) = r1\n${END}`);
    expect(check('v6.12', two(256, 256))).toBe(null);
    expect(check('v6.12', two(264, 240))).toBe(null);
    expect(check('v6.1', two(264, 240))).toEqual({
      errno: ERRNO.EACCES,
      text: 'combined stack size of 2 calls is 544. Too large',
    });
    expect(check('v6.12', two(512, 8))?.text).toBe('combined stack size of 2 calls is 528. Too large');
  });
});

test('any bytes get a verdict', () => {
  let x = 1;
  for (let run = 0; run < 2000; run++) {
    const bytes = Uint8Array.from({ length: 8 * (1 + (run % 12)) }, () => {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      return x >>> 24;
    });
    for (const kernel of KERNELS) expect(structure(kernel, bytes)).not.toBe(undefined);
  }
});

test('a million instructions are checked, in a straight line and in a chain of jumps', () => {
  const slots = 1_000_000;
  const line = new Uint8Array(slots * 8);
  for (let i = 0; i < slots; i++) line[i * 8] = 0xb7;
  line[(slots - 1) * 8] = 0x95;
  expect(structure('v6.12', line)).toBe(null);
  for (let i = 0; i < slots - 1; i++) line[i * 8] = 0x15;
  expect(structure('v6.12', line)).toBe(null);
});
