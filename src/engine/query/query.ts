/*
 * Answers a query over a run: parses it, collects its rows, and computes the answer. Generators, so that work can be
 * sliced.
 */
import { own } from '../base/own.ts';
import { must, entryOf } from '../base/assert.ts';
import type { Lab } from '../lab/lab.ts';
import { AGGREGATES, type Aggregate, type Entry } from './aggregate.ts';
import { truth } from './expression.ts';
import { type Action, FORMAT_SPEC, matchesName, type Plan, type Probe, PROBES, widthOf } from './plan.ts';
import { fieldOf, historyRecords, type RecordKind, type Row, type Value } from './records.ts';
import { rerun } from './rerun.ts';
import { parseTrace } from './trace.ts';
import { Cursor, QueryError, tokenize } from '../base/query-tokens.ts';
import { isWords, parseWords, VERB_WORDS } from './words.ts';

export interface AnswerRow {
  readonly time: number;
  readonly event: number;
  readonly text: string;
}

export interface AnswerMap {
  readonly name: string;
  readonly function: string;
  readonly entries: readonly Entry[];
}

export interface QueryAnswer {
  /** one line: a count, a time, a number of rows */
  readonly summary: string;
  /** the first rows, to step through */
  readonly rows: readonly AnswerRow[];
  /** number of matching rows, including those not kept */
  readonly total: number;
  readonly maps: readonly AnswerMap[];
}

/** Most rows, and most keys, of an answer; the summary says how many are left out. */
const MOST_ANSWER_ROWS = 1_000;
const MOST_KEYS = 2_000;

export { QueryError } from '../base/query-tokens.ts';

/** Parses a query; throws a QueryError with the column and what was expected. */
export function parseQuery(text: string): Plan {
  const c = new Cursor(tokenize(text));
  if (c.isEnd)
    throw new QueryError(
      0,
      'the query is empty',
      `${VERB_WORDS.join(', ')}, or a probe: ${Object.keys(PROBES).join(', ')}`,
    );
  if (isWords(c)) return parseWords(c);
  if (c.now.kind === 'word' && Object.hasOwn(PROBES, c.now.text)) return parseTrace(c);
  return c.fail(`a question (${VERB_WORDS.join(', ')}) or a probe (${Object.keys(PROBES).join(', ')})`);
}

const probesOf = (plan: Plan): Probe[] =>
  plan.style === 'words' ? [...plan.probes] : plan.clauses.flatMap(({ probes }) => probes);

const RERUN: ReadonlySet<RecordKind> = new Set(['member', 'helper', 'write']);

/**
 * Runs a query over a lab's run. `again` makes a fresh lab with the same commands, for rows that the history lacks;
 * `until`: end of the computed run, ns.
 */
export function* runQuery(plan: Plan, lab: Lab, again: () => Lab, until: number): Generator<number, QueryAnswer> {
  const probes = probesOf(plan);
  const kinds = new Set(probes.map(({ kind }) => kind));
  const rows = historyRecords(lab.history, kinds);
  if ([...kinds].some((kind) => RERUN.has(kind))) {
    const more = yield* rerun(again(), probes, until);
    rows.push(...more);
    rows.sort((a, b) => a.time - b.time || a.event - b.event);
  }
  return plan.style === 'words' ? answerWords(plan, rows, lab) : answerTrace(plan, rows);
}

const isOf = (row: Row, { kind, name }: Probe): boolean =>
  row.kind === kind && matchesName(name, String(row.fields.get('name') ?? row.fields.get('prog') ?? ''));

const matches = (row: Row, probes: readonly Probe[], filter: ((row: Row) => Value | undefined) | null): boolean =>
  probes.some(
    (probe) =>
      isOf(row, probe) || (row.kind === probe.kind && matchesName(probe.name, String(row.fields.get('prog') ?? ''))),
  ) &&
  (filter === null || truth(filter(row)));

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(6)} s`;

/** Text of a row. */
export function rowText(row: Row): string {
  const f = (name: string): string => String(fieldOf(row, name) ?? '?');
  switch (row.kind) {
    case 'syscall':
      return `${f('process')}: ${f('text')} = ${row.fields.has('errno') ? `-1 ${f('errno')}` : f('ret')}`;
    case 'take':
      return `${f('who')} took a reference of map ${f('map')}: ${f('refcnt')} now`;
    case 'give':
      return `${f('who')} gave back a reference of map ${f('map')}: ${f('refcnt')} now`;
    case 'state':
      return `map ${f('map')}: ${f('from')} to ${f('to')}`;
    case 'cwnd':
      return `socket ${f('socket')}: cwnd ${f('cwnd')}, ssthresh ${f('ssthresh')}, srtt ${f('srtt')} us, ${f('ca_state')}`;
    case 'ca':
      return `socket ${f('socket')}: ${f('from')} to ${f('to')}, cwnd ${f('cwnd')}`;
    case 'queue':
      return `queue of ${f('length')} packets`;
    case 'message':
      return `${f('process')} ${f('source')}: ${f('text').slice(0, 200)}`;
    case 'member':
      return `${f('prog')} (${f('name')}) of map ${f('map')} for socket ${f('socket')}: ${f('insns')} instructions`;
    case 'helper':
      return `${f('name')} called by ${f('prog')} for socket ${f('socket')}`;
    case 'write':
      return `${f('name')} of socket ${f('socket')}: ${f('before')} to ${f('value')}, by ${f('by')}`;
  }
}

const shown = (rows: readonly Row[]): AnswerRow[] =>
  rows.slice(0, MOST_ANSWER_ROWS).map((row) => ({ time: row.time, event: row.event, text: rowText(row) }));

const counted = (n: number): string => (n === 0 ? 'never' : n === 1 ? 'once' : `${n} times`);

type WordsPlan = Extract<Plan, { style: 'words' }>;

const NAMING: ReadonlySet<RecordKind> = new Set(['take', 'give', 'state', 'cwnd', 'ca']);

/** Lists names of the question that do not exist in the run, with those that do; empty when all exist. */
function strangers({ named }: WordsPlan, { history }: Lab): string {
  if (named.length === 0) return '';
  const rows = historyRecords(history, NAMING);
  for (const { what, name } of named) {
    const there = new Set(rows.flatMap((row) => fieldOf(row, what) ?? []));
    if (there.has(name)) continue;
    const names = [...there].toSorted((a, b) => (a < b ? -1 : 1));
    return `: it has no ${what} ${name}; there are ${names.join(', ') || 'none'}`;
  }
  return '';
}

function answerWords(plan: WordsPlan, all: readonly Row[], lab: Lab): QueryAnswer {
  const rows = all.filter((row) => matches(row, plan.probes, plan.filter));
  const answer = (summary: string, of: readonly Row[]): QueryAnswer => ({
    summary,
    rows: shown(of),
    total: rows.length,
    maps: [],
  });
  const when = (of: readonly Row[]): QueryAnswer =>
    answer(of.map((row) => `at ${seconds(row.time)}: ${rowText(row)}`).join(), of);
  if (rows.length === 0) return answer(`never in this run${strangers(plan, lab)}`, []);
  switch (plan.reduce.do) {
    case 'rows': {
      const left = rows.length - MOST_ANSWER_ROWS;
      return answer(
        left > 0 ? `${rows.length} in all; the first ${MOST_ANSWER_ROWS} are listed` : counted(rows.length),
        rows,
      );
    }
    case 'count':
      return answer(counted(rows.length), rows);
    case 'first':
      return when(rows.slice(0, 1));
    case 'last':
      return when(rows.slice(-1));
    case 'longest-gap':
      return longest(
        answer,
        rows.slice(1).map((row, i) => [entryOf(rows, i), row] as const),
        rows,
      );
    case 'longest-stay':
      return longest(answer, stays(rows, all), rows);
  }
}

/** Pairs each row with the next of the same kind about the same map or socket. */
function stays(rows: readonly Row[], all: readonly Row[]): (readonly [Row, Row])[] {
  const about = (row: Row): string =>
    `${row.kind} ${row.fields.get('socket') ?? ''} ${row.kind === 'ca' ? '' : (row.fields.get('map') ?? '')}`;
  return rows.flatMap((row) => {
    const next = all.find((other) => other.time > row.time && about(other) === about(row));
    return next ? [[row, next] as const] : [];
  });
}

function longest(
  answer: (summary: string, of: readonly Row[]) => QueryAnswer,
  pairs: readonly (readonly [Row, Row])[],
  rows: readonly Row[],
): QueryAnswer {
  if (pairs.length === 0) return answer('it was never left again', rows.slice(-1));
  const [from, to] = pairs.reduce((best, pair) =>
    pair[1].time - pair[0].time > best[1].time - best[0].time ? pair : best,
  );
  return answer(`${seconds(to.time - from.time)}: from ${seconds(from.time)} to ${seconds(to.time)}`, [from, to]);
}

interface Gathered {
  readonly entries: Map<string, { readonly key: readonly Value[]; readonly aggregate: Aggregate }>;
  readonly function: string;
}

/** printf of a row: %d, %u, %s, %x, %lld and %%. */
function formatted(format: string, values: readonly (Value | undefined)[]): string {
  let at = 0;
  return format.replace(FORMAT_SPEC, (spec) => {
    if (spec === '%%') return '%';
    const value = values[at++];
    if (value === undefined) return '?';
    const text = spec.endsWith('x') && typeof value === 'number' ? value.toString(16) : String(value);
    const width = widthOf(spec);
    return width < 0 ? text.padEnd(-width) : text.padStart(width);
  });
}

function answerTrace({ clauses }: Extract<Plan, { style: 'trace' }>, all: readonly Row[]): QueryAnswer {
  const maps = new Map<string, Gathered>();
  const rows: AnswerRow[] = [];
  let total = 0;
  let printed = 0;
  for (const row of all) {
    for (const { probes, filter, actions } of clauses) {
      if (!matches(row, probes, filter)) continue;
      total++;
      for (const action of actions) {
        if (action.do === 'print') printed++;
        act(action, row, maps, rows);
      }
    }
  }
  const answered = [...maps].map(([name, { entries, function: fn }]): AnswerMap => {
    const list = [...entries.values()].map(({ key, aggregate }) => ({ key, ...aggregate.entry }));
    return { name: `@${name}`, function: fn, entries: list.toSorted((a, b) => a.value - b.value) };
  });
  const left = printed > rows.length ? `; the first ${rows.length} are listed` : '';
  return { summary: `${counted(total)}${left}`, rows, total, maps: answered };
}

function act(action: Action, row: Row, maps: Map<string, Gathered>, rows: AnswerRow[]): void {
  if (action.do === 'print') {
    if (rows.length >= MOST_ANSWER_ROWS) return;
    const values = action.args.map((arg) => arg(row));
    const text =
      action.format !== null
        ? formatted(action.format, values).replace(/\n$/, '')
        : values.length === 0
          ? rowText(row)
          : values.map((value) => value ?? '?').join(' ');
    rows.push({ time: row.time, event: row.event, text });
    return;
  }
  const fn = action.do === 'aggregate' ? action.function : 'set';
  const gathered = maps.get(action.map) ?? { entries: new Map(), function: fn };
  maps.set(action.map, gathered);
  const key = action.key.map((one) => one(row) ?? '?');
  const name = JSON.stringify(key);
  let entry = gathered.entries.get(name);
  const values = (action.do === 'aggregate' ? action.args : [action.value]).map((arg) =>
    Number(arg(row) ?? Number.NaN),
  );
  if (!entry) {
    if (gathered.entries.size >= MOST_KEYS) return;
    const { start } = must(own(AGGREGATES, action.do === 'aggregate' ? fn : 'sum'), `the function ${fn}`);
    entry = { key, aggregate: start(values) };
    gathered.entries.set(name, entry);
  }
  const [value] = values;
  if (action.do === 'set') gathered.entries.set(name, { key, aggregate: constant(value ?? Number.NaN) });
  else if (value === undefined) entry.aggregate.add(1);
  else if (!Number.isNaN(value)) entry.aggregate.add(value);
}

const constant = (value: number): Aggregate => ({ add: () => {}, entry: { value, buckets: [] } });
