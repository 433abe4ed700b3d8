import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import type { Btf, BtfType } from './btf.ts';
import { parseDeclarations } from './c-parse.ts';
import { dumpC } from './dump-c.ts';
import { openBtf, openSplitBtf } from './read.ts';
import { createBtfWriter, intType } from './write.ts';

const WHOLE = join(import.meta.dirname, '../../../../shared/btf/vmlinux-6.12.btf');
const kernel = shippedBtf();

function alone(): Btf {
  const writer = createBtfWriter();
  writer.add(intType('nothing', 1));
  const opened = openBtf(writer.finish());
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

function parsed(text: string, base = kernel) {
  const { value, diagnostics } = parseDeclarations(text, base);
  const opened = openSplitBtf(value.bytes, base);
  if (!opened.ok) throw new Error(opened.error.message);
  const at = diagnostics.map(({ code, range, message }) => `${range.line + 1}:${range.column + 1} ${code} ${message}`);
  return { btf: opened.value, structs: value.structs, at };
}

const shape = (type: BtfType | null) =>
  type && [type.size, ...type.members.map(({ name, bitOffset, bitSize }) => [name, bitOffset, bitSize])];

/** Structs of a dump, split into those that the parser lays out like the BTF and the others. */
function compared(btf: Btf): { same: number; others: string[] } {
  const dump = dumpC(btf);
  if (!dump.ok) throw new Error(dump.error.message);
  const { btf: own, structs } = parsed(dump.value, alone());
  const others: string[] = [];
  for (const { name, id } of structs) {
    const ours = JSON.stringify(shape(own.type(id)));
    if (ours !== JSON.stringify(shape(btf.type(btf.find('STRUCT', name))))) others.push(name);
  }
  return { same: structs.length - others.length, others };
}

test('every struct of the shipped BTF, printed as C and parsed, has the same layout', () => {
  const { same, others } = compared(kernel);
  expect(others).toEqual([]);
  expect(same).toBeGreaterThan(40);
});

test.skipIf(!existsSync(WHOLE))(
  'the structs of a whole kernel keep theirs too, except for what its C cannot express',
  () => {
    const opened = openBtf(new Uint8Array(readFileSync(WHOLE)));
    if (!opened.ok) throw new Error(opened.error.message);
    const { same, others } = compared(opened.value);
    expect(same).toBeGreaterThan(5000);
    // C printed from BTF lacks enums of one byte, and alignment beyond what members need
    expect(others.length / same).toBeLessThan(0.01);
  },
  60_000,
);

describe('declarations', () => {
  test('name types of the text, of the BTF, and incomplete types', () => {
    const { btf, structs, at } = parsed(`
      typedef struct { u8 a; } small;   // a typedef of its own
      enum color { RED, GREEN = 5, BLUE };
      struct ops;
      struct ops {
        int (*run)(struct sock *sk, const struct ops *self, enum color c);
        small list[2][3];
        struct unheard *next;
        unsigned long long wide : 40, rest : 24;
        union { u32 word; u8 bytes[4]; };
      };`);
    expect(at).toEqual([]);
    expect(structs.map(({ name }) => name)).toEqual(['ops']);
    const type = btf.type(structs[0].id);
    expect(shape(type)).toEqual([
      40,
      ['run', 0, 0],
      ['list', 64, 0],
      ['next', 128, 0],
      ['wide', 192, 40],
      ['rest', 232, 24],
      ['', 256, 0],
    ]);
    expect(btf.declare(type?.members[0].type ?? 0, 'run')).toBe(
      'int (*run)(struct sock *sk, const struct ops *self, enum color c)',
    );
    expect(btf.field('ops', 'bytes[2]')?.byteOffset).toBe(34);
  });

  test('honours requested alignment', () => {
    const { btf } = parsed(
      'struct a { char c; long l ____cacheline_aligned_in_smp; }; struct b { char c; int i; } __attribute__((packed));',
    );
    expect(shape(btf.type(btf.find('STRUCT', 'a')))).toEqual([128, ['c', 0, 0], ['l', 512, 0]]);
    expect(shape(btf.type(btf.find('STRUCT', 'b')))).toEqual([5, ['c', 0, 0], ['i', 8, 0]]);
  });

  test.each([
    ['struct a { int x }', '1:18 D0101 ";" is expected after a member, not "}"'],
    ['struct a {\n  nosuch x;\n};', '2:3 D0104 there is no type "nosuch", neither in this text nor in the BTF'],
    ['struct a { int x; int x; };', '1:23 D0112 struct a has two members "x"'],
    ['struct a { struct a again; };', '1:21 D0114 member "again" cannot be laid out: it would contain itself'],
    ['struct a { int x; };\nstruct a { int y; };', '2:8 D0107 struct a is declared twice'],
    ['struct a { int b : 40; };', '1:20 D0113 a bitfield of 40 bits does not fit its type'],
    ['struct a { void v; };', '1:17 D0114 member "v" cannot be laid out: its type has no size here'],
    ['int x;', '1:5 D0101 ";" is expected after a type (this text declares types, no variables or functions), not "x"'],
    ['struct a {', '1:11 D0110 "}" is missing: struct a is not closed'],
    ['struct a { long short x; };', '1:12 D0105 "long short" is no type'],
    ['struct a { int x[9999999]; };', '1:18 D0117 an array of 9999999 elements is too long'],
    [
      'struct a { int x; } __attribute__((section("x")));',
      '1:36 D0119 attribute "section" is not known here: only aligned(N), packed and mode(byte) are',
    ],
    ['struct @ { };', '1:8 D0106 a name or "{" is expected, not "@"'],
  ])('%s', (text, first) => {
    expect(parsed(text).at[0]).toBe(first);
  });

  test('continues after an error', () => {
    const { at, structs } = parsed('struct a { nope x; };\nstruct b { int x; };\nstruct c { nope y; };');
    expect(at).toHaveLength(2);
    expect(structs.map(({ name }) => name)).toEqual(['b']);
  });
});

test('any text gives types, or errors with their places', () => {
  const words = [
    'struct',
    'union',
    'enum',
    'typedef',
    'a',
    'b',
    '{',
    '}',
    '(',
    ')',
    '*',
    '[',
    ']',
    ';',
    ',',
    ':',
    '3',
    'int',
    'void',
    '...',
    '@',
    '\n',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (list) => {
      const text = list.join(' ');
      const { diagnostics } = parseDeclarations(text, kernel);
      const lines = text.split('\n');
      for (const { range } of diagnostics) {
        expect(range.line).toBeLessThan(lines.length);
        expect(range.column).toBeLessThanOrEqual(lines[range.line].length);
      }
    }),
    { numRuns: runs(300, 10_000) },
  );
});
