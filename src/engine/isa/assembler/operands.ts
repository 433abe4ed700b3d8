/* Registers, immediates, addresses and jump targets of a pseudo-C line. */
import type { TextRange } from '../../base/result.ts';
import type { Reference } from '../object.ts';
import type { FieldSymbol, SymbolSource } from '../symbols.ts';
import { nearest } from './nearest.ts';
import { CODES, type Problems } from './problems.ts';
import type { Cursor, Token } from './source.ts';

export interface Context {
  readonly symbols: SymbolSource;
  readonly problems: Problems;
  readonly references: Reference[];
}

export interface Register {
  readonly number: number;
  /** w0 to w10 */
  readonly half: boolean;
  readonly range: TextRange;
}

export type Target =
  | { readonly kind: 'relative'; readonly value: number; readonly range: TextRange }
  | { readonly kind: 'label'; readonly name: string; readonly range: TextRange };

const REGISTER = /^([rw])(\d+)$/;

export const looksLikeRegister = (text: string): boolean => REGISTER.test(text);

/** Reads a token as a register; null when it is none. */
function asRegister(token: Token, context: Context): Register | null {
  const match = REGISTER.exec(token.text);
  if (!match) return null;
  const number = Number(match[2]);
  if (number > 10) {
    context.problems.fail(
      CODES.unknownRegister,
      token.range,
      `There is no register ${token.text}: they are r0 to r10, or w0 to w10 for the low halves.`,
      {
        title: `Change to ${match[1]}10`,
        range: token.range,
        text: `${match[1]}10`,
      },
    );
  }
  const register = { number, half: match[1] === 'w', range: token.range };
  context.references.push({ kind: 'register', register: number, half: register.half, range: token.range });
  return register;
}

export const takeRegister = (cursor: Cursor, context: Context): Register =>
  registerFrom(cursor.next('a register'), context);

export function registerFrom(token: Token, context: Context): Register {
  const register = asRegister(token, context);
  if (register) return register;
  const near = nearest(token.text, REGISTER_NAMES);
  const message = `Expected a register, found \`${token.text}\`.`;
  context.problems.fail(
    CODES.unknownRegister,
    token.range,
    message,
    near === null ? undefined : { title: `Change to ${near}`, range: token.range, text: near },
  );
}

export const REGISTER_NAMES: readonly string[] = ['r', 'w'].flatMap((half) =>
  Array.from({ length: 11 }, (_, i) => `${half}${i}`),
);

/** A register that must be of the same width (`r` or `w`) as the first one of its instruction. */
export function takeRegisterLike(like: Register, cursor: Cursor, context: Context): Register {
  const register = takeRegister(cursor, context);
  if (register.half === like.half) return register;
  const wanted = `${like.half ? 'w' : 'r'}${register.number}`;
  context.problems.fail(
    CODES.badForm,
    register.range,
    `Both sides must be ${like.half ? 'w registers (32 bits)' : 'r registers (64 bits)'}.`,
    {
      title: `Change to ${wanted}`,
      range: register.range,
      text: wanted,
    },
  );
}

export function peekRegister(cursor: Cursor): boolean {
  const token = cursor.peek();
  return token !== undefined && looksLikeRegister(token.text);
}

/** An unsigned literal of any size. */
export function literal(token: Token, problems: Problems): bigint {
  if (/^0\d+$/.test(token.text)) {
    const text = token.text.replace(/^0+(?=\d)/, '');
    const message = `\`${token.text}\` is octal to other assemblers: write ${text}, or 0x... for another base.`;
    problems.fail(CODES.badNumber, token.range, message, { title: `Change to ${text}`, range: token.range, text });
  }
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(token.text)) {
    problems.fail(CODES.badNumber, token.range, `\`${token.text}\` is not a number: write 12 or 0x0c.`);
  }
  return BigInt(token.text);
}

export interface Value {
  readonly value: bigint;
  readonly range: TextRange;
}

/** `[-]NUMBER`, an enumerator, a field's offset, or `mask(STRUCT.BITFIELD)`. */
export function takeValue(cursor: Cursor, context: Context): Value {
  const first = cursor.next('a number');
  if (first.text === '-' || first.text === '+') {
    const number = literal(cursor.next('a number'), context.problems);
    return { value: first.text === '-' ? -number : number, range: cursor.since(first) };
  }
  if (first.kind === 'number') return { value: literal(first, context.problems), range: first.range };
  if (first.text === 'mask' && cursor.peek()?.text === '(')
    return { value: takeMask(cursor, context), range: cursor.since(first) };
  if (first.kind !== 'word') {
    context.problems.fail(CODES.expected, first.range, `Expected a number, found \`${first.text}\`.`);
  }
  return { value: resolvePath(first, context), range: first.range };
}

/** The bits of a bitfield within its unit. */
function takeMask(cursor: Cursor, context: Context): bigint {
  cursor.expect('(');
  const token = cursor.word('a bitfield, like tcp_sock.is_cwnd_limited');
  const field = resolveField(token, context);
  cursor.expect(')');
  if (!field) return 0n;
  if (field.bitSize === 0) {
    context.problems.report(
      CODES.notBitfield,
      token.range,
      `\`${token.text}\` is no bitfield: it fills its ${field.size} bytes.`,
    );
    return 0n;
  }
  return ((1n << BigInt(field.bitSize)) - 1n) << BigInt(field.bit);
}

function splitPath({ text }: Token): [head: string, rest: string] {
  const dot = text.indexOf('.', 1);
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** `enum.NAME` or `struct.field`, 0 after a complaint. */
function resolvePath(token: Token, context: Context): bigint {
  const { symbols, problems, references } = context;
  const [head, rest] = splitPath(token);
  if (rest !== '' && symbols.enums().includes(head)) {
    const value = symbols.enumerator(head, rest);
    if (value !== null) {
      references.push({ kind: 'enumerator', enumName: head, name: rest, value, range: token.range });
      return value;
    }
    const tail = tailRange(token, head);
    problems.unknown(CODES.unknownEnumerator, tail, `enumerator of ${head}`, rest, symbols.enumerators(head));
    return 0n;
  }
  if (rest === '') {
    const owner = symbols.enums().find((name) => symbols.enumerator(name, head) !== null);
    reportBareName(CODES.unknownEnum, token, owner, 'value', context);
    return 0n;
  }
  return BigInt(resolveField(token, context)?.offset ?? 0);
}

const tailRange = (token: Token, head: string): TextRange => ({
  ...token.range,
  column: token.range.column + head.length + 1,
});

/** `struct.path` as a field; null after a complaint. */
function resolveField(token: Token, context: Context): FieldSymbol | null {
  const { symbols, problems, references } = context;
  const [struct, path] = splitPath(token);
  if (path === '') {
    const owner = ['tcp_sock', ...symbols.structs()].find((name) => symbols.field(name, struct) !== null);
    reportBareName(CODES.unknownField, token, owner, 'field', context);
    return null;
  }
  const field = symbols.field(struct, path);
  if (field) {
    references.push({ kind: 'field', struct, path, ...field, range: token.range });
    return field;
  }
  const structs = symbols.structs();
  if (structs.includes(struct)) {
    problems.unknown(
      CODES.unknownField,
      tailRange(token, struct),
      `field of struct ${struct}`,
      path,
      symbols.fields(struct),
    );
  } else {
    const head = { ...token.range, endColumn: token.range.column + struct.length };
    problems.unknown(CODES.unknownStruct, head, 'struct or enum', struct, [...structs, ...symbols.enums()]);
  }
  return null;
}

/** Reports a field or an enumerator that is written without its struct or enum, and says which it belongs to. */
function reportBareName(
  code: typeof CODES.unknownEnum | typeof CODES.unknownField,
  { text, range }: Token,
  owner: string | undefined,
  what: string,
  { problems }: Context,
): void {
  if (owner === undefined) return problems.unknown(code, range, what, text, REGISTER_NAMES);
  const full = `${owner}.${text}`;
  problems.report(code, range, `\`${text}\` is written with its owner: \`${full}\`.`, {
    title: `Change to ${full}`,
    range,
    text: full,
  });
}

export interface Address {
  readonly base: Register;
  readonly off: number;
  /** the one field that names the offset; null for numbers and sums */
  readonly field: FieldSymbol | null;
  readonly range: TextRange;
}

/** `REG + TERM - TERM`, terms being numbers and fields. */
export function takeAddress(cursor: Cursor, context: Context): Address {
  const base = takeRegister(cursor, context);
  if (base.half) {
    context.problems.fail(CODES.badForm, base.range, 'An address is 64 bits: use the r register.', {
      title: `Change to r${base.number}`,
      range: base.range,
      text: `r${base.number}`,
    });
  }
  let off = 0n;
  let field: FieldSymbol | null = null;
  let terms = 0;
  let end = base.range;
  for (let sign = takeSign(cursor); sign !== 0n; sign = takeSign(cursor)) {
    const token = cursor.next('a number or a field');
    if (token.kind === 'word') field = resolveField(token, context);
    const value = token.kind === 'word' ? BigInt(field?.offset ?? 0) : literal(token, context.problems);
    off += sign * value;
    terms++;
    end = token.range;
  }
  const range = { ...base.range, endLine: end.endLine, endColumn: end.endColumn };
  if (off < -0x8000n || off > 0x7fffn) {
    context.problems.report(
      CODES.offsetRange,
      range,
      `The offset ${off} does not fit in 16 bits (-32768 to 32767): add it to the register first.`,
    );
    off = 0n;
  }
  return { base, off: Number(off), field: terms === 1 ? field : null, range };
}

function takeSign(cursor: Cursor): bigint {
  if (cursor.accept('+')) return 1n;
  return cursor.accept('-') ? -1n : 0n;
}

/** `+3`, `-4`, `pc+3` or a label. */
export function takeTarget(cursor: Cursor, context: Context): Target {
  const first = cursor.next('a jump target');
  const sign = first.text === 'pc' ? cursor.next('+ or -') : first;
  if (sign.text === '+' || sign.text === '-') {
    const number = literal(cursor.next('a number of slots'), context.problems);
    const range = cursor.since(first);
    if (number > 0x7fffffffn) {
      context.problems.fail(CODES.jumpRange, range, 'No jump reaches that far.');
    }
    return { kind: 'relative', value: Number(sign.text === '-' ? -number : number), range };
  }
  if (first.kind !== 'word') {
    context.problems.fail(
      CODES.expected,
      first.range,
      `Expected a label or a distance like +3, found \`${first.text}\`.`,
    );
  }
  context.references.push({ kind: 'label', name: first.text, definition: false, range: first.range });
  return { kind: 'label', name: first.text, range: first.range };
}
