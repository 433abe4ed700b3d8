import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openBtf } from '../btf/read.ts';
import { PROFILES } from '../kernel/profiles.ts';
import { unmatched } from './expectations.ts';
import { type VerifiedRow, verifyObject, type VerifyOptions, verifySource } from './verify-object.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const whole = openBtf(gunzipSync(readFileSync(join(ROOT, 'public', 'btf', 'v6.12.whole.btf.gz'))));
if (!whole.ok) throw new Error(whole.error.message);
const kernel = whole.value;

const object = (name: string): Uint8Array => new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures', name)));

function rows(more: Partial<VerifyOptions> = {}, name = 'annotated.bpf.o'): readonly VerifiedRow[] {
  const found = verifyObject(object(name), name, kernel, PROFILES['v6.12'], { now: () => 0, ...more });
  if (typeof found === 'string') throw new Error(found);
  return found;
}

const surprising = (row: VerifiedRow): boolean => {
  const { expectation, verdict, log } = row;
  if (!expectation || expectation.auxiliary) return false;
  return (verdict === 'success') !== expectation.accepted || unmatched(log, expectation.messages) !== null;
};

test('programs of several types are verified one by one, also those that libbpf does not load by default', () => {
  const verdicts = Object.fromEntries(rows().map((row) => [row.program, row.errno]));
  expect(verdicts).toEqual({
    ok_socket: '',
    null_value: 'EACCES',
    packet: 'EACCES',
    packet_checked: '',
    states: '',
    unset: 'EACCES',
    loops: '',
    lock_kept: 'EINVAL',
    lock_given_back: '',
    unusual_map: '',
    mistaken: '',
    helper_program: '',
    plain: '',
  });
});

test('a refusal has the log of level 1', () => {
  const [row] = rows({ only: 'null_value' });
  expect(row.log).toContain("R0 invalid mem access 'map_value_or_null'");
  expect(row.log).toContain('; return *value; @ annotated.bpf.c');
  expect(rows({ only: 'plain' })[0].log).toBe('');
});

test('annotations are read with and without a counter, and only the wrong one differs', () => {
  const found = rows({ expect: true });
  expect(found.filter(({ expectation }) => expectation && !expectation.auxiliary)).toHaveLength(11);
  expect(found.filter(surprising).map(({ program }) => program)).toEqual(['mistaken']);
});

test('programs for rules that no recording shows, with the counters of 6.12', () => {
  const found = rows({ expect: true }, 'kinds.bpf.o');
  expect(found.filter(surprising).map(({ program, errno, log }) => [program, errno, log])).toEqual([]);
  expect(found.filter(({ expectation }) => expectation)).toHaveLength(38);
  expect(
    found.flatMap(({ expectation }) => expectation?.messages ?? []).filter(({ pattern }) => /^\d/.test(pattern)),
  ).toEqual([]);
});

test('dynptrs, kptrs, what programs allocate, lists and trees are judged as 6.12 judges them', () => {
  const found = rows({ expect: true }, 'objects.bpf.o');
  expect(found.filter(surprising).map(({ program, errno, log }) => [program, errno, log])).toEqual([]);
  expect(found.filter(({ expectation }) => expectation)).toHaveLength(47);
});

test('expected messages are searched in order, and unexpected ones between them', () => {
  const log = 'one\ntwo 22\nthree\n';
  const there = (pattern: string) => ({ pattern, absent: false });
  const not = (pattern: string) => ({ pattern, absent: true });
  expect(unmatched(log, [there('one'), there('two {{[0-9]+}}'), there('three')])).toBeNull();
  expect(unmatched(log, [there('two'), there('one')])).toContain('lacks "one"');
  expect(unmatched(log, [there('one'), not('two'), there('three')])).toContain('has');
  expect(unmatched(log, [there('two'), not('one'), there('three')])).toBeNull();
  expect(unmatched(log, [there('a.c')])).toContain('lacks');
  expect(unmatched(log, [there('{{(}}')])).toContain('no regular expression');
});

test('a missing program is named, with the existing ones', () => {
  const found = verifyObject(object('annotated.bpf.o'), 'x', kernel, PROFILES['v6.12'], {
    now: () => 0,
    only: 'nobody',
  });
  expect(found).toContain('ok_socket, ');
});

test('expected messages may be long, and slow expressions end', () => {
  const message = (pattern: string) => [{ pattern, absent: false }];
  const long = 'x'.repeat(200_000);
  expect(unmatched(`a ${long} b`, message(long))).toBeNull();
  expect(unmatched('a', message(long))).toMatch(/^the log lacks "x{200}…" \(200000 characters\)$/);
  expect(unmatched('a', message(`{{a}}${long}`))).toContain('too long for a regular expression');
  expect(unmatched('a'.repeat(60), message('{{(a+)+$}}!'))).toContain('could take for ever');
  expect(unmatched('a b c', message('{{a|b}} {{.*}}c'))).toBeNull();
});

test('a refused text says why, without a log level', () => {
  const text = ['.struct_ops tcp_congestion_ops', '.name "x"', '.license "MIT"', '.section struct_ops/undo_cwnd', 'a:'];
  const found = verifySource([...text, 'r0 = 2', 'exit'].join('\n'), kernel, PROFILES['v6.12'], { now: () => 0 });
  if (typeof found === 'string') throw new Error(found);
  expect(found.map(({ errno, log }) => [errno, log.split('\n')[0]])).toEqual([
    ['EINVAL', 'struct ops programs must have a GPL compatible license'],
  ]);
});
