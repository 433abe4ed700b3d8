import { expect, test } from 'vitest';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import { ledgerOf } from './ledger.ts';

test('at every time the count of a map is the sum of its ledger', () => {
  for (let ms = 0; ms <= 900; ms += 5) {
    const { cold, history, hot } = replaceWhileConnected(ms);
    for (const map of cold.maps) {
      const ledger = ledgerOf(map, history, hot.event);
      expect(ledger.sum, `map ${map.letter} at ${ms} ms`).toBe(map.refcnt);
      expect(ledger.rows.filter(({ open }) => open)).toHaveLength(map.refcnt);
    }
  }
});

test('a row names who, when, and by which call', () => {
  const { cold, history, hot } = replaceWhileConnected(612);
  const ledger = ledgerOf(cold.maps[0], history, hot.event);
  expect(ledger.rows[0]).toMatchObject({ who: 'registration', change: 1, sum: 1, open: false, future: false });
  expect(ledger.rows[0].by).toMatch(/^#2 bpf\(BPF_MAP_UPDATE_ELEM/);
  expect(ledger.rows.at(-1)).toMatchObject({ change: -1, future: true });
});
