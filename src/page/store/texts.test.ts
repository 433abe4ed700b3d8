import { expect, test } from 'vitest';
import { registerAndRun } from '../../scenarios/register-and-run.ts';
import { choices, choose } from './choices.ts';
import { useLab } from './lab.ts';
import { activeText, awaitText, deleteText, hasExample, isOwn, loadedAs, textOf } from './texts.ts';

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

test('a text renamed after it was loaded is in the machine under its old name; a copy is not', () => {
  const lab = { scenario: registerAndRun, cold: null, loaded: { 'old.s': 'r0 = 0\nexit' } };
  const as = (edits: Record<string, string>) => loadedAs('new.s', edits['new.s'] ?? '', lab, edits);
  expect(as({ 'new.s': 'r0 = 0\nexit' })).toBe('old.s');
  expect(as({ 'new.s': 'r0 = 1\nexit' })).toBe(null);
  expect(as({ 'new.s': 'r0 = 0\nexit', 'old.s': '' })).toBe(null);
  expect(loadedAs('old.s', 'r0 = 0\nexit', lab, { 'old.s': 'r0 = 0\nexit' })).toBe(null);
});

test('while an object loads, and if it is refused, the shown text stays', () => {
  useLab.setState({ scenario: registerAndRun });
  choose({ edits: { 'mine.s': '', 'yours.s': '' }, activeText: 'mine.s' });
  awaitText('refused.bpf.o');
  expect(activeText()).toBe('mine.s');
  choose({ activeText: 'yours.s' });
  expect(activeText()).toBe('yours.s');
});

test('a deleted text gives way to its neighbour, by name', () => {
  useLab.setState({ scenario: registerAndRun });
  choose({ edits: { 'a.s': '', 'b.s': '', 'c.s': '' }, activeText: 'b.s' });
  deleteText('b.s');
  expect(choices().activeText).toBe('c.s');
  deleteText('c.s');
  expect(choices().activeText).toBe('a.s');
});
