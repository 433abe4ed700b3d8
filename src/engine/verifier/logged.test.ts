/** Logs of real kernels become walks, with the same visits as verifying the same program here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isVerifierLog } from './is-log.ts';
import { walkOfLog } from './logged.ts';
import type { Recording } from './recorded.ts';

const records = (name: string): Recording['records'] =>
  (
    JSON.parse(
      gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json.gz`))).toString(),
    ) as Recording
  ).records;

const MOST = 10_000;

describe.each(['6.1-c_so', '6.12-c_so', '6.12-c_gen', '6.12-c_btf'])('%s', (name) => {
  test('every instruction line is a visit, every edge a path, and every refusal is found', () => {
    let seen = 0;
    for (const { id, log1, log2, verdict } of records(name)) {
      for (const log of [log1 ?? '', log2 ?? '']) {
        const lines = [...log.matchAll(/^(\d+): \([0-9a-f]{2}\)/gm)];
        if (lines.length === 0 || lines.length > MOST || log.includes(' chars]...')) continue;
        const walk = walkOfLog(log, MOST);
        expect(walk.visits.map(({ insn }) => insn)).toEqual(lines.map(([, insn]) => Number(insn)));
        expect(walk.paths.length).toBe(1 + [...log.matchAll(/^from \d+ to \d+/gm)].length);
        // no log shows a refusal of bpf(2) that comes after the walk
        if (id !== 'so-tail-sub') expect(walk.refusal === '').toBe(verdict === 'accept' || walk.processed === 0);
        expect(walk.visits.every(({ path, insn }) => walk.paths[path] && walk.insns[insn] !== '')).toBe(true);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(20);
  });
});

const LOG = `func#0 @0
0: R1=ctx() R10=fp0
; int x = ctx->a; @ prog.c:4
0: (79) r6 = *(u64 *)(r1 +0)          ; R1=ctx() R6_w=scalar()
1: (25) if r6 > 0x7 goto pc+2         ; R6_w=scalar(umax=7)
2: (85) call bpf_get_prandom_u32#7    ; R0_w=scalar()
3: (95) exit

from 1 to 4: R1=ctx() R6_w=scalar(umin=8) R10=fp0
4: (bf) r0 = r7
R7 !read_ok
processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`;

test('shows what is known before each instruction, by path', () => {
  expect(isVerifierLog(LOG)).toBe(true);
  const { visits, paths, refusal, processed, left } = walkOfLog(LOG, MOST);
  const known = (at: number): string => visits[at].known.map(([name, value]) => `${name}=${value}`).join(' ');
  expect(visits.map(({ insn, path }) => [insn, path])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 1],
  ]);
  expect(known(1)).toBe('R1=ctx() R10=fp0 R6=scalar()');
  expect(known(2)).toBe('R1=ctx() R10=fp0 R6=scalar(umax=7)');
  // the call clears the scratch registers and sets R0
  expect(known(3)).toBe('R10=fp0 R6=scalar(umax=7) R0=scalar()');
  expect(known(4)).toBe('R1=ctx() R6=scalar(umin=8) R10=fp0');
  expect(paths.map(({ parent, from, fork, outcome }) => [parent, from, fork, outcome])).toEqual([
    [-1, -1, -1, 'exit'],
    [0, 1, 1, 'failed'],
  ]);
  expect([refusal, processed, left]).toEqual(['R7 !read_ok', 6, 0]);
});

test('reads logs that are cut off at the beginning or at the end', () => {
  const lines = LOG.split('\n');
  for (let from = 0; from < lines.length; from++) {
    const cut = walkOfLog(lines.slice(from).join('\n'), MOST);
    expect(cut.paths.every(({ parent, fork }) => parent < cut.paths.length && fork < cut.visits.length)).toBe(true);
  }
  expect(walkOfLog(lines.slice(0, 5).join('\n'), MOST).paths[0].outcome).toBe('running');
  const last = walkOfLog(LOG, 2);
  expect([last.visits.map(({ insn }) => insn), last.left]).toEqual([[3, 4], 3]);
});

test('any text is read without an exception', () => {
  const line = fc.constantFrom(
    ...LOG.split('\n'),
    '4294967295: (95) exit',
    'from 99 to 3: safe',
    '7: safe',
    'from 1 to 2:',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string({ maxLength: 40 })), { maxLength: 30 }), (all) => {
      const { visits, paths } = walkOfLog(all.join('\n'), MOST);
      return visits.every(({ path }) => path < paths.length);
    }),
  );
});
