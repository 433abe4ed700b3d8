import { expect, test } from 'vitest';
import type { Break } from '../../engine/index.ts';
import { type BreakDraft, breakOf, FIRST_DRAFT } from './break-draft.ts';

test.each([
  [{}, { on: 'edge', map: null, to: 'TOBEFREE' }],
  [
    { map: 'B', to: 'FREED' },
    { on: 'edge', map: 'B', to: 'FREED' },
  ],
  [
    { kind: 'refs', count: ' 12 ' },
    { on: 'refs', map: null, count: 12 },
  ],
  [{ kind: 'refs', count: '-1' }, null],
  [{ kind: 'refs', count: '12345' }, null],
  [
    { kind: 'call', text: ' EBUSY ', refused: true },
    { on: 'call', text: 'EBUSY', refused: true },
  ],
  [{ kind: 'call', text: ' ' }, null],
  [
    { kind: 'ca-state', state: 4 },
    { on: 'ca-state', socket: null, state: 4 },
  ],
  [
    { kind: 'condition', condition: ' ms > 1 ' },
    { on: 'condition', text: 'ms > 1' },
  ],
  [{ kind: 'condition', condition: '' }, null],
] as [Partial<BreakDraft>, Break | null][])('%j', (changed, expected) => {
  expect(breakOf({ ...FIRST_DRAFT, ...changed })).toEqual(expected);
});
