import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert as check, constantFrom, nat, oneof, property, string, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whileWorking } from '../base/still-working.ts';
import { runs } from '../base/testing/runs.ts';
import { assemble, assembleBare } from './assembler.ts';
import { decodeAll } from './insn.ts';
import { linkProgram } from './link.ts';
import { assembleMnemonic } from './mnemonic.ts';
import type { SymbolSource } from './symbols.ts';

const FIELDS: Record<string, readonly [offset: number, size: number, bit?: number, bitSize?: number]> = {
  snd_cwnd: [100, 4],
  prior_cwnd: [104, 4],
  snd_ssthresh: [108, 4],
  max_packets_out: [112, 4],
  snd_cwnd_cnt: [116, 4],
  snd_cwnd_clamp: [120, 4],
  delivered_mstamp: [128, 8],
  is_cwnd_limited: [136, 1, 5, 1],
};
const KFUNCS = ['tcp_slow_start', 'tcp_cong_avoid_ai'];

const symbols: SymbolSource = {
  field(struct, path) {
    const row = struct === 'tcp_sock' ? Object.entries(FIELDS).find(([name]) => name === path)?.[1] : undefined;
    return row ? { offset: row[0], size: row[1], bit: row[2] ?? 0, bitSize: row[3] ?? 0 } : null;
  },
  fields: () => Object.keys(FIELDS),
  structs: () => ['tcp_sock'],
  enumerator: (_, name) => (name === 'CA_EVENT_LOSS' ? 3n : null),
  enumerators: () => ['CA_EVENT_LOSS', 'CA_EVENT_TX_START'],
  enums: () => ['tcp_ca_event'],
  kfunc: (name) => (KFUNCS.includes(name) ? { id: 90000 + KFUNCS.indexOf(name), prototype: '' } : null),
  kfuncs: () => KFUNCS,
  members: (name) =>
    name === 'tcp_congestion_ops'
      ? [
          { name: 'ssthresh', isFunction: true, prototype: '' },
          { name: 'undo_cwnd', isFunction: true, prototype: '' },
          { name: 'cong_avoid', isFunction: true, prototype: '' },
          { name: 'flags', isFunction: false, prototype: '' },
        ]
      : [],
};

const RENO = readFileSync(join(import.meta.dirname, '../../scenarios/programs/bpf_reno.s'), 'utf8');

/** One line as hex of its slots. */
function hex(line: string): string {
  const { value, diagnostics } = assembleBare(line, symbols);
  expect(diagnostics, line).toEqual([]);
  return [...value.insns].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

describe('instructions', () => {
  test.each([
    ['r1 = r2', 'bf21000000000000'],
    ['w1 = w2', 'bc21000000000000'],
    ['r1 += 5', '0701000005000000'],
    ['r1 s>>= 3', 'c701000003000000'],
    ['r1 = -r1', '8701000000000000'],
    ['w3 = -w3', '8403000000000000'],
    ['r1 = -8', 'b7010000f8ffffff'],
    ['w1 = 0xffffffff', 'b4010000ffffffff'],
    ['r1 = be16 r1', 'dc01000010000000'],
    ['r1 = le64 r1', 'd401000040000000'],
    ['r1 = bswap64 r1', 'd701000040000000'],
    ['r1 = (s8)r2', 'bf21080000000000'],
    ['w1 = (s16)w2', 'bc21100000000000'],
    ['r1 s/= r2', '3f21010000000000'],
    ['w1 s%= 3', '9401010003000000'],
    ['r0 = *(u32 *)(r1 + 8)', '6110080000000000'],
    ['w0 = *(u8 *)(r1 - 2)', '7110feff00000000'],
    ['r0 = *(s16 *)(r1 - 2)', '8910feff00000000'],
    ['*(u64 *)(r10 - 8) = r1', '7b1af8ff00000000'],
    ['*(u32 *)(r1 + 0) = 7', '6201000007000000'],
    ['*(u8 *)(r1) = 255', '72010000ff000000'],
    ['lock *(u64 *)(r1 + 0) += r2', 'db21000000000000'],
    ['lock *(u32 *)(r1 + 4) ^= w2', 'c3210400a0000000'],
    ['r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)', 'db21000001000000'],
    ['w2 = atomic_fetch_or((u32 *)(r1 + 0), w2)', 'c321000041000000'],
    ['r0 = cmpxchg_64(r1 + 0, r0, r2)', 'db210000f1000000'],
    ['w0 = cmpxchg32_32(r1 + 0, w0, w2)', 'c3210000f1000000'],
    ['r2 = xchg_64(r1 + 0, r2)', 'db210000e1000000'],
    ['w0 = load_acquire((u32 *)(r1 + 0))', 'c310000000010000'],
    ['store_release((u8 *)(r1 - 1), w2)', 'd321ffff10010000'],
    ['r1 = 0x1122334455667788 ll', '18010000887766550000000044332211'],
    ['r1 = -1 ll', '18010000ffffffff00000000ffffffff'],
    ['ld_pseudo r2, 1, 5', '18120000050000000000000000000000'],
    ['if r1 > 5 goto +0\nexit', '25010000050000009500000000000000'],
    ['if w1 s< w2 goto +0\nexit', 'ce210000000000009500000000000000'],
    ['goto -1', '0500ffff00000000'],
    ['gotol pc-1', '06000000ffffffff'],
    ['may_goto +0\nexit', 'e5000000000000009500000000000000'],
    ['call 12', '850000000c000000'],
    ['call -1', '85000000ffffffff'],
    ['call bpf_ktime_get_ns', '8500000005000000'],
    ['call tcp_slow_start', '85200000905f0100'],
    ['call kfunc 90000', '85200000905f0100'],
    ['call pc+0\nexit', '85100000000000009500000000000000'],
    ['callx r2', '8d02000000000000'],
    ['exit', '9500000000000000'],
    ['r0 = *(u16 *)skb[12]', '280000000c000000'],
    ['r0 = *(u8 *)skb[r7 + 3]', '5070000003000000'],
    ['r1 = addr_space_cast(r2, 0, 1)', 'bf21010001000000'],
    ['r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)', '6160640000000000'],
    ['r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd + 4)', '6160680000000000'],
    ['r1 = tcp_ca_event.CA_EVENT_LOSS', 'b701000003000000'],
    ['r1 &= mask(tcp_sock.is_cwnd_limited)', '5701000020000000'],
    ['r6 += tcp_sock.snd_cwnd', '0706000064000000'],
    // as the kernel and bpftool print them
    ['r2 = atomic64_fetch_add((u64 *)(r1 +0), r2)', 'db21000001000000'],
    ['r2 = atomic_fetch_or((u32 *)(r1 -8), r2)', 'c321f8ff41000000'],
    ['r2 = atomic64_xchg((u64 *)(r1 +0), r2)', 'db210000e1000000'],
    ['r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2)', 'c3210000f1000000'],
    ['r0 = *(u8 *)skb[r7 + -1]', '50700000ffffffff'],
    ['   3: (b7) r0 = 0', 'b700000000000000'],
    // as llvm-objdump prints them
    ['       3:\t79 16 00 00 00 00 00 00\tr6 = *(u64 *)(r1 + 0x0)', '7916000000000000'],
    ['15: goto -0x1 <main+0x78>', '0500ffff00000000'],
  ])('%s', (line, expected) => expect(hex(line)).toBe(expected));

  test('labels, comments of every kind and several labels on a line', () => {
    const code = '/* a\n b */ top: again: r1 += 1 ; why\n if r1 < 5 goto top # x\n goto again // y\n exit';
    expect(hex(code)).toBe('0701000001000000a501feff050000000500fdff000000009500000000000000');
  });
});

describe('objects', () => {
  test('Reno: the struct, its functions and the slot of each line', () => {
    const { value, diagnostics } = assemble(RENO, symbols);
    expect(diagnostics).toEqual([]);
    expect(value.license).toBe('GPL');
    expect(value.structOps).toEqual({ type: 'tcp_congestion_ops', name: 'bpf_reno', flags: 0, link: false });
    expect(value.functions.map(({ name, member }) => [name, member])).toEqual([
      ['reno_ssthresh', 'ssthresh'],
      ['reno_undo_cwnd', 'undo_cwnd'],
      ['reno_cong_avoid', 'cong_avoid'],
    ]);
    const text = RENO.split('\n');
    for (const { lines, insns } of value.functions) {
      expect(lines.length * 8).toBe(insns.length);
      expect(text[lines[0]]).toContain('r6 = *(u64 *)(r1 + 0)');
    }
    expect(value.references.filter(({ kind }) => kind === 'kfunc')).toHaveLength(2);
  });

  const SUBPROGRAMS = `
.struct_ops tcp_congestion_ops
.name "x"
.section struct_ops/ssthresh
main:
    r1 = 3
    call twice
    call thrice
    exit
.section .text
twice:
    r0 = r1
    r0 += r1
    exit
thrice:
    r6 = r1
    call twice
    r0 += r6
    exit`;

  test('subprograms are appended once each, calls relative', () => {
    const { value, diagnostics } = assemble(SUBPROGRAMS, symbols);
    expect(diagnostics).toEqual([]);
    const linked = linkProgram(value, 'main');
    expect(linked?.functions).toEqual([
      { name: 'main', slot: 0 },
      { name: 'twice', slot: 4 },
      { name: 'thrice', slot: 7 },
    ]);
    const insns = decodeAll(linked?.insns ?? new Uint8Array());
    expect([1, 2, 8].map((slot) => [insns[slot].src, slot + 1 + insns[slot].imm])).toEqual([
      [1, 4],
      [1, 7],
      [1, 4],
    ]);
    expect(linkProgram(value, 'nobody')).toBeNull();
  });
});

test('directives written by clang are ignored, except for the licence', () => {
  const { value, diagnostics } = assemble(
    `	.text
	.file	"x.c"
	.struct_ops tcp_congestion_ops
	.name "x"
	.section	"struct_ops/ssthresh","ax",@progbits
	.globl	ssthresh                        # -- Begin function ssthresh
	.p2align	3
	.type	ssthresh,@function
ssthresh:                               # @ssthresh
	.loc	0 4 0                           # x.c:4:0
	.cfi_startproc
# %bb.0:
	w0 = 2
	exit
.Lfunc_end0:
	.size	ssthresh, .Lfunc_end0-ssthresh
	.cfi_endproc
	.section	license,"aw",@progbits
LICENSE:
	.asciz	"Dual BSD/GPL"
	.section	.debug_line,"",@progbits
.Lline_table_start0:
`,
    symbols,
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(value.license).toBe('Dual BSD/GPL');
  expect(value.functions.map(({ name, insns }) => [name, insns.length])).toEqual([['ssthresh', 16]]);
});

/** `code line:column-endColumn` of each diagnostic, and the text that its fix puts there */
function problems(text: string): string[] {
  return assemble(text, symbols).diagnostics.map(({ code, range, fix }) => {
    const place = `${code} ${range.line}:${range.column}-${range.endColumn}`;
    return fix ? `${place} -> ${fix.text}` : place;
  });
}

describe('diagnostics', () => {
  const inFunction = (...lines: string[]): string[] =>
    problems(
      ['.struct_ops tcp_congestion_ops', '.name "x"', '.section struct_ops/ssthresh', 'f:', ...lines].join('\n'),
    );

  test.each([
    ['exot', ['E0301 4:0-4 -> exit'], true],
    ['r11 = 0', ['E0302 4:0-3 -> r10']],
    ['ro = 0', ['E0302 4:0-2 -> r0']],
    ['r1 = w2', ['E0203 4:5-7 -> r2']],
    ['mov r1, 2', ['E0204 4:0-3']],
    ['r1 = 2 3', ['E0202 4:7-8']],
    ['r1 =', ['E0201 4:4-4']],
    ['r1 = 0x', ['E0103 4:5-7']],
    ['r1 = 0xffffffff', ['E0401 4:5-15 -> 4294967295 ll']],
    ['r1 = *(u31 *)(r2 + 0)', ['E0311 4:7-10 -> u32']],
    ['r1 = *(u32 *)(r2 + 40000)', ['E0402 4:14-24']],
    ['r1 = *(u32 *)(r2 + tcp_sock.snd_cwmd)', ['E0305 4:28-36 -> snd_cwnd']],
    ['r1 = *(u32 *)(r2 + tcp_sok.snd_cwnd)', ['E0304 4:19-26 -> tcp_sock']],
    ['r1 = tcp_ca_event.CA_EVENT_LOST', ['E0307 4:18-31 -> CA_EVENT_LOSS']],
    ['r1 = mask(tcp_sock.snd_cwnd)', ['E0312 4:10-27']],
    ['call tcp_slow_strat', ['E0310 4:5-19 -> tcp_slow_start']],
    ['call slow_start', ['E0310 4:5-15 -> tcp_slow_start']],
    ['call bpf_ktime_get_n', ['E0310 4:5-20 -> bpf_ktime_get_ns']],
    ['goto nowhere', ['E0303 4:5-12']],
    ['goto +100', ['E0403 4:5-9']],
    ['r1 = 1 ? 2', ['E0202 4:7-10']],
    ['r1 ? 2', ['E0101 4:3-4']],
    ['r1 = *(u64 *)(r6 + tcp_sock.snd_cwnd)', ['W0602 4:7-10 -> u32']],
    ['r10 = 5', ['W0603 4:0-3']],
    ['r1 = *(u32 *)(r6 + snd_cwnd)', ['E0305 4:19-27 -> tcp_sock.snd_cwnd']],
    ['r1 = CA_EVENT_LOSS', ['E0306 4:5-18 -> tcp_ca_event.CA_EVENT_LOSS']],
    ['r1 = *(u32 *)(r6 + 4', ['E0201 4:20-20 -> )']],
    ['r1 = r1 / 2', ['E0203 4:8-9 -> r1 /=']],
    ['r1 = r2 / 2', ['E0203 4:8-9']],
    ['if r1 = 2 goto +0', ['E0203 4:6-7 -> ==']],
    ['return r0', ['E0301 4:0-6 -> exit']],
    ['call tcp_slow_start()', ['E0203 4:19-20 -> ']],
    ['r1 = 010', ['E0103 4:5-8 -> 10']],
    ['if r1 == 0xffffffff goto +0', ['W0608 4:9-19 -> -1']],
    ['if w1 == 0xffffffff goto +0', []],
    ['if r1 == 0x100000000 goto +0', ['E0401 4:9-20']],
    ['r0 = 0; r1 = 2', ['W0609 4:8-14 -> \n  r1 = 2']],
    ['r0 = 0; and so on', []],
    ['r0 = 0;', []],
    ['r0 = 0 ; r1 = 2', []],
    ['w2 = xchg_64(r1 + 0, w2)', ['E0203 4:0-2 -> r2']],
  ] as [string, string[], boolean?][])('%s', (line, expected) => {
    expect(inFunction(line, 'exit')).toEqual(expected);
  });

  test('reports all errors at once, without errors that follow from others', () => {
    expect(inFunction('r1 = *(u32 *)(r9 + tcp_sock.snd_cwmd)', 'goto don', 'done:', 'exot')).toEqual([
      'E0305 4:28-36 -> snd_cwnd',
      'E0303 5:5-8 -> done',
      'E0301 7:0-4 -> exit',
    ]);
  });

  test('structure', () => {
    expect(inFunction('r0 = 0')).toEqual(['E0502 4:0-6 -> \n  exit']);
    expect(inFunction('l:', 'r0 = 0', 'l:', 'exit')).toEqual(['E0503 6:0-1', 'W0601 4:0-1', 'W0601 6:0-1'].slice(0, 1));
    expect(inFunction('l:', 'r0 = 0', 'exit')).toEqual(['W0601 4:0-1']);
    expect(inFunction('exit', 'r0 = 0', 'exit')).toEqual(['W0605 5:0-6']);
    expect(inFunction('goto +1', 'r1 = 5 ll', 'exit')).toEqual(['E0509 4:5-7']);
    expect(inFunction('exit', '.section struct_ops/ssthresh', 'g:', 'exit')).toEqual(['E0507 5:9-28']);
    expect(inFunction('exit', '.section struct_ops/ssthesh', 'g:', 'exit')).toEqual([
      'E0309 5:9-27 -> struct_ops/ssthresh',
    ]);
    expect(inFunction('exit', '.section struct_ops/flags', 'g:', 'exit')).toEqual(['E0313 5:9-25']);
    expect(inFunction('exit', '.section .text', 'exit')).toEqual(['E0504 6:0-4']);
    expect(inFunction('exit', '.secton .text')).toEqual(['E0308 5:0-7 -> .section']);
    expect(inFunction('exit', '.section .text', 'g:', 'goto f')).toEqual(['E0505 7:5-6']);
    expect(problems('r0 = 0\nexit')).toEqual(['E0501 0:0-6 -> .section struct_ops/ssthresh\nssthresh:\n']);
    expect(problems('.section struct_ops/ssthresh\nf:\nexit')).toEqual([
      'E0506 0:9-28 -> .struct_ops tcp_congestion_ops\n',
    ]);
    expect(problems('.name "a_name_that_is_too_long"')).toEqual(['E0510 0:6-31 -> "a_name_that_is_"']);
    expect(problems('/* open')).toEqual(['E0102 0:0-2']);
  });
});

test('a text longer than any program is refused by its length alone', () => {
  expect(problems(`.section .text\nf:\n${'r0 = 0\n'.repeat(1_000_001)}exit`)).toEqual(['E0511 1000000:0-0']);
});

describe('long texts', () => {
  const inText = (lines: readonly string[]): string => ['.section .text', ...lines].join('\n');

  test('of many functions and sections assemble like short ones', () => {
    const functions = Array.from(
      { length: 20_000 },
      (_, i) => `f${i}:\n  if r1 == 0 goto out${i}\n  call f${i}\nout${i}:\n  exit`,
    );
    const { value, diagnostics } = assemble(inText(functions), symbols);
    expect(diagnostics).toEqual([]);
    expect(value.functions).toHaveLength(20_000);
    expect(value.functions.every(({ insns }) => insns.length === 24)).toBe(true);
    const sections = assemble(functions.map((one, i) => `.section s${i}\n${one}`).join('\n'), symbols);
    expect(sections.value.functions.map(({ insns }) => [...insns])).toEqual(
      value.functions.map(({ insns }) => [...insns]),
    );
  });

  test('similar names are searched for a few errors only, and the list of errors is limited', () => {
    let asked = 0;
    const counting: SymbolSource = {
      ...symbols,
      kfuncs: () => {
        asked++;
        return KFUNCS;
      },
    };
    const text = inText(['f:', ...Array.from({ length: 5000 }, () => 'call tcp_slow_strat'), 'exit']);
    const { diagnostics } = assemble(text, counting);
    expect(diagnostics[0].message).toContain('Did you mean the kfunc `tcp_slow_start`?');
    expect(diagnostics).toHaveLength(1000);
    expect(diagnostics[999].message).toContain('More errors are not listed.');
    expect(asked).toBeLessThan(200);
  });

  test('report progress while they are read', () => {
    let told = 0;
    whileWorking(() => told++);
    assembleBare(`${'r0 = 0\n'.repeat(100_000)}exit`, symbols);
    expect(told).toBeGreaterThan(10);
    whileWorking(() => {});
  });

  test('are too long also as mnemonics', () => {
    expect(assembleMnemonic('exit\n'.repeat(1_000_001)).diagnostics.map(({ code }) => code)).toEqual(['E0511']);
  });
});

describe('what listings print', () => {
  test('calls by number, of the kernel and bpftool', () => {
    expect(hex('0: (85) call unknown#5')).toBe(hex('call 5'));
    expect(hex('12: (85) call unknown#-1')).toBe(hex('call -1'));
    expect(hex('call #0')).toBe(hex('call kfunc 0'));
    expect(hex('3: (85) call kernel-function#81234')).toBe(hex('call kfunc 81234'));
    expect(hex('call bpf_ktime_get_ns#5')).toBe(hex('call 5'));
    expect(problems('.section .text\nf:\ncall unknown#5 6\nexit')).toEqual(['E0202 2:15-16']);
  });

  test('headers of objdump name functions and sections; relocations are reported', () => {
    const text = `
x.bpf.o:	file format elf64-bpf

Disassembly of section struct_ops/ssthresh:

0000000000000000 <ssthresh>:
       0:	b7 00 00 00 02 00 00 00	r0 = 0x2
       1:	85 10 00 00 ff ff ff ff	call -0x1
		0000000000000008:  R_BPF_64_32	tcp_slow_start
       2:	05 00 00 00 00 00 00 00	goto +0x0 <ssthresh+0x18>
       3:	95 00 00 00 00 00 00 00	exit
`;
    const { value, diagnostics } = assemble(`.struct_ops tcp_congestion_ops\n.name "x"\n${text}`, symbols);
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'W0610 This is not applied: write `tcp_slow_start` into the instruction above.',
    ]);
    expect(value.functions.map(({ name, member, insns }) => [name, member, insns.length])).toEqual([
      ['ssthresh', 'ssthresh', 32],
    ]);
    const label = value.references.find(({ kind }) => kind === 'label');
    expect(label?.range).toMatchObject({ line: 7, column: 18, endColumn: 26 });
  });
});

test('60,000 jumps to unknown labels beside 60,000 labels are reported in time linear in both', () => {
  const each = (line: (i: number) => string): string => Array.from({ length: 60_000 }, (_, i) => line(i)).join('');
  const text = `.section struct_ops/ssthresh\nf:\n${each((i) => `goto m${i}\n`)}${each((i) => `l${i}:\n`)}exit\n`;
  const { diagnostics } = assemble(text, symbols);
  expect(diagnostics).toHaveLength(1000);
  expect(diagnostics.some(({ message }) => message.includes('Unknown label `m0`'))).toBe(true);
});

/** Text made of pieces of the syntax reaches deeper code than random letters. */
const pieces = constantFrom(
  ...'r0 r1 w2 r10 r11 = += s>>= ( ) * + - , : [ ] u32 s8 ll if goto gotol call exit lock mask skb .section struct_ops/ssthresh .name "x" tcp_sock.snd_cwnd tcp_ca_event.X 5 0x 0xffffffffff -1 done done: \n /* */ ; # atomic_fetch_add cmpxchg_64 load_acquire constructor __proto__ toString'.split(
    ' ',
  ),
);

describe('never throws', () => {
  const parses = (text: string): boolean => Array.isArray(assemble(text, symbols).diagnostics);

  test('any text gives a program or errors', () => {
    check(property(string({ unit: 'binary', maxLength: 200 }), parses), { numRuns: runs(300, 5000) });
    check(
      property(array(oneof(pieces, pieces, string({ maxLength: 3 })), { maxLength: 60 }), (words) =>
        parses(words.join(' ')),
      ),
      {
        numRuns: runs(1000, 20000),
      },
    );
  });

  test('Reno with a part cut out or replaced gives a program or errors', () => {
    check(
      property(tuple(nat(RENO.length), nat(40), oneof(pieces, string({ maxLength: 5 }))), ([at, length, inserted]) =>
        parses(RENO.slice(0, at) + inserted + RENO.slice(at + length)),
      ),
      { numRuns: runs(300, 10000) },
    );
  });
});
