import { expect, test } from 'vitest';
import type { MapSnapshot } from '../../engine/index.ts';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import { graphHeight, graphScene } from './graph.ts';
import { lsmodText, moduleRow, moduleRows } from './modules.ts';
import { readySituation } from './ready.ts';

const { cold } = replaceWhileConnected(612);
const [base] = cold.maps;
const holder = (kind: 'link' | 'socket' | 'file' | 'registration', id = 1) => ({
  kind,
  id,
  time: 0,
  event: 0,
  call: 0,
});
const map = (change: Partial<MapSnapshot>): MapSnapshot => ({ ...base, inGrace: false, ...change });

const STATES: readonly (readonly [Partial<MapSnapshot>, string, string | null])[] = [
  [{ state: 'INIT', holders: [] }, 'Staged', null],
  [{ state: 'INUSE', holders: [holder('registration', 0)] }, 'Live', 'Live'],
  [{ state: 'READY', holders: [holder('link')] }, 'Live (linked)', 'Live'],
  [{ state: 'READY', holders: [holder('file')] }, 'Loaded, not registered', 'Unformed'],
  [{ state: 'READY', holders: [holder('socket')] }, 'Going (old sockets)', 'Going'],
  [{ state: 'TOBEFREE', refcnt: 1, holders: [holder('socket')] }, 'Going', 'Going'],
  [{ state: 'TOBEFREE', refcnt: 0, holders: [holder('file')] }, 'Retired', null],
  [{ state: 'TOBEFREE', refcnt: 0, holders: [], inGrace: true }, 'Freeing', null],
  [{ state: 'FREED', refcnt: 0, holders: [] }, 'Gone', null],
];

test.each(STATES)('%j', (change, state, analogue) => {
  expect(moduleRow(map(change), cold)).toMatchObject({ state, analogue });
});

test('three cases of READY', () => {
  expect(readySituation({ holders: [] })).toBe('loaded');
  expect(readySituation({ holders: [holder('socket'), holder('link')] })).toBe('linked');
  expect(readySituation({ holders: [holder('socket')] })).toBe('detached');
});

test('"used by" counts users, not the registration, the link or fds', () => {
  const holders = [holder('registration', 0), holder('link'), holder('file'), holder('socket', 4), holder('socket', 7)];
  expect(moduleRow(map({ state: 'INUSE', holders }), cold)).toMatchObject({ usedBy: 2, users: 'sockets 4 and 7' });
});

test('the size is the sum of its listed parts', () => {
  const row = moduleRow(map({ state: 'INUSE', images: 2 }), cold);
  const code = base.progs.reduce((sum, { insnCount }) => sum + insnCount * 8, 0);
  expect(row.size).toBe(code + 2 * 4096 + 2 * 256);
  expect(row.sizeParts).toContain(`${code} B`);
});

test('lsmod lists the kernel’s maps', () => {
  expect(lsmodText(moduleRows(cold)).split('\n')).toHaveLength(
    1 + cold.maps.filter(({ state }) => state !== 'FREED').length,
  );
  expect(moduleRows(replaceWhileConnected(890).cold).map(({ letter }) => letter)).toEqual(['B']);
  expect(moduleRows(replaceWhileConnected(890).cold, true)).toHaveLength(2);
});

test('the graph has a row per map, with its text', () => {
  const scene = graphScene(cold, { width: 600, height: graphHeight(cold) });
  const labels = scene.marks.map((mark) => ('label' in mark ? mark.label : undefined));
  expect(labels).toEqual(
    cold.maps.map(({ letter }) => expect.stringMatching(new RegExp(`^Map ${letter} .*needs 3 programs`))),
  );
});
