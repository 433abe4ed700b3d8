import { describe, expect, test } from 'vitest';
import { whileWorking } from '../base/still-working.ts';
import { assemble, assembleBare } from './assembler.ts';
import { assembleMnemonic } from './mnemonic.ts';
import type { SymbolSource } from './symbols.ts';
import { KFUNCS, problems, symbols } from './testing/symbols.ts';

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

  test('60,000 jumps to unknown labels beside 60,000 labels are reported in time linear in both', () => {
    const each = (line: (i: number) => string): string => Array.from({ length: 60_000 }, (_, i) => line(i)).join('');
    const text = `.section struct_ops/ssthresh\nf:\n${each((i) => `goto m${i}\n`)}${each((i) => `l${i}:\n`)}exit\n`;
    const { diagnostics } = assemble(text, symbols);
    expect(diagnostics).toHaveLength(1000);
    expect(diagnostics.some(({ message }) => message.includes('Unknown label `m0`'))).toBe(true);
  });

  test('are too long also as mnemonics', () => {
    expect(assembleMnemonic('exit\n'.repeat(1_000_001)).diagnostics.map(({ code }) => code)).toEqual(['E0511']);
  });
});
