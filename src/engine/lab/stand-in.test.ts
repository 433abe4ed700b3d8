import { expect, test } from 'vitest';
import type { Scenario } from './commands.ts';
import { followNames, standIns } from './stand-in.ts';

const text = (name: string): string => `.struct_ops tcp_congestion_ops\n.name "${name}"\n`;

const scenario: Scenario = {
  id: 'test',
  title: '',
  intro: '',
  path: { rateBps: 1e6, delayNs: 1000, queuePackets: 4 },
  seed: 1,
  texts: { 'a.s': text('bpf_a'), 'b.s': text('bpf_b'), 'b2.s': text('bpf_b') },
  steps: [
    { at: 0, caption: 'Connection 1 chooses bpf_a.', command: { do: 'connect', process: 'c', socket: 1, cc: 'bpf_a' } },
    { at: 1, caption: 'bpf_a2 is another.', command: { do: 'setsockopt', socket: 1, cc: 'bpf_b' } },
    { at: 2, caption: '', command: { do: 'sysctl', process: 'c', name: 'x', value: 'reno bpf_a' } },
  ],
  openAt: 0,
  until: 10,
  expect: [],
};

test('steps and captions follow the name of the replacing text', () => {
  const { steps } = followNames(scenario, { 'a.s': text('mine') });
  expect(steps[0]).toMatchObject({ caption: 'Connection 1 chooses mine.', command: { cc: 'mine' } });
  expect(steps[1]).toMatchObject({ caption: 'bpf_a2 is another.', command: { cc: 'bpf_b' } });
  expect(steps[2]).toMatchObject({ command: { value: 'reno mine' } });
});

test('a name that another text still has stays; without other names the scenario is the same object', () => {
  expect(standIns(scenario.texts, { 'b.s': text('other') })).toEqual([]);
  expect(standIns(scenario.texts, { 'b.s': text('other'), 'b2.s': text('other') })).toEqual([
    { text: 'b.s', from: 'bpf_b', to: 'other' },
  ]);
  expect(followNames(scenario, { 'b.s': text('other'), 'new.s': text('new') })).toBe(scenario);
  expect(standIns(scenario.texts, { 'a.s': '' })).toEqual([]);
});
