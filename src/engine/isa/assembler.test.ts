import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { decodeAll } from './insn.ts';
import { linkProgram } from './link.ts';
import { hex, problems, symbols } from './testing/symbols.ts';

const RENO = readFileSync(join(import.meta.dirname, '../../scenarios/programs/bpf_reno.s'), 'utf8');

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
