/* Parses bpftrace's syntax: `probe, probe /filter/ { action; action }`, one or more clauses. */
import { own } from '../base/own.ts';
import { AGGREGATES } from './aggregate.ts';
import { type Expression, parseExpression, type Scope } from './expression.ts';
import { type Action, type Clause, type Plan, type Probe, PROBES, FORMAT_SPEC, widthOf } from './plan.ts';
import type { RecordKind } from './records.ts';
import { type Cursor, QueryError } from '../base/query-tokens.ts';

/** Most clauses of a query, and most actions of a clause. */
const MOST = 20;

/** `struct_ops:cong_avoid`, `syscall:BPF_MAP_*`, `tcp:cwnd`, `tcp:ca_state` */
function probe(c: Cursor): Probe {
  const { at } = c.now;
  const provider = c.word(`a probe: ${Object.keys(PROBES).join(':…, ')}:…`);
  const probed = own(PROBES, provider);
  if (!probed) {
    throw new QueryError(at, `there are no probes "${provider}"`, `one of ${Object.keys(PROBES).join(', ')}`);
  }
  let name = '';
  if (c.take(':')) {
    while (c.now.kind === 'word' || c.is('*') || c.is('.') || c.is('-') || c.is(':')) name += c.next().text;
    if (name === '') c.fail('the name of what is probed, or *');
  }
  const kind: RecordKind = provider === 'tcp' && name.startsWith('ca') ? 'ca' : probed;
  const byKind =
    kind === 'cwnd' ||
    kind === 'ca' ||
    kind === 'queue' ||
    kind === 'state' ||
    kind === 'take' ||
    kind === 'give' ||
    kind === 'message';
  return { kind, name: byKind || name === '' ? '*' : name };
}

const keys = (c: Cursor, scope: Scope): Expression[] => {
  if (!c.take('[')) return [];
  const out = [parseExpression(c, scope)];
  while (c.take(',')) out.push(parseExpression(c, scope));
  c.expect(']', '"]" after the key');
  return out;
};

function args(c: Cursor, scope: Scope): Expression[] {
  c.expect('(');
  const out: Expression[] = [];
  if (c.take(')')) return out;
  do out.push(parseExpression(c, scope));
  while (c.take(','));
  c.expect(')', '")" after the arguments');
  return out;
}

function mapAction(c: Cursor, scope: Scope): Action {
  c.expect('@');
  const map = c.now.kind === 'word' ? c.next().text : '';
  const key = keys(c, scope);
  if (c.take('++')) return { do: 'aggregate', map, key, function: 'count', args: [] };
  c.expect('=', '"=" or "++" after the map');
  const { now } = c;
  const aggregate = now.kind === 'word' ? own(AGGREGATES, now.text) : undefined;
  if (aggregate) {
    c.next();
    const given = args(c, scope);
    const wanted = aggregate.args;
    if (given.length !== wanted) {
      throw new QueryError(
        now.at,
        `${now.text} has ${given.length} arguments`,
        `${wanted}, as in ${now.text}(${wanted === 4 ? 'cwnd, 0, 100, 10' : wanted === 1 ? 'cwnd' : ''})`,
      );
    }
    return { do: 'aggregate', map, key, function: now.text, args: given };
  }
  return { do: 'set', map, key, value: parseExpression(c, scope) };
}

/** Most columns that the conversions of a format may request together, since every row is that wide. */
const MOST_COLUMNS = 1_000;

function checkFormat(format: string, given: number, at: number): void {
  const specs = [...format.matchAll(FORMAT_SPEC)].map(([spec]) => spec).filter((spec) => spec !== '%%');
  if (specs.length !== given) {
    throw new QueryError(at, `the format has ${specs.length} fields, and ${given} arguments follow`, 'one for each');
  }
  const columns = specs.reduce((sum, spec) => sum + Math.abs(widthOf(spec)), 0);
  if (columns > MOST_COLUMNS) throw new QueryError(at, `fields of ${columns} columns`, `at most ${MOST_COLUMNS}`);
}

function action(c: Cursor, scope: Scope): Action {
  if (c.is('@')) return mapAction(c, scope);
  if (c.take('print')) return { do: 'print', format: null, args: args(c, scope) };
  if (c.take('printf')) {
    c.expect('(');
    if (c.now.kind !== 'string') c.fail('a format in quotes, as "%d\\n"');
    const { text: format, at } = c.next();
    const given: Expression[] = [];
    while (c.take(',')) given.push(parseExpression(c, scope));
    checkFormat(format, given.length, at);
    c.expect(')', '")" after the arguments');
    return { do: 'print', format, args: given };
  }
  return c.fail('an action: @name[key] = count(), print(…) or printf("…", …)');
}

function clause(c: Cursor, types: MapTypes): Clause {
  const probes = [probe(c)];
  while (c.take(',')) probes.push(probe(c));
  const kinds = probes.map(({ kind }) => kind);
  let filter: Expression | null = null;
  if (c.take('/')) {
    filter = parseExpression(c, { kinds, slashEnds: true });
    c.expect('/', '"/" at the end of the filter (put a division in parentheses)');
  }
  const actions: Action[] = [];
  if (c.take('{')) {
    while (!c.is('}')) {
      const { at } = c.now;
      const made = action(c, { kinds, slashEnds: false });
      types.check(made, at);
      actions.push(made);
      if (actions.length > MOST) throw new QueryError(c.now.at, 'too many actions', `at most ${MOST} of a probe`);
      if (!c.take(';') && !c.is('}')) c.fail('";" or "}" after the action');
    }
    c.expect('}');
  }
  if (actions.length === 0) actions.push({ do: 'print', format: null, args: [] });
  return { probes, filter, actions };
}

/** Checks that each map has one function, as bpftrace's maps have one type; `@ = 5` and `@++` conflict. */
class MapTypes {
  private readonly known = new Map<string, { readonly fn: string; readonly keys: number }>();

  check(action: Action, at: number): void {
    if (action.do === 'print') return;
    const fn = action.do === 'aggregate' ? action.function : 'a value';
    const before = this.known.get(action.map);
    if (!before) {
      this.known.set(action.map, { fn, keys: action.key.length });
      return;
    }
    if (before.fn !== fn) {
      throw new QueryError(
        at,
        `@${action.map} is ${before.fn} before, and ${fn} here`,
        'one function for a map: another name',
      );
    }
    if (before.keys !== action.key.length) {
      const expected = `${before.keys} of them, as before, or another name`;
      throw new QueryError(at, `@${action.map} has ${action.key.length} parts of its key here`, expected);
    }
  }
}

export function parseTrace(c: Cursor): Plan {
  const clauses: Clause[] = [];
  const types = new MapTypes();
  while (!c.isEnd) {
    clauses.push(clause(c, types));
    if (clauses.length > MOST) throw new QueryError(c.now.at, 'too many probes', `at most ${MOST}`);
  }
  return { style: 'trace', clauses };
}
