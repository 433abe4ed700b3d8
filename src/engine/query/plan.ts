/* A parsed query, in either syntax: kinds of rows, a filter, and what is computed from them. */
import type { Expression } from './expression.ts';
import type { RecordKind } from './records.ts';

export interface Probe {
  readonly kind: RecordKind;
  /** name of the call, member, helper or field; `*` at its end stands for anything */
  readonly name: string;
}

export type Action =
  | { readonly do: 'print'; readonly format: string | null; readonly args: readonly Expression[] }
  | {
      readonly do: 'aggregate';
      readonly map: string;
      readonly key: readonly Expression[];
      readonly function: string;
      readonly args: readonly Expression[];
    }
  | { readonly do: 'set'; readonly map: string; readonly key: readonly Expression[]; readonly value: Expression };

export interface Clause {
  readonly probes: readonly Probe[];
  readonly filter: Expression | null;
  readonly actions: readonly Action[];
}

/** What is computed from the matching rows: a list, or one summary. */
export type Reduce =
  | { readonly do: 'rows' }
  | { readonly do: 'count' }
  | { readonly do: 'first' | 'last' }
  /** the longest time between two consecutive rows */
  | { readonly do: 'longest-gap' }
  /** the longest time from a row to the next change of the same map or socket */
  | { readonly do: 'longest-stay' };

export interface Named {
  readonly what: 'map' | 'socket';
  readonly name: string | number;
}

export type Plan =
  | {
      readonly style: 'words';
      readonly probes: readonly Probe[];
      readonly filter: Expression | null;
      /** maps and sockets named in the query; an empty answer says which of them do not exist in the run */
      readonly named: readonly Named[];
      readonly reduce: Reduce;
    }
  | { readonly style: 'trace'; readonly clauses: readonly Clause[] };

/** Conversions of printf, and %%. */
export const FORMAT_SPEC = /%(?:%|-?\d*(?:ll)?[dusx])/g;

/** Width of a conversion in columns; negative: left-aligned. */
export const widthOf = (spec: string): number => Number(/-?\d+/.exec(spec)?.[0] ?? 0);

/** `BPF_MAP_*` */
export function matchesName(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === '') return true;
  if (!pattern.includes('*')) return pattern === name;
  const parts = pattern.split('*');
  if (!name.startsWith(parts[0] ?? '') || !name.endsWith(parts.at(-1) ?? '')) return false;
  let at = 0;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

/** Probe providers (before the colon) with their kinds of rows. */
export const PROBES: Readonly<Record<string, RecordKind>> = {
  struct_ops: 'member',
  member: 'member',
  helper: 'helper',
  syscall: 'syscall',
  bpf: 'syscall',
  tracepoint: 'syscall',
  ref: 'take',
  take: 'take',
  give: 'give',
  state: 'state',
  map: 'state',
  tcp: 'cwnd',
  cwnd: 'cwnd',
  ca: 'ca',
  queue: 'queue',
  write: 'write',
  message: 'message',
};
