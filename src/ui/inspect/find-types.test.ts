import { expect, it } from 'vitest';
import { openSearch } from '../../engine/index.ts';
import { subsetOf, wholeOf } from '../../views/testing/kernel-types.ts';
import { findFields, findTypes, MOST_HITS, narrowed, parseQuery } from './find-types.ts';

const btf = wholeOf('v6.12');
const mine = subsetOf('v6.1');
const searched = { kernel: { btf, search: openSearch(btf) }, files: [{ file: 'mine.btf', btf: mine }] };

it('takes a kind in front of a name', () => {
  expect(parseQuery(' struct  tcp_so ')).toEqual({ name: 'tcp_so', kinds: ['STRUCT'] });
  expect(parseQuery('enum bpf')).toEqual({ name: 'bpf', kinds: ['ENUM', 'ENUM64'] });
  expect(parseQuery('struct')).toEqual({ name: 'struct', kinds: [] });
  const { hits } = findTypes('typedef tcp_sock', searched);
  expect(new Set(hits.map(({ kind }) => kind))).toEqual(new Set(['TYPEDEF']));
});

it('finds the types of files and of the kernel, exact matches first', () => {
  const { hits } = findTypes('tcp_sock', searched);
  expect(hits[0]).toEqual({ source: 'mine.btf', id: 22102, kind: 'STRUCT', name: 'tcp_sock' });
  expect(hits.find(({ source }) => source === 'kernel')).toEqual({
    source: 'kernel',
    id: 94994,
    kind: 'STRUCT',
    name: 'tcp_sock',
  });
});

it('narrowing equals a new search', () => {
  for (const word of ['tcp_sock', 'sk_buff', 'struct sock', 'TCP_congestion', 'nobody has this']) {
    let last = findTypes('', searched);
    for (let end = 1; end <= word.length; end++) {
      const text = word.slice(0, end);
      const anew = findTypes(text, searched);
      const less = narrowed(last, text);
      const ids = (list: typeof anew.hits) => list.map(({ source, id }) => `${source} ${id}`).sort();
      if (less) expect(ids(less.hits), text).toEqual(ids(anew.hits));
      if (less && anew.hits.length > 0) expect(less.hits[0], text).toEqual(anew.hits[0]);
      last = less ?? anew;
    }
  }
});

it('limits the number of results', () => {
  expect(findTypes('t', searched)).toMatchObject({ complete: false });
  expect(findTypes('t', searched).hits.length).toBe(MOST_HITS);
  expect(narrowed(findTypes('t', searched), 'tc')).toBeNull();
});

it('finds fields by a part of their path, beginnings first', () => {
  const paths = ['inet_conn', 'inet_conn.icsk_ca_ops', 'inet_conn.icsk_ca_state', 'my.ca_ops'];
  expect(findFields('CA_', paths).map(({ name }) => name)).toEqual([
    'my.ca_ops',
    'inet_conn.icsk_ca_ops',
    'inet_conn.icsk_ca_state',
  ]);
  expect(findFields('', paths)).toHaveLength(4);
});
