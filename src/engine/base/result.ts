/** Where something in a text went wrong: 0-based line and columns (UTF-16 units), end exclusive. */
export interface TextRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Fix {
  readonly title: string;
  readonly range: TextRange;
  readonly text: string;
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** stable, searchable, like `E0310` */
  readonly code: string;
  readonly message: string;
  readonly range: TextRange;
  readonly fix?: Fix;
}

/** Parsers return this and never throw for bad input. */
export interface Parsed<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Result of reading an input that is accepted or refused as a whole (a binary file): a value, or the reason in words
 * with a byte offset.
 */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: BinaryError };

export interface BinaryError {
  readonly message: string;
  /** byte offset in the input, -1 when no single place is to blame */
  readonly offset: number;
  /** positive errno, set by readers that can answer more than one */
  readonly errno?: number;
}

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function err<T>(message: string, offset = -1, errno?: number): Result<T> {
  return { ok: false, error: errno === undefined ? { message, offset } : { message, offset, errno } };
}
