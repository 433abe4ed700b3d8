/* Types by what was typed: of the kernel first, then of the files that were dropped. */
import type { Btf, SearchHit } from '../../engine/index.ts';
import { openSearch } from '../../engine/index.ts';
import { type DroppedTypes, KERNEL, type TypeRef } from '../../page/store/inspect.ts';
import type { SearchedTypes } from './whole.ts';

/** More hits than these nobody reads; the next letter leaves fewer. */
export const MOST_HITS = 500;

/** Words for kinds, also as they can be typed in front of a name. */
export const KIND_WORD: Readonly<Record<string, string>> = {
  STRUCT: 'struct',
  UNION: 'union',
  ENUM: 'enum',
  ENUM64: 'enum64',
  TYPEDEF: 'typedef',
  FUNC: 'func',
  VAR: 'var',
  DATASEC: 'datasec',
  INT: 'int',
  FLOAT: 'float',
  FWD: 'fwd',
  DECL_TAG: 'decl_tag',
  TYPE_TAG: 'type_tag',
};

/** Kind of a hit that is a field of what is shown. */
export const FIELD = 'FIELD';

/** Fields by a part of their path, those whose own name begins with it first. */
export function findFields(text: string, paths: readonly string[]): readonly TypeRef[] {
  const word = text.trim().toLowerCase();
  const begins = (path: string): boolean =>
    path
      .toLowerCase()
      .slice(path.lastIndexOf('.') + 1)
      .startsWith(word);
  const found = paths.filter((path) => path.toLowerCase().includes(word));
  return [...found.filter(begins), ...found.filter((path) => !begins(path))]
    .slice(0, MOST_HITS)
    .map((name, id) => ({ source: KERNEL, id, kind: FIELD, name }));
}

const searches = new WeakMap<Btf, SearchedTypes['search']>();

function searchOf(btf: Btf): SearchedTypes['search'] {
  const known = searches.get(btf) ?? openSearch(btf);
  searches.set(btf, known);
  return known;
}

/** Tags name nothing that could be looked at. */
const HIDDEN: ReadonlySet<string> = new Set(['DECL_TAG', 'TYPE_TAG']);

export interface Query {
  readonly name: string;
  /** kinds that are wanted; empty: all */
  readonly kinds: readonly string[];
}

/** `struct tcp_so`: a kind in front of a name limits to it. */
export function parseQuery(text: string): Query {
  const [first, ...rest] = text.trim().split(/\s+/);
  const kinds = Object.entries(KIND_WORD).flatMap(([kind, word]) => (word.replace('64', '') === first ? [kind] : []));
  return kinds.length > 0 && rest.length > 0 ? { name: rest.join(' '), kinds } : { name: text.trim(), kinds: [] };
}

export interface Found {
  readonly query: Query;
  readonly hits: readonly TypeRef[];
  /** there are no others */
  readonly complete: boolean;
}

export interface Searched {
  readonly kernel: SearchedTypes | null;
  readonly files: readonly DroppedTypes[];
}

export function findTypes(text: string, { kernel, files }: Searched): Found {
  const query = parseQuery(text);
  const { name, kinds } = query;
  if (name === '') return { query, hits: [], complete: true };
  // a kind leaves out many: look for more, so that enough remain
  const limit = kinds.length > 0 ? MOST_HITS * 4 : MOST_HITS;
  let complete = true;
  const of = (source: string, search: SearchedTypes['search']): TypeRef[] => {
    const all = search(name, limit);
    complete &&= all.length < limit;
    return all.filter(wanted(kinds)).map((hit) => ({ source, ...hit }));
  };
  const hits = [
    ...files.flatMap(({ file, btf }) => of(file, searchOf(btf))),
    ...(kernel ? of(KERNEL, kernel.search) : []),
  ];
  return { query, hits: hits.slice(0, MOST_HITS), complete: complete && hits.length <= MOST_HITS };
}

/** What another letter leaves of all that was found before it: nothing has to be looked through again. */
export function narrowed({ query, hits, complete }: Found, text: string): Found | null {
  const next = parseQuery(text);
  const same = next.kinds.join() === query.kinds.join();
  if (!complete || !same || query.name === '' || !next.name.startsWith(query.name)) return null;
  const word = next.name.toLowerCase();
  const rank = (name: string): number => (name === word ? 0 : name.startsWith(word) ? 1 : 2);
  const left = hits.filter(({ name }) => name.toLowerCase().includes(word));
  const bySource = [...new Set(left.map(({ source }) => source))];
  const ranked = bySource.flatMap((source) => {
    const mine = left.filter((hit) => hit.source === source);
    return [0, 1, 2].flatMap((level) => mine.filter(({ name }) => rank(name.toLowerCase()) === level));
  });
  return { query: next, hits: ranked, complete };
}

const wanted =
  (kinds: readonly string[]) =>
  ({ kind }: SearchHit): boolean =>
    kinds.length > 0 ? kinds.includes(kind) : !HIDDEN.has(kind);
