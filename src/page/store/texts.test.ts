import { expect, test } from 'vitest';
import { registerAndRun } from '../../scenarios/register-and-run.ts';
import { useLab } from './lab.ts';
import { hasExample, isOwn, textOf } from './texts.ts';

test('an example is what the scenario brings, and a text of another name is one’s own', () => {
  expect(hasExample('mine.s')).toBe(false);
  useLab.setState({ scenario: registerAndRun });
  expect(hasExample('bpf_reno.s')).toBe(true);
  expect(textOf('bpf_reno.s')).toBe(registerAndRun.texts['bpf_reno.s']);
  for (const name of ['mine.s', 'constructor', 'toString']) expect(hasExample(name)).toBe(false);
  expect(isOwn('mine.s', { 'mine.s': 'r0 = 0' })).toBe(true);
  expect(isOwn('bpf_reno.s', { 'bpf_reno.s': 'r0 = 0' })).toBe(false);
  expect(isOwn('constructor', {})).toBe(false);
});
