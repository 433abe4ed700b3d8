/** Verifies programs that Linux 6.12, 6.1 and 6.18 verified, and lists the remaining differences with their reasons. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openBtf } from '../btf/read.ts';
import { compareRecorded, type Comparison, type Recording } from './recorded.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Rows: what differs, the kernel's function, the reason. */
const KNOWN: Readonly<Record<string, readonly [what: string, where: string, why: string]>> = {
  'obj-fd': ['verdict', 'bpf_prog_load', 'the recording leaves out attach_btf_obj_fd, which is what was refused'],
};

/** `npm run soak` verifies all programs, also those of a million instructions. */
const WHOLE = Boolean(process.env.SOAK);
const isLong = ({ log1 }: Recording['records'][number]): boolean =>
  /processed 100000\d insns|\d chars\]\.\.\./.test(log1);

function compareAll(kernel: string): Comparison[] {
  const opened = openBtf(gunzipSync(readFileSync(join(ROOT, 'public', 'btf', `v${kernel}.whole.btf.gz`))));
  if (!opened.ok) throw new Error(opened.error.message);
  return ['c_so', 'c_gen', 'c_btf'].flatMap((set) => {
    const path = join(import.meta.dirname, 'fixtures', `${kernel}-${set}.json.gz`);
    const recording = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Recording;
    const owners = new Map<string, string>();
    return (
      recording.records
        // two programs of a million instructions take as long as all others together
        .filter((r) => r.skipped === undefined && (WHOLE || !isLong(r)))
        .map((r) => compareRecorded(r, kernel, opened.value, owners))
    );
  });
}

test('6.12: verdict, errno, both logs and all counters equal the kernel’s', { timeout: 120_000 }, () => {
  const all = compareAll('6.12');
  expect(all.length).toBe(WHOLE ? 463 : 461);
  const different = all.filter((c) => c.difference !== '' || !c.processed);
  expect(different.map(({ id }) => id)).toEqual(Object.keys(KNOWN));
});

const OWNER = 'the recorder’s prog array already belonged to struct_ops programs when this one was loaded';
const KNOWN_6_18: typeof KNOWN = {
  'sp-tail': ['verdict', 'bpf_prog_map_compatible', OWNER],
  'tail-and-sub': ['verdict', 'bpf_prog_map_compatible', OWNER],
  'so-tail-sub': ['verdict', 'bpf_prog_map_compatible', OWNER],
  ...KNOWN,
};

/** `level1`, `level2`: least number of programs whose logs equal the kernel's exactly. */
test.each([
  { kernel: '6.1', level1: 430, level2: 388, known: KNOWN },
  { kernel: '6.18', level1: 451, level2: 372, known: KNOWN_6_18 },
])(
  '$kernel: verdict, errno and most logs equal the kernel’s',
  { timeout: 240_000 },
  ({ kernel, level1, level2, known }) => {
    const all = compareAll(kernel);
    expect(all.length).toBeGreaterThan(400);
    expect(
      all
        .filter((c) => !c.verdict || !c.errno)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(Object.keys(known).toSorted());
    expect(all.filter((c) => c.log1).length).toBeGreaterThanOrEqual(level1);
    expect(all.filter((c) => c.log2).length).toBeGreaterThanOrEqual(level2);
  },
);
