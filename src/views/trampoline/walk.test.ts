import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callStages, trampolineGroups } from './walk.ts';

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../engine/kernel/struct-ops/fixtures/trampolines.json'), 'utf8'),
) as Record<string, Record<string, { text: string[] }>>;
const all = Object.entries(recorded).flatMap(([kernel, members]) =>
  Object.entries(members).map(([member, { text }]) => ({
    kernel,
    member,
    code: text.map((text, offset) => ({ offset, text })),
  })),
);

test.each(all)(
  '$kernel $member: four groups, each with its call, each line with a note or known without',
  ({ code }) => {
    const groups = trampolineGroups(code);
    expect(groups.map(({ id }) => id)).toEqual(['frame', 'enter', 'call', 'exit']);
    expect(groups.flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual(code.map(({ text }) => text));
    const callsIn = groups.map(({ lines }) =>
      lines.filter(({ text }) => text.startsWith('call')).map(({ text }) => text),
    );
    expect(callsIn).toEqual([[], ['call __bpf_prog_enter'], ['call prog->bpf_func'], ['call __bpf_prog_exit']]);
    const silent = groups.flatMap(({ lines }) => lines.filter(({ note }) => note === '').map(({ text }) => text));
    expect(silent.filter((text) => !/^(mov rbp,rsp|test rax,rax|leave)$/.test(text))).toEqual([]);
  },
);

test('the notes count arguments', () => {
  const frame = trampolineGroups(all[0].code)[0].lines.map(({ note }) => note);
  expect(frame).toContain('one argument');
  expect(frame).toContain('ctx[0], the first argument');
});

test('code with other calls is shown without notes', () => {
  const code = [{ offset: 0, text: 'ret' }];
  expect(trampolineGroups(code)).toEqual([
    { id: 'frame', title: 'Code', lines: [{ offset: 0, text: 'ret', note: '' }] },
  ]);
});

test('a call has six stages, from the caller back to the caller', () => {
  expect(callStages('ssthresh', 'reno_ssthresh', 'A').map(({ title }) => title)).toEqual([
    'caller',
    'slot',
    'arguments',
    'enter',
    'program',
    'return',
  ]);
});
