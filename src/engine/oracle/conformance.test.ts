import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runConformance, runPlugin } from './conformance.ts';

const SUM = `# adds what lies in memory
-- asm
ldxb %r0, [%r1]
ldxb %r3, [%r1+1]
add %r0, %r3
jeq %r2, 2, exit
mov %r0, -1
exit
-- mem
05 fe
-- result
0x103
`;

const SUITE = join(import.meta.dirname, '../../../../shared/conformance/tests');

describe.each(['interpreted', 'compiled'] as const)('%s', (engine) => {
  test('a file passes, fails, or is skipped for what it requires', () => {
    const files = [
      { name: 'sum.data', text: SUM },
      { name: 'wrong.data', text: SUM.replace('0x103', '0x104') },
      { name: 'callx.data', text: '-- asm\ncall %r2\nexit\n-- result\n0x0\n' },
      { name: 'raw.data', text: '-- raw\n0x00000005000000b7\n0x0000000000000095\n-- result\n0x5\n' },
      { name: 'refused.data', text: '-- asm\nmov %r0, 0\n-- error\nfalls off\n' },
      { name: 'typo.data', text: '-- asm\nmvo %r0, 0\n-- result\n0x0\n' },
      { name: 'other.data', text: '-- asm\nexit\n-- pyelf\nx\n' },
    ];
    expect(runConformance(files, engine).lines).toEqual([
      'wrong.data: gave 0x103, expected 0x104',
      'callx.data: unknown opcode 8d',
      'typo.data: line 1: Unknown instruction `mvo`. Did you mean `mov`?',
      '3 passed, 3 failed, 1 skipped',
    ]);
  });

  test('legacy packet loads read big-endian; beyond the end they end the program with 0', () => {
    const program = (text: string): string => `-- asm\n${text}\nexit\n-- mem\n01 02 03 04 05 06\n-- result\n`;
    const files = [
      { name: 'word.data', text: `${program('mov %r6, %r1\nldabsw 1')}0x2030405\n` },
      { name: 'half.data', text: `${program('mov %r6, %r1\nmov %r2, 2\nldindh %r2, 2')}0x506\n` },
      { name: 'byte.data', text: `${program('mov %r6, %r1\nldabsb 5')}0x6\n` },
      { name: 'behind.data', text: `${program('mov %r6, %r1\nmov %r0, 7\nldabsh 5\nmov %r0, 8')}0x0\n` },
    ];
    expect(runConformance(files, engine).lines).toEqual(['4 passed, 0 failed']);
  });

  test('the plug-in takes memory and a program and prints r0', () => {
    const program = '71 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00 \n';
    expect(runPlugin(['2a ', '--interpreter'], program, engine)).toEqual({ output: '2a', status: 0 });
    expect(runPlugin(['--jit'], '95 00', engine)).toEqual({ output: 'invalid program size: 2 bytes', status: 1 });
  });

  test.skipIf(!existsSync(SUITE))('the public suite, where it is', () => {
    const names = readdirSync(SUITE).filter((name) => name.endsWith('.data'));
    const { lines } = runConformance(
      names.map((name) => ({ name, text: readFileSync(join(SUITE, name), 'utf8') })),
      engine,
    );
    expect(lines).toEqual(['callx.data: unknown opcode 8d', `${names.length - 1} passed, 1 failed`]);
  });
});
