/**
 * Tables keyed by names are read with `own()` or are Maps: a plain `table[name]` also finds `constructor`, and names
 * come from texts, files and command lines. Tables whose keys are always from our code are listed below with the
 * reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { own } from './engine/base/own.ts';

/** `file table`: why its keys are ours. */
const OURS: ReadonlyMap<string, string> = new Map([
  ['engine/btf/check.ts ERRNO_OF', 'messages that are written there'],
  ['engine/console/bpftool/bpftool.ts OBJECTS', 'one of its own keys'],
  ['engine/console/json-writer.ts ESCAPES', 'one character that a pattern found'],
  ['engine/console/tools/jq.ts FUNCTIONS', 'a name that a pattern of these found'],
  ['engine/console/tools/net.ts tables', 'one of its own keys'],
  ['engine/console/tools/proc-net.ts STATES', 'states of sockets'],
  ['engine/console/tools/ss.ts STATES', 'states of sockets'],
  ['engine/isa/disassembler.ts texts', 'operands of forms'],
  ['engine/isa/disassembler.ts renders', 'operands of forms'],
  ['engine/kernel/attr.ts values', 'fields of bpf_attr'],
  ['engine/lab/declared.ts texts', 'a constant'],
  ['engine/oracle/console/masks.ts KINDS', 'words of a pattern'],
  ['engine/oracle/console/replay.ts files', 'written, not asked'],
  ['engine/oracle/replay/programs.ts byMember', 'written, not asked'],
  ['engine/oracle/replay/sockopt.ts maps', 'written, not asked'],
  ['engine/query/expression.ts COMPARE', 'one of its own keys'],
  ['engine/query/tokens.ts UNITS', 'words of a pattern'],
  ['engine/verifier/insn/global-args.ts CTX_NAMES', 'names of program types'],
  ['engine/verifier/insn/helper-args.ts KINDS', 'kinds of our own table of arguments'],
  ['engine/verifier/insn/late-rules.ts KERNEL_CONTEXTS', 'names of program types'],
  ['engine/verifier/protos/helpers.ts BY_TYPE', 'names of program types'],
  ['engine/verifier/protos/kfuncs.ts LETTERS', 'letters of our own table'],
  ['engine/vm/wasm/compile.ts env', 'written, not asked'],
  ['page/commands/map.ts EDGE', 'booleans'],
  ['page/export/svg-file.ts FONTS', 'our own style sheet'],
  ['scenarios/programs.ts PROGRAMS', 'names in scenarios'],
  ['ui/inspect/find-types.ts KIND_WORD', 'kinds of BTF'],
  ['views/stage/stage.ts WAY', 'pairs of our own words'],
  ['views/trampoline/walk.ts NARROW', 'names of registers'],
  ['worker/session.ts texts', 'one of its own keys'],
]);

/** Names of keyboard keys cannot collide. */
const KEYBOARD = /^(?:press|event)\.key(?:\.toLowerCase\(\))?$/;

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'testing' && entry.name !== 'fixtures') yield* sources(path);
    } else if (/\.tsx?$/.test(entry.name) && !/\.(test|bench)\.tsx?$/.test(entry.name)) yield path;
  }
}

const RECORD = /\b(\w+)\s*:\s*(?:Readonly<)?(?:Partial<)?Record<string,/g;

test('tables keyed by outside names are read by own keys only', () => {
  const found: string[] = [];
  for (const path of sources(import.meta.dirname)) {
    const file = path.slice(import.meta.dirname.length + 1);
    const text = readFileSync(path, 'utf8');
    const names = new Set([...text.matchAll(RECORD)].map(([, name]) => name));
    for (const name of names) {
      if (text.includes(`Object.hasOwn(${name}`) || OURS.has(`${file} ${name}`)) continue;
      const asked = [...text.matchAll(new RegExp(`\\b${name}\\[([^\\]]+)\\]`, 'g'))].map(([, key]) => key);
      if (asked.some((key) => !/^'[^']*'$/.test(key) && !KEYBOARD.test(key))) found.push(`${file} ${name}`);
    }
  }
  expect(found).toEqual([]);
});

test('names that every object inherits are not own keys', () => {
  const table: Readonly<Record<string, number>> = { a: 1 };
  expect([own(table, 'a'), own(table, 'constructor'), own(table, 'toString'), own(table, '__proto__')]).toEqual([
    1,
    undefined,
    undefined,
    undefined,
  ]);
});
