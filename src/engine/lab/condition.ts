/*
 * Parses conditions and the expressions that a trace prints: over time, counts, references, fields of a connection,
 * and, at a line of a program, its registers.
 *
 *   ms > 100 && tp->snd_cwnd < 10        A.refcnt >= 3         hits % 10 == 0
 *   r1 > 5 && r6->snd_ssthresh == 2      sk2.srtt_us > 8 * 50000
 */
import { type Expression, parseExpressionOf, truth, type Value } from '../base/expression.ts';
import { Cursor, QueryError, tokenize, type Token } from '../base/query-tokens.ts';
import type { Break } from './breaks.ts';
import { look } from './condition-names.ts';
import type { Machine } from './machine.ts';
import type { ArmedBreak, ArmedLine, Condition, LineBreak, Print, Sight } from './stops.ts';

interface Reading {
  readonly machine: Machine;
  readonly hasRegisters: boolean;
  eachSocket: boolean;
  usesHits: boolean;
}

function expression(c: Cursor, reading: Reading): Expression<Sight> {
  return parseExpressionOf<Sight>(c, {
    slashEnds: false,
    resolve: (path: readonly string[], token: Token) => {
      const found = look(path, reading.machine, reading.hasRegisters);
      if ('expected' in found) throw new QueryError(token.at, found.problem, found.expected);
      if (found.needs === 'socket') reading.eachSocket = true;
      if (found.needs === 'hits') reading.usesHits = true;
      return found.value;
    },
  });
}

/** Parses a condition; throws a QueryError with the column and what was expected. */
export function readCondition(text: string, machine: Machine, hasRegisters: boolean): Condition {
  const c = new Cursor(tokenize(text));
  if (c.isEnd) throw new QueryError(0, 'nothing is said', 'a condition, as tp->snd_cwnd < 10');
  const reading: Reading = { machine, hasRegisters, eachSocket: false, usesHits: false };
  const value = expression(c, reading);
  if (!c.isEnd) c.fail('an operator, or the end');
  const { eachSocket, usesHits } = reading;
  return { eachSocket, usesHits, test: (sight) => truth(value(sight)) };
}

/** Parses expressions to print: `r1, tp->snd_cwnd`. */
function readPrint(text: string, machine: Machine, hasRegisters: boolean): Print {
  const c = new Cursor(tokenize(text));
  const reading: Reading = { machine, hasRegisters, eachSocket: false, usesHits: false };
  const parts: { readonly name: string; readonly value: Expression<Sight> }[] = [];
  do {
    const from = c.now.at;
    const value = expression(c, reading);
    parts.push({ name: text.slice(from, c.now.at).trim(), value });
  } while (c.take(','));
  if (!c.isEnd) c.fail('"," and another expression, or the end');
  const shown = (value: Value | undefined): string => String(value ?? '?');
  return (sight) => parts.map(({ name, value }) => `${name}=${shown(value(sight))}`).join(' ');
}

/** Parses the texts of a break; throws a QueryError. */
export function armBreak(spec: Break, machine: Machine): ArmedBreak {
  const { when, print } = spec;
  return {
    spec,
    condition: spec.on === 'condition' ? readCondition(spec.text, machine, false) : null,
    when: when === undefined ? null : readCondition(when, machine, false),
    print: print === undefined ? null : readPrint(print, machine, false),
  };
}

/** Parses the texts of a line's breakpoint, which may use registers; throws a QueryError. */
export function armLine(spec: LineBreak, machine: Machine): ArmedLine {
  const { when, print } = spec;
  return {
    spec,
    when: when === undefined ? null : readCondition(when, machine, true),
    print: print === undefined ? null : readPrint(print, machine, true),
  };
}
