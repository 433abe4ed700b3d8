/* Types by what was typed: of the kernel first, then of the files that were dropped. */
import type { Btf, SearchHit } from '../../engine/index.ts';
import { openSearch } from '../../engine/index.ts';
import { type DroppedTypes, KERNEL, type TypeRef } from '../store/inspect.ts';
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
  const kinds = Object.keys(KIND_WORD).filter((kind) => KIND_WORD[kind].replace('64', '') === first);
  return kinds.length > 0 && rest.length > 0 ? { name: rest.join(' '), kinds } : { name: text.trim(), kinds: [] };
}

export function findTypes(
  text: string,
  kernel: SearchedTypes | null,
  files: readonly DroppedTypes[],
): readonly TypeRef[] {
  const { name, kinds } = parseQuery(text);
  if (name === '') return [];
  // a kind leaves out many: look for more, so that enough remain
  const limit = kinds.length > 0 ? MOST_HITS * 4 : MOST_HITS;
  const of = (source: string, search: SearchedTypes['search']): TypeRef[] =>
    search(name, limit)
      .filter(wanted(kinds))
      .map((hit) => ({ source, ...hit }));
  const hits = [
    ...files.flatMap(({ file, btf }) => of(file, searchOf(btf))),
    ...(kernel ? of(KERNEL, kernel.search) : []),
  ];
  return hits.slice(0, MOST_HITS);
}

const wanted =
  (kinds: readonly string[]) =>
  ({ kind }: SearchHit): boolean =>
    kinds.length > 0 ? kinds.includes(kind) : !HIDDEN.has(kind);
