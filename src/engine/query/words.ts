/*
 * Parses questions in words: who took, who gave back, who wrote, when was, how often, longest, first and last. A
 * question is a verb, a subject, and conditions: `of map A`, `of socket 1`, `by NAME`, `after 2s`, `before 3s`,
 * `where EXPRESSION`.
 */
import { must } from '../base/assert.ts';
import { own } from '../base/own.ts';
import { parseExpression, truth, type Expression } from './expression.ts';
import type { Named, Plan, Probe, Reduce } from './plan.ts';
import { CA_STATES, fieldOf, type RecordKind } from './records.ts';
import { type Cursor, QueryError } from '../base/query-tokens.ts';

const STATES = ['INIT', 'INUSE', 'TOBEFREE', 'READY', 'FREED'];

/** Subject of a question. */
interface Subject {
  readonly probes: readonly Probe[];
  readonly filter: Expression | null;
}

const all = (...kinds: RecordKind[]): Probe[] => kinds.map((kind) => ({ kind, name: '*' }));
const both = (a: Expression | null, b: Expression | null): Expression | null =>
  a && b ? (row) => (truth(a(row)) && truth(b(row)) ? 1 : 0) : (a ?? b);
const field =
  (name: string, test: (value: string | number) => boolean): Expression =>
  (row) => {
    const value = fieldOf(row, name);
    return value !== undefined && test(value) ? 1 : 0;
  };

function writes(c: Cursor): Subject {
  return { probes: [{ kind: 'write', name: c.word('a field of tcp_sock, as snd_cwnd') }], filter: null };
}

/** Nouns with the rows that each selects. */
const NOUNS: Readonly<Record<string, (c: Cursor) => Subject>> = {
  syscall: (c) => ({ probes: [{ kind: 'syscall', name: name(c) }], filter: null }),
  call: (c) => ({ probes: [{ kind: 'member', name: name(c) }], filter: null }),
  helper: (c) => ({ probes: [{ kind: 'helper', name: name(c) }], filter: null }),
  refusal: () => ({ probes: all('syscall'), filter: field('ret', (ret) => Number(ret) < 0) }),
  reference: () => ({ probes: all('take', 'give'), filter: null }),
  transition: () => ({ probes: all('state'), filter: null }),
  window: () => ({ probes: all('cwnd'), filter: field('delta', (delta) => delta !== 0) }),
  loss: () => ({ probes: all('ca'), filter: field('to', (to) => to === 'Recovery' || to === 'Loss') }),
  recovery: () => ({ probes: all('ca'), filter: field('to', (to) => to === 'Recovery') }),
  timeout: () => ({ probes: all('ca'), filter: field('to', (to) => to === 'Loss') }),
  queue: () => ({ probes: all('queue'), filter: null }),
  message: () => ({ probes: all('message'), filter: null }),
  write: writes,
};

const STOP = new Set(['of', 'by', 'after', 'before', 'where', 'map', 'socket']);

function name(c: Cursor): string {
  if (c.now.kind !== 'word' || STOP.has(c.now.text)) return '*';
  let text = c.next().text;
  while (c.take('*')) text += '*';
  return text;
}

/** Parses a subject: `TOBEFREE`, `Recovery`, or a noun in singular or plural. */
function subject(c: Cursor): Subject {
  const { at, text } = c.now;
  if (STATES.includes(text)) {
    c.next();
    return { probes: all('state'), filter: field('to', (to) => to === text) };
  }
  if (CA_STATES.some((state) => state === text)) {
    c.next();
    return { probes: all('ca'), filter: field('to', (to) => to === text) };
  }
  if (c.take('refcnt')) {
    c.take('=');
    const { kind, value } = c.now;
    if (kind !== 'number') c.fail('a count, as in: when was refcnt 3');
    c.next();
    return { probes: all('take', 'give'), filter: field('refcnt', (refcnt) => refcnt === value) };
  }
  const noun = text.replace(/(sses|ies)$/, (end) => (end === 'ies' ? 'y' : 'ss')).replace(/([^s])s$/, '$1');
  const subject = own(NOUNS, noun);
  if (!subject) {
    throw new QueryError(
      at,
      `"${text}" is nothing that a run has`,
      `${Object.keys(NOUNS).join(', ')}, a state (${[...STATES, ...CA_STATES].join(', ')}) or refcnt N`,
    );
  }
  c.next();
  return subject(c);
}

/** Parses the conditions at the end of a question. */
function conditions(c: Cursor, { probes, filter }: Subject): Subject & { readonly named: readonly Named[] } {
  let wanted = filter;
  const named: Named[] = [];
  while (!c.isEnd) {
    c.take('of');
    c.take('in');
    if (c.take('map')) {
      const letter = c.word('the letter of a map');
      named.push({ what: 'map', name: letter });
      wanted = both(
        wanted,
        field('map', (map) => map === letter),
      );
    } else if (c.take('socket')) {
      const { kind, value } = c.now;
      if (kind !== 'number') c.fail('the number of a socket');
      c.next();
      named.push({ what: 'socket', name: value });
      wanted = both(wanted, (row) =>
        fieldOf(row, 'socket') === value || fieldOf(row, 'who') === `socket ${value}` ? 1 : 0,
      );
    } else if (c.take('by')) {
      const who = c.now.kind === 'string' ? c.next().text : c.word('a process, a socket or a program');
      wanted = both(wanted, (row) =>
        ['process', 'who', 'by', 'prog'].some((one) => String(fieldOf(row, one) ?? '').startsWith(who)) ? 1 : 0,
      );
    } else if (c.is('after') || c.is('before')) wanted = both(wanted, timeBound(c));
    else if (c.take('where')) {
      wanted = both(wanted, parseExpression(c, { kinds: probes.map(({ kind }) => kind), slashEnds: false }));
    } else c.fail('of map LETTER, of socket N, by NAME, after TIME, before TIME, or where EXPRESSION');
  }
  return { probes, filter: wanted, named };
}

function timeBound(c: Cursor): Expression {
  const isAfter = c.next().text === 'after';
  const { kind, text, value } = c.now;
  if (kind !== 'number' || !/[a-z]$/.test(text)) c.fail('a time with its unit, as 2s or 150ms');
  c.next();
  return (row) => (isAfter === row.time > value ? 1 : 0);
}

const plan = (c: Cursor, found: Subject, reduce: Reduce): Plan => ({ style: 'words', ...conditions(c, found), reduce });

/** Verbs by their first word; each parses the rest. */
const VERBS: Readonly<Record<string, (c: Cursor) => Plan>> = {
  who(c) {
    if (c.take('took')) return plan(c, { probes: all('take'), filter: null }, { do: 'rows' });
    if (c.take('gave')) {
      c.take('back');
      return plan(c, { probes: all('give'), filter: null }, { do: 'rows' });
    }
    if (c.take('wrote')) return plan(c, writes(c), { do: 'rows' });
    if (c.take('called')) {
      const wanted = name(c);
      const probes: Probe[] = [
        { kind: 'syscall', name: wanted },
        { kind: 'member', name: wanted },
      ];
      return plan(c, { probes, filter: null }, { do: 'rows' });
    }
    return c.fail('took, gave back, wrote FIELD or called NAME');
  },
  when(c) {
    if (!c.take('was') && !c.take('were')) c.fail('was');
    return plan(c, subject(c), { do: 'rows' });
  },
  how(c) {
    c.expect('often', '"often"');
    if (!c.take('was')) c.take('were');
    return plan(c, subject(c), { do: 'count' });
  },
  longest(c) {
    if (c.take('gap') || c.take('time')) {
      c.take('between');
      return plan(c, subject(c), { do: 'longest-gap' });
    }
    c.take('stay');
    c.take('in');
    return plan(c, subject(c), { do: 'longest-stay' });
  },
  first: (c) => plan(c, (c.take('time'), subject(c)), { do: 'first' }),
  last: (c) => plan(c, (c.take('time'), subject(c)), { do: 'last' }),
  show: (c) => plan(c, subject(c), { do: 'rows' }),
};

export const isWords = (c: Cursor): boolean => c.now.kind === 'word' && Object.hasOwn(VERBS, c.now.text);

export const VERB_WORDS: readonly string[] = Object.keys(VERBS);
export const NOUN_WORDS: readonly string[] = Object.keys(NOUNS);
export const STATE_WORDS: readonly string[] = [...STATES, ...CA_STATES];

export function parseWords(c: Cursor): Plan {
  const { text } = c.next();
  return must(own(VERBS, text), `the verb ${text}`)(c);
}
