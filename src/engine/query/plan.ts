/* What a query asks for, whichever way it was spelled: rows of some kinds, a filter, and what is made of them. */
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

/** What is done with the rows that match: all are shown, or one thing is told of them. */
export type Reduce =
  | { readonly do: 'rows' }
  | { readonly do: 'count' }
  | { readonly do: 'first' | 'last' }
  /** the longest time between two that follow each other */
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
      /** maps and sockets that it asks for by name: an answer without rows says when the run has none of that name */
      readonly named: readonly Named[];
      readonly reduce: Reduce;
    }
  | { readonly style: 'trace'; readonly clauses: readonly Clause[] };

/** What printf replaces by an argument, and %%. */
export const FORMAT_SPEC = /%(?:%|-?\d*(?:ll)?[dusx])/g;

/** Columns of a field of a format; negative: to the left. */
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

/** Spelling of probes before the colon, and the kind that each is of. */
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
