/* Expressions of filters and actions: over the fields of a row. */
import { type Expression as ExpressionOf, parseExpressionOf } from '../base/expression.ts';
import { type Cursor, QueryError } from '../base/query-tokens.ts';
import { COMMON, FIELDS, fieldOf, type RecordKind, type Row } from './records.ts';

export { truth } from '../base/expression.ts';

export type Expression = ExpressionOf<Row>;

export interface Scope {
  /** kinds of rows to which it applies */
  readonly kinds: readonly RecordKind[];
  /** a filter ends at its slash */
  readonly slashEnds: boolean;
  /** whether a name is a field that can be read from memory at each row, like `snd_cwnd`; absent: none can */
  readonly field?: (name: string) => boolean;
}

/** Names that rows of these kinds have, for errors and completion. */
export const namesOf = (kinds: readonly RecordKind[]): readonly string[] => [
  ...new Set([...COMMON, 'nsecs', ...kinds.flatMap((kind) => FIELDS[kind])]),
];

/** Parses an expression over fields: of `args->acked` and `tp->snd_cwnd` only the last part is used. */
export function parseExpression(c: Cursor, { kinds, slashEnds, field }: Scope): Expression {
  return parseExpressionOf<Row>(c, {
    slashEnds,
    resolve: (path, { at }) => {
      const name = path.at(-1) ?? '';
      const known = namesOf(kinds);
      if (!known.includes(name) && field?.(name) !== true) {
        const expected = `one of ${known.join(', ')}${field ? ', or a number of tcp_sock, as snd_cwnd' : ''}`;
        throw new QueryError(at, `there is no field "${name}" here`, expected);
      }
      return (row) => fieldOf(row, name);
    },
  });
}
