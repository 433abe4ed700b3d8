/*
 * Expressions with C's operators over numbers and strings. The caller gives names their meaning: a field of a query's
 * row, or a value of the machine when a breakpoint is tested.
 */
import { type Cursor, QueryError, type Token } from './query-tokens.ts';

export type Value = number | string;

/** Value of an expression in an environment; undefined when the environment lacks a name that it uses. */
export type Expression<R> = (environment: R) => Value | undefined;

type Operate = (a: number, b: number) => number;

/**
 * Bitwise operation on signed 64-bit numbers, as bpftrace's are; JavaScript's own operators would cut to 32 bits.
 * Shifts take the count modulo 64, as BPF does. Fractions are dropped.
 */
function bits(operate: (a: bigint, b: bigint) => bigint): Operate {
  const whole = (n: number): bigint => BigInt(Number.isFinite(n) ? Math.trunc(n) : 0);
  return (a, b) => Number(BigInt.asIntN(64, operate(whole(a), whole(b))));
}

const LEVELS: readonly Readonly<Record<string, Operate>>[] = [
  { '|': bits((a, b) => a | b) },
  { '^': bits((a, b) => a ^ b) },
  { '&': bits((a, b) => a & b) },
  { '<<': bits((a, b) => a << (b & 63n)), '>>': bits((a, b) => a >> (b & 63n)) },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => (b === 0 ? 0 : Math.trunc(a / b)), '%': (a, b) => (b === 0 ? 0 : a % b) },
];
const COMPARE: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
};

export interface Names<R> {
  /** a filter ends at its closing slash */
  readonly slashEnds: boolean;
  /** reads a name from its parts (`tp->snd_cwnd`: tp, snd_cwnd); throws a QueryError that lists the names that exist */
  readonly resolve: (path: readonly string[], token: Token) => Expression<R>;
}

const MOST_DEPTH = 64;

class Parser<R> {
  private depth = 0;
  constructor(
    private readonly c: Cursor,
    private readonly names: Names<R>,
  ) {}

  or(): Expression<R> {
    if (++this.depth > MOST_DEPTH)
      throw new QueryError(this.c.now.at, 'too many parentheses', `at most ${MOST_DEPTH} levels`);
    let left = this.and();
    while (this.c.take('||')) {
      const [a, b] = [left, this.and()];
      left = (row) => (truth(a(row)) || truth(b(row)) ? 1 : 0);
    }
    this.depth--;
    return left;
  }

  private and(): Expression<R> {
    let left = this.comparison();
    while (this.c.take('&&')) {
      const [a, b] = [left, this.comparison()];
      left = (row) => (truth(a(row)) && truth(b(row)) ? 1 : 0);
    }
    return left;
  }

  private comparison(): Expression<R> {
    const left = this.binary(0);
    const compare = Object.entries(COMPARE).find(([sign]) => this.c.is(sign))?.[1];
    if (compare === undefined) return left;
    this.c.next();
    const right = this.binary(0);
    return (row) => {
      const [a, b] = [left(row), right(row)];
      return a !== undefined && b !== undefined && compare(a, b) ? 1 : 0;
    };
  }

  private binary(level: number): Expression<R> {
    if (level === LEVELS.length) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const sign = Object.keys(LEVELS[level]).find((one) => this.c.is(one));
      if (sign === undefined || (sign === '/' && this.names.slashEnds)) return left;
      this.c.next();
      const [a, b, operate] = [left, this.binary(level + 1), LEVELS[level][sign]];
      left = (row) => {
        const [x, y] = [a(row), b(row)];
        return typeof x === 'number' && typeof y === 'number' ? operate(x, y) : undefined;
      };
    }
  }

  private unary(): Expression<R> {
    if (this.c.take('!')) {
      const inner = this.unary();
      return (row) => (truth(inner(row)) ? 0 : 1);
    }
    if (this.c.take('-')) {
      const inner = this.unary();
      return (row) => {
        const value = inner(row);
        return typeof value === 'number' ? -value : undefined;
      };
    }
    return this.primary();
  }

  private primary(): Expression<R> {
    const { c } = this;
    if (c.take('(')) {
      const inner = this.or();
      c.expect(')', '")" for the parenthesis that is open');
      return inner;
    }
    const token = c.now;
    if (token.kind === 'number') {
      c.next();
      return () => token.value;
    }
    if (token.kind === 'string') {
      c.next();
      return () => token.text;
    }
    if (token.kind !== 'word') return c.fail('a field, a number, a string in quotes or "("');
    c.next();
    const path = [token.text];
    while (c.take('->') || c.take('.')) path.push(c.word('the name of a field'));
    return this.names.resolve(path, token);
  }
}

export const truth = (value: Value | undefined): boolean => value !== undefined && value !== 0 && value !== '';

/** Parses an expression; throws a QueryError that gives the column and what was expected there. */
export const parseExpressionOf = <R>(c: Cursor, names: Names<R>): Expression<R> => new Parser(c, names).or();
