/** Logs of recorded kernels are parsed completely; any text is parsed without an exception. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLog, parseState } from './log-parse.ts';
import type { Recording } from './recorded.ts';

const recording = (name: string): Recording =>
  JSON.parse(
    gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json.gz`))).toString(),
  ) as Recording;

test('parses a state of a log', () => {
  const state = parseState(' frame1: R1_w=scalar(smin=0,var_off=(0x0; 0xff)) R10=fp0 fp-8_r=mmmm0');
  expect(state?.frame).toBe(1);
  expect([...(state?.values ?? [])]).toEqual([
    ['R1', { text: 'scalar(smin=0,var_off=(0x0; 0xff))', live: 'w' }],
    ['R10', { text: 'fp0', live: '' }],
    ['fp-8', { text: 'mmmm0', live: 'r' }],
  ]);
});

test.each(['6.1-c_so', '6.12-c_so', '6.12-c_gen', '6.12-c_btf'])(
  '%s: every instruction line, edge and reason',
  (name) => {
    for (const r of recording(name).records) {
      const log = r.log2 ?? '';
      if (log === '' || log.includes(' chars]...')) continue;
      const parsed = parseLog(log);
      const count = (kind: string): number => parsed.events.filter((e) => e.kind === kind).length;
      expect(count('insn')).toBe([...log.matchAll(/^\d+: \([0-9a-f]{2}\)/gm)].length);
      expect(count('edge')).toBe([...log.matchAll(/^from \d+ to \d+/gm)].length);
      expect(parsed.stats).not.toBeNull();
      if (r.verdict === 'accept') expect(parsed.refusal).toBeNull();
    }
  },
);

test('any pasted line is kept', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const { events, lineCount } = parseLog(text);
      return events.length <= lineCount;
    }),
  );
});
