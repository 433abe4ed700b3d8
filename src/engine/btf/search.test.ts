import { expect, it } from 'vitest';
import { openSplitBtf } from './read.ts';
import { openSearch } from './search.ts';
import { INT } from './testing/every-kind.ts';
import { mustOpen, shippedBtf, written } from './testing/kernels.ts';
import { createBtfWriter } from './write.ts';

const search = openSearch(shippedBtf('v6.12'));
const names = (query: string, limit = 50) => search(query, limit).map((hit) => hit.name);

it('ranks exact names, then beginnings, then the rest', () => {
  expect(search('sock', 2)[0]).toEqual({ id: 3091, kind: 'STRUCT', name: 'sock' });
  const found = names('sock');
  expect(found.indexOf('sock_common')).toBeGreaterThan(0);
  expect(found.indexOf('sock_common')).toBeLessThan(found.indexOf('tcp_sock'));
});

it('knows types that share a name, and no member names', () => {
  expect(names('tcp_sock', 1)).toEqual(['tcp_sock']);
  expect(names('SNd_CWnd')).toEqual([]);
  expect(names('LIST_head')).toContain('list_head');
});

it('limits results, and finds nothing for an empty query', () => {
  expect(names('t', 3).length).toBe(3);
  expect([names(''), names('\0'), names('nobody')]).toEqual([[], [], []]);
});

it('searches types of a split BTF', () => {
  const base = mustOpen(written(INT));
  const writer = createBtfWriter(base);
  expect(writer.add({ kind: 'FWD', name: 'added' })).toBe(2);
  const split = openSplitBtf(writer.finish(), base);
  if (!split.ok) throw new Error(split.error.message);
  expect(openSearch(split.value)('add', 9)).toEqual([{ id: 2, kind: 'FWD', name: 'added' }]);
});
