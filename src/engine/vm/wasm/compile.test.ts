import { describe, expect, test } from 'vitest';
import { assembleBare } from '../../isa/assembler.ts';
import { KernelFunctions } from '../functions.ts';
import { prepareProgram } from '../program.ts';
import { type Program } from '../prepared.ts';
import { CALLED, compileModule } from './compile.ts';
import { compiledText } from './compiled-text.ts';
import { findBlocks, graphOf } from './graph.ts';
import { meshOfJumps } from '../testing/mesh.ts';
import type { Prototype } from './entries.ts';
import { W } from './opcodes.ts';
import { NAMES } from './text.ts';

const LAYOUT = { stacks: 0x400000, contexts: 0x404000, executed: 0x1000, fuel: 1000 };
const RUN = [{ program: 0, prototype: null }];

function prepared(text: string, proven: Uint8Array | null = null): Program {
  const { value, diagnostics } = assembleBare(text);
  expect(diagnostics).toEqual([]);
  const program = prepareProgram(value.insns, new KernelFunctions(), proven);
  if (!program.ok) throw new Error(program.error.message);
  return program.value;
}

/** `slot| code`, indented by blocks, without the prologue and epilogue of every function. Nothing is known of r1. */
function wat(text: string): string {
  return compiledText(prepared(text), CALLED)
    .flatMap(({ slot, lines }) => [
      `func ${slot}`,
      ...lines
        .filter((line) => line.slot !== null)
        .map((line) => `${String(line.slot).padStart(3)}| ${'  '.repeat(line.depth - 4)}${line.text}`),
    ])
    .join('\n');
}

describe('program in, WebAssembly out', () => {
  test('a load, an addition, a store', () => {
    expect(`\n${wat('r0 = *(u32 *)(r1 + 8)\nr0 += 5\n*(u64 *)(r10 - 8) = r0\nexit')}\n`).toMatchSnapshot();
  });

  test('an if with both sides, joined again', () => {
    expect(`\n${wat('if r1 > 5 goto big\nr0 = 1\ngoto out\nbig:\nr0 = 2\nout:\nr0 <<= 1\nexit')}\n`).toMatchSnapshot();
  });

  test('a loop in a loop', () => {
    const text = 'r1 = 3\nouter:\nr2 = 4\ninner:\nr2 -= 1\nif r2 != 0 goto inner\nr1 -= 1\nif w1 s> 0 goto outer\nexit';
    expect(`\n${wat(text)}\n`).toMatchSnapshot();
  });

  test('a loop with two entries: one entry gets a copy', () => {
    expect(`\n${wat('if r1 == 0 goto b\na:\nr2 += 1\nb:\nr2 += 2\nif r2 < 100 goto a\nexit')}\n`).toMatchSnapshot();
  });

  test('a function of the program', () => {
    expect(`\n${wat('r1 = 2\ncall f\nexit\nf:\nr0 = r1\nexit')}\n`).toMatchSnapshot();
  });
});

test('a loop whose entries would take too many copies, by dispatch', () => {
  const text = compiledText(prepared(meshOfJumps(8)))
    .flatMap(({ lines }) => lines.map((line) => line.text))
    .filter((line) => line.startsWith('br_table'));
  expect(text).toHaveLength(1);
  expect(wat('if r1 == 0 goto b\na:\nr2 += 1\nb:\nr2 += 2\nif r2 < 100 goto a\nexit')).not.toContain('br_table');
});

describe('checks of accesses', () => {
  /** by width of the comparison */
  const checks = (text: string): { wide: number; narrow: number } => {
    const lines = wat(text).split('\n');
    const count = (op: string): number => lines.filter((line) => line.endsWith(op)).length;
    return { wide: count('i64.gt_u'), narrow: count('i32.gt_u') };
  };

  test('one per pointer in consecutive blocks, for loads only, or after a store', () => {
    const loads = 'r0 = *(u64 *)(r1 + 8)\nif r0 == 0 goto out\nr2 = *(u32 *)(r1 + 32)\nif r2 == 5 goto out\nr3 = r1\n';
    expect(checks(`${loads}r0 = *(u8 *)(r3 + 40)\nout:\nexit`)).toEqual({ wide: 1, narrow: 0 });
    expect(checks(`*(u8 *)(r1 + 0) = 1\n${loads}*(u8 *)(r3 + 40) = 2\nout:\nexit`)).toEqual({ wide: 1, narrow: 0 });
  });

  test('a store after loads in another block is checked at its place', () => {
    const text = 'r0 = *(u64 *)(r1 + 8)\nif r0 == 0 goto out\n*(u8 *)(r1 + 40) = 2\nout:\nexit';
    expect(checks(text)).toEqual({ wide: 1, narrow: 1 });
  });

  test('a pointer that advances through memory: a wide check before the loop, a narrow one in it', () => {
    const text =
      'r0 = *(u8 *)(r1 + 0)\nr2 = 9\nloop:\nr0 = *(u8 *)(r1 + 0)\nr1 += 1\nr2 -= 1\nif r2 != 0 goto loop\nexit';
    expect(checks(text)).toEqual({ wide: 1, narrow: 1 });
  });

  test('none for the stack frame', () => {
    expect(checks('*(u64 *)(r10 - 8) = 1\nr2 = r10\nr2 += -8\nr0 = *(u64 *)(r2 + 0)\nexit')).toEqual({
      wide: 0,
      narrow: 0,
    });
  });
});

test('blocks that always run together count their instructions at once, and fuel is checked at loop heads', () => {
  const text = wat(
    'r2 = 4\nloop:\nif r1 == 1 goto a\nr3 = 1\ngoto b\na:\nr3 = 2\nb:\nr2 -= 1\nif r2 != 0 goto loop\nexit',
  );
  const lines = text.split('\n');
  // the path through `a` is one instruction shorter and counts nothing more; the other counts its jump
  expect(lines.filter((line) => line.endsWith('i32.sub'))).toHaveLength(4);
  expect(lines.filter((line) => line.endsWith('i32.lt_s'))).toHaveLength(2);
});

test('every WebAssembly instruction has its own name', () => {
  const named = Object.entries(W).map(([key, op]) => [op, /^(br|call|end|if)/.test(key) ? key : key.replace('_', '.')]);
  expect(Object.fromEntries(NAMES)).toEqual(Object.fromEntries(named));
});

test('graphs: order, dominators, loops', () => {
  const program = prepared('r1 = 3\nl:\nr1 -= 1\nif r1 == 1 goto m\nr2 = 1\nm:\nif r1 != 0 goto l\nexit');
  const { count, idom, isLoop, forwardEdges, reducible } = graphOf(program, findBlocks(program), 0);
  expect({ count, idom: [...idom], isLoop: [...isLoop], forwardEdges: [...forwardEdges], reducible }).toEqual({
    count: 5,
    idom: [0, 0, 1, 1, 3],
    isLoop: [0, 1, 0, 0, 0],
    forwardEdges: [0, 1, 1, 2, 1],
    reducible: true,
  });
});

test('several programs make one module', () => {
  const programs = ['r0 = 1\nexit', 'call f\nexit\nf:\nr0 = 2\nexit'].map((text) => prepared(text));
  const entries = programs.map((_, program) => ({ program, prototype: null }));
  const { bytes } = compileModule(programs, LAYOUT, entries);
  expect(WebAssembly.validate(bytes)).toBe(true);
  expect(WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name)).toEqual([
    'entry0',
    'entry1',
  ]);
});

test('a map is one module: a trampoline for each member, with its program in it', () => {
  const programs = ['r0 = 1\nexit', 'r0 = 2\nexit'].map((text) => prepared(text));
  const prototype: Prototype = { args: ['ptr', 'u32'], hasReturn: true };
  const trampolines = [1, 0, 1].map((program) => ({ program, prototype }));
  const module = new WebAssembly.Module(compileModule(programs, LAYOUT, trampolines).bytes);
  expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(['entry0', 'entry1', 'entry2']);
  // no JavaScript is called in between
  expect(WebAssembly.Module.imports(module).map(({ name }) => name)).toEqual(['memory', 'highWord', 'resume']);
});

test('a chain of 30,000 blocks neither recurses nor fails', () => {
  const text = Array.from({ length: 30_000 }, (_, i) => `if r1 == ${i} goto +1\nr2 += 1`).join('\n');
  expect(WebAssembly.validate(compileModule([prepared(`${text}\nr0 = 0\nr0 = 1\nexit`)], LAYOUT, RUN).bytes)).toBe(
    true,
  );
});

test('a proven access has no check, and neither do accesses that it proves', () => {
  const text = 'r2 &= 7\nr1 += r2\nr0 = *(u8 *)(r1 + 4)\nr3 = *(u8 *)(r1 + 4)\nr4 = *(u8 *)(r1 + 9)\nexit';
  const checks = (proven: Uint8Array | null): (number | null)[] =>
    compiledText(prepared(text, proven), CALLED)[0]
      .lines.filter((line) => line.text === 'i64.gt_u' || line.text === 'i32.gt_u')
      .map(({ slot }) => slot);
  expect(checks(null)).toEqual([2]);
  expect(checks(Uint8Array.of(0, 0, 1, 0, 0, 0))).toEqual([4]);
  expect(checks(Uint8Array.of(0, 0, 1, 0, 1, 0))).toEqual([]);
});
