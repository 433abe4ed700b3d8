import { expect, test } from 'vitest';
import type { MapSnapshot, Scenario } from '../engine/index.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { unusedMaps } from './unused.ts';

const holder = (kind: 'registration' | 'link' | 'socket') => ({ kind, id: 1 }) as MapSnapshot['holders'][number];

const map = (letter: string, change: Partial<MapSnapshot> = {}): MapSnapshot =>
  ({
    letter,
    struct: 'tcp_congestion_ops',
    state: 'INUSE',
    holders: [holder('registration')],
    ...change,
  }) as MapSnapshot;

const unused = (...maps: MapSnapshot[]): string =>
  unusedMaps({ maps }, replaceWhileConnected satisfies Scenario)
    .map(({ letter }) => letter)
    .join('');

test('only own, registered congestion controls without a connection are listed', () => {
  expect(unused(map('A'), map('B'), map('C'))).toBe('C');
  expect(unused(map('C', { holders: [holder('registration'), holder('socket')] }))).toBe('');
  expect(unused(map('C', { state: 'READY', holders: [] }))).toBe('');
  expect(unused(map('C', { state: 'READY', holders: [holder('link')] }))).toBe('C');
  expect(unused(map('C', { state: 'TOBEFREE' }))).toBe('');
  expect(unused(map('C', { struct: 'bpf_dummy_ops' }))).toBe('');
});
