import { expect, test } from 'vitest';
import type { CallRecord } from '../../engine/index.ts';
import { KERNELS } from '../../engine/index.ts';
import { compareCalls, compareProfiles, compareStates } from './compare.ts';

const call = (time: number, name: string, text: string, ret = 0, step: string | null = null): CallRecord => ({
  n: time,
  time,
  event: time,
  process: 'p',
  name,
  text,
  shape: 'syscall',
  ret,
  trace: step === null ? [] : [{ step, member: null, outcome: 'fail' }],
  message: null,
  map: null,
  socket: null,
});
const errno = (n: number): string => (n === 22 ? 'EINVAL' : String(n));

test('calls of one time are paired by name; a call of one run only has no partner', () => {
  const left = [
    call(1, 'BPF_MAP_CREATE', 'bpf(BPF_MAP_CREATE, {a})', 4),
    call(1, 'BPF_PROG_LOAD', 'bpf(BPF_PROG_LOAD, {})', 5),
    call(2, 'close', 'close(3)'),
  ];
  const right = [call(1, 'BPF_MAP_CREATE', 'bpf(BPF_MAP_CREATE, {b})', -22, 'flags'), call(2, 'close', 'close(3)')];
  const rows = compareCalls(left, right, errno);
  expect(rows.map(({ left, right, differs }) => [left?.answer, right?.answer, differs])).toEqual([
    ['ok', 'EINVAL', true],
    ['ok', undefined, true],
    ['ok', 'ok', false],
  ]);
  expect(rows[0].right?.step).toBe('flags');
});

test('a run compared with itself has no difference', () => {
  const calls = [
    call(1, 'BPF_MAP_CREATE', 'bpf(BPF_MAP_CREATE, {})'),
    call(1, 'BPF_MAP_CREATE', 'bpf(BPF_MAP_CREATE, {})', -22, 'x'),
    call(3, 'close', 'close(3)'),
  ];
  expect(compareCalls(calls, calls, errno).some(({ differs }) => differs)).toBe(false);
});

test('shows the states of each map, also if the other kernel never made it', () => {
  const made = [{ time: 1, event: 1, map: 'A', from: null, to: 'INIT' as const }];
  expect(compareStates(made, [])).toEqual([{ map: 'A', left: ['INIT'], right: [] }]);
});

test('kernels differ as the table of versions says', () => {
  const [v56, v61, v612] = KERNELS.map(({ profile }) => profile);
  const facts = (a: typeof v56, b: typeof v56) => compareProfiles(a, b).map(({ what }) => what);
  expect(facts(v61, v612)).toContain('links of struct_ops maps');
  expect(facts(v56, v61)).toContain('what a program returns');
  expect(facts(v56, v56)).toEqual([]);
});
