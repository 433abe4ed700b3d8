/** Replays bpftool's recordings in the console: its output must equal the real one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readParts } from '../../lab/testing/parts.ts';
import type { Recording } from '../replay/recording.ts';
import { KNOWN } from './known.ts';
import { mask, Renaming, socketRows } from './masks.ts';
import { replayConsole } from './replay.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const unpack = (path: string): Uint8Array => new Uint8Array(gunzipSync(readFileSync(path)));
const recordings = readdirSync(FIXTURES).flatMap((kernel) =>
  readdirSync(join(FIXTURES, kernel))
    .filter((name) => name.endsWith('.json.gz'))
    .map((name) => ({ kernel, name })),
);

const read = (kernel: string, name: string): Recording =>
  JSON.parse(new TextDecoder().decode(unpack(join(FIXTURES, kernel, name)))) as Recording;

const objects = (kernel: string) => (name: string) => unpack(join(FIXTURES, kernel, `${name}.gz`));

test.each(recordings)('$kernel $name: only known differences', { timeout: 60_000 }, ({ kernel, name }) => {
  const recording = read(kernel, name);
  const missing = (object: string) => {
    try {
      return objects(kernel)(object);
    } catch {
      return null;
    }
  };
  const { steps, mismatches } = replayConsole(recording, readParts(`v${kernel}`), missing);
  expect(mismatches.filter(({ known }) => known === null)).toEqual([]);
  expect(steps).toBeGreaterThan(10);
});

test('a changed recording is found: an output, a status, an id used for two things', () => {
  const recording = read('6.12', 'a2-object-my_kfunc2.json.gz');
  const damage = (n: number, change: object): Recording => ({
    ...recording,
    steps: recording.steps.map((step) => (step.n === n ? { ...step, ...change } : step)),
  });
  const found = (changed: Recording) =>
    replayConsole(changed, readParts('v6.12'), objects('6.12')).mismatches.map(({ n }) => n);
  expect(found(damage(2, { stdout: '7: another         tcp_congestion_ops              \n' }))).toEqual([2]);
  expect(found(damage(3, { rc: 1 }))).toEqual([3]);
});

test('ids are renamed one to one', () => {
  const ids = new Renaming();
  const list = (id: number) => mask('bpftool map show', `${id}: struct_ops  name a  flags 0x0\n`);
  expect(ids.learn(list(24), list(1))).toBe(true);
  expect(ids.command('bpftool map dump id 24', () => null)).toBe('bpftool map dump id 1');
  expect(ids.command('bpftool map dump id 25', () => null)).toBe('bpftool map dump id 25');
  expect(ids.learn(list(25), list(1))).toBe(false);
  expect(ids.learn(list(24), list(2))).toBe(false);
});

test('masks hide only what differs between boots', () => {
  const text =
    '93: struct_ops  name a  tag 31a34fedf817d996  gpl\n\tloaded_at 2026-11-22T10:57:05+0000  uid 0\n\txlated 48B  jited 45B  memlock 4096B\n';
  expect(mask('bpftool prog show', text).text).toBe(
    'ID: struct_ops  name a  tag 31a34fedf817d996  gpl\n\tloaded_at T  uid 0\n\txlated 48B  jited 45B  memlock M\n',
  );
  expect(
    socketRows(
      'State\nESTAB 0 0 127.0.0.1:5555 127.0.0.1:1\n\t cubic a\nESTAB 0 0 127.0.0.1:1 127.0.0.1:5555\n\t bpf_x a\n',
    ),
  ).toBe('ESTAB client bpf_x\nESTAB server');
});

test('every known difference has a reason and its place in Linux', () => {
  for (const { reason, source } of KNOWN) {
    expect(reason.length).toBeGreaterThan(15);
    expect(source).toMatch(/\w+/);
  }
});
