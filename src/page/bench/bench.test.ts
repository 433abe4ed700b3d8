import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Lab, openMachineParts } from '../../engine/index.ts';
import { PROGRAMS } from '../../scenarios/programs.ts';
import { benchScenario, programsProblem } from './scenario.ts';
import { type BenchSettings, FIRST, settingsProblem } from './settings.ts';

const file = (name: string) => readFileSync(join(import.meta.dirname, '..', '..', '..', 'public', 'btf', name));

test('the default settings run, and the run follows them', () => {
  expect(settingsProblem(FIRST)).toBeNull();
  expect(programsProblem(FIRST, PROGRAMS)).toBeNull();
  const ids = new Uint8Array(file('v6.12.ids'));
  const parts = openMachineParts('v6.12', file('v6.12.btf'), new Uint32Array(ids.buffer, 0, ids.length >> 2));
  if (!parts.ok) throw new Error(parts.error.message);
  const settings: BenchSettings = {
    ...FIRST,
    seconds: 1,
    flows: [
      { program: 'bpf_aimd.s', start: 0, stop: 0.5 },
      { program: 'bpf_swap_v1.s', start: 0, stop: 9 },
      { program: 'reno', start: 0, stop: 9 },
    ],
  };
  const lab = new Lab(parts.value, benchScenario(settings, PROGRAMS, PROGRAMS));
  lab.advance(lab.scenario.until);
  expect(lab.history.captions.filter(({ text }) => text.startsWith('Otherwise'))).toEqual([]);
  expect(lab.cold().sockets.map(({ id, ccName }) => `${id} ${ccName}`)).toEqual(
    expect.arrayContaining(['2 bpf_swap', '3 reno']),
  );
  expect(lab.hot().flows.find(({ socket }) => socket === 2)?.delivered).toBeGreaterThan(100);
});

test.each([
  [{ rateMbit: 0 }, 'Link, Mbit/s: a number from 0.1 to 1000.'],
  [{ queue: 1.5 }, 'whole'],
  [{ flows: [] }, 'Add a connection'],
  [{ flows: [{ program: 'reno', start: 5, stop: 5 }] }, 'must start before'],
  [{ rateMbit: 1000, seconds: 120 }, 'more packets'],
])('%o', (change, problem) => {
  expect(settingsProblem({ ...FIRST, ...change })).toContain(problem);
});

test('two programs of one name cannot run side by side; a message says so', () => {
  const flows = ['bpf_swap_v1.s', 'bpf_swap_v2.s'].map((program) => ({ program, start: 0, stop: 1 }));
  expect(programsProblem({ ...FIRST, flows }, PROGRAMS)).toContain('have the same name, bpf_swap');
  expect(programsProblem({ ...FIRST, flows: [{ program: 'gone.s', start: 0, stop: 1 }] }, PROGRAMS)).toContain(
    'gone.s no longer exists',
  );
});
