/* Finds types by typed text: those of the kernel first, then of dropped files. */
import type { Btf, SearchHit } from '../../engine/index.ts';
import { openSearch } from '../../engine/index.ts';
import { type DroppedTypes, KERNEL, type TypeRef } from '../../page/store/inspect.ts';
import type { SearchedTypes } from './whole.ts';

/** Most hits listed; typing another letter leaves fewer. */
export const MOST_HITS = 500;

/** Words for kinds, which can also be typed before a name. */
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

/** Kind of a hit: a field of the shown type. */
export const FIELD = 'FIELD';

/** Finds fields by part of their path; those whose own name begins with the text come first. */
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

/** Kinds that are not listed, because they have nothing to show. */
const HIDDEN: ReadonlySet<string> = new Set(['DECL_TAG', 'TYPE_TAG']);

export interface Query {
  readonly name: string;
  /** wanted kinds; empty: all */
  readonly kinds: readonly string[];
}

/** Parses a query; a kind before a name limits the search to it: `struct tcp_so`. */
export function parseQuery(text: string): Query {
  const [first, ...rest] = text.trim().split(/\s+/);
  const kinds = Object.entries(KIND_WORD).flatMap(([kind, word]) => (word.replace('64', '') === first ? [kind] : []));
  return kinds.length > 0 && rest.length > 0 ? { name: rest.join(' '), kinds } : { name: text.trim(), kinds: [] };
}

export interface Found {
  readonly query: Query;
  readonly hits: readonly TypeRef[];
  /** whether all hits are listed */
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
  // a kind excludes many hits, so search for more
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

/** Narrows earlier hits to a longer text without another search; null when that is not possible. */
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
