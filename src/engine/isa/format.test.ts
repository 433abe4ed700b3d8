import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert as check, constantFrom, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { assembleBare } from './assembler.ts';
import { formatPseudoC } from './format.ts';

test('blanks, margins, comments', () => {
  const text = `
  .section   struct_ops/ssthresh ; why
 top: again:  r1+=1 # up
r0=*( u32* )( r6+tcp_sock.snd_cwnd )   // load
  if  r1  s>  -5   goto  +3
call pc + 7
r1 = -r1
lock *(u64*)(r1 -8)+=r2
w2 = ( s8 )w3
r2 = atomic_fetch_add( (u64 *)(r1 + 0) ,r2)
r0 = *(u8 *)skb[ r7+3 ]
   ; alone
; margin
r1 &= mask( tcp_sock.is_cwnd_limited)


`;
  expect(formatPseudoC(text)).toBe(`
.section   struct_ops/ssthresh ; why
top: again: r1 += 1         # up
  r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd) // load
  if r1 s> -5 goto +3
  call pc+7
  r1 = -r1
  lock *(u64 *)(r1 - 8) += r2
  w2 = (s8)w3
  r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)
  r0 = *(u8 *)skb[r7 + 3]
  ; alone
; margin
  r1 &= mask(tcp_sock.is_cwnd_limited)
`);
});

test('lines of a listing become lines of a program', () => {
  const text = '   3: (bf) r1 = r2\n       4:\t05 00 ff ff 00 00 00 00\tgoto -0x1 <main+0x20>\nr0 = 0; r1 = 2\n';
  expect(formatPseudoC(text)).toBe('  r1 = r2\n  goto -0x1\n  r0 = 0; r1 = 2\n');
});

test.each(['bpf_reno', 'bpf_aimd'])('%s is formatted already', (name) => {
  const text = readFileSync(join(import.meta.dirname, '../../scenarios/programs', `${name}.s`), 'utf8');
  expect(formatPseudoC(text)).toBe(text);
});

const line = constantFrom(
  'r1=r2',
  ' r1 = -5',
  'r1+=-r2',
  'x:',
  'if r1 s<2 goto x',
  'goto+0',
  '*(u8*)(r1-1)=3',
  'r1=5 ll',
  'exit;c',
  'r0=0; r1=2',
  '  3: (b7) r0=0',
  '0:exit',
  '1:(b7) r0=0',
  '15:\t05 00 ff ff 00 00 00 00\tgoto -0x1 <main+0x78>',
  'lock *(u32 *)(r1)|=w2',
  'call pc+0',
  'call unknown#5 ; x',
  'call  #0',
  'call#0',
  'call#x',
  '3: (85) call kernel-function#7 # 1',
  '0000000000000000 <f>:',
  'Disassembly of section .text:',
  'x.o:\tfile format elf64-bpf',
  '\t\t0000000000000008:  R_BPF_64_32\tx',
  '/* a',
  'b */ exit',
  'r0 ? 1',
  '"x',
  'r1 = (s8) r2',
  'w0 = cmpxchg32_32(r1+0,w0,w2)',
);

test('formatting keeps the meaning, and a second time changes nothing', () => {
  check(
    property(array(line, { maxLength: 12 }), string({ maxLength: 8 }), (lines, noise) => {
      const text = [...lines, noise].join('\n');
      const once = formatPseudoC(text);
      expect(formatPseudoC(once)).toBe(once);
      expect(assembleBare(once).value).toEqual(assembleBare(text).value);
      expect(assembleBare(once).diagnostics.map(({ code }) => code)).toEqual(
        assembleBare(text).diagnostics.map(({ code }) => code),
      );
    }),
    { numRuns: runs(500, 20_000) },
  );
});
