import { own } from '../../engine/index.ts';
/*
 * Decoders for data from outside: a link, a file, the browser's storage. A decoder never throws; it returns the value,
 * or an error text with the place. Unknown fields are errors too, so that a misspelt one is noticed.
 */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Decodes a value; `at` names the place for messages, like `commands[2].time`; empty at the top. */
export type Decoder<T> = (value: unknown, at: string) => Decoded<T>;

export const good = <T>(value: T): Decoded<T> => ({ ok: true, value });
export const bad = (at: string, problem: string): { readonly ok: false; readonly problem: string } => ({
  ok: false,
  problem: at === '' ? problem : `${at}: ${problem}`,
});

const inside = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

/** Text of at most `most` UTF-16 units. */
export const text =
  (most: number): Decoder<string> =>
  (value, at) => {
    if (typeof value !== 'string') return bad(at, 'must be text');
    return value.length <= most ? good(value) : bad(at, `is longer than ${most.toLocaleString('en')} characters`);
  };

/** A whole number from `least` to `most`. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Decoder<number> =>
  (value, at) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? good(value)
      : bad(at, `must be a whole number from ${least} to ${most}`);

export const number: Decoder<number> = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? good(value) : bad(at, 'must be a number');

export const flag: Decoder<boolean> = (value, at) =>
  typeof value === 'boolean' ? good(value) : bad(at, 'must be true or false');

export const oneOf =
  <const T extends string | number>(...values: readonly T[]): Decoder<T> =>
  (value, at) => {
    const found = values.find((one) => one === value);
    return found === undefined ? bad(at, `must be ${values.join(' or ')}`) : good(found);
  };

export const optional =
  <T>(decode: Decoder<T>): Decoder<T | undefined> =>
  (value, at) =>
    value === undefined ? good(undefined) : decode(value, at);

export const nullable =
  <T>(decode: Decoder<T>): Decoder<T | null> =>
  (value, at) =>
    value === null ? good(null) : decode(value, at);

/** Result of the first decoder that accepts the value; otherwise the last one's error. */
export const either =
  <A, B>(first: Decoder<A>, second: Decoder<B>): Decoder<A | B> =>
  (value, at) => {
    const taken = first(value, at);
    return taken.ok ? taken : second(value, at);
  };

export const list =
  <T>(decode: Decoder<T>, most: number): Decoder<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) return bad(at, 'must be a list');
    if (value.length > most) return bad(at, `has ${value.length} entries; at most ${most} are allowed`);
    const out: T[] = [];
    for (const [i, one] of value.entries()) {
      const decoded = decode(one, `${at}[${i}]`);
      if (!decoded.ok) return decoded;
      out.push(decoded.value);
    }
    return good(out);
  };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an object may have such a key; `__proto__` is refused. */
const isSafeKey = (key: string): boolean => key !== '__proto__' && key.length > 0 && key.length <= 120;

/** A table of values under names chosen by users. */
export const record =
  <T>(decode: Decoder<T>, most: number): Decoder<Readonly<Record<string, T>>> =>
  (value, at) => {
    if (!isRecord(value)) return bad(at, 'must be an object');
    const entries = Object.entries(value);
    if (entries.length > most) return bad(at, `has ${entries.length} entries; at most ${most} are allowed`);
    const out: [string, T][] = [];
    for (const [key, one] of entries) {
      if (!isSafeKey(key)) return bad(at, 'has a name that cannot be used');
      const decoded = decode(one, inside(at, key));
      if (!decoded.ok) return decoded;
      out.push([key, decoded.value]);
    }
    return good(Object.fromEntries(out));
  };

export type Fields<T> = { readonly [K in keyof T]-?: Decoder<T[K]> };

/** An object with these fields and no others; an optional field that is missing stays missing. */
export const object =
  <T extends object>(fields: Fields<T>): Decoder<T> =>
  (value, at) => {
    if (!isRecord(value)) return bad(at, 'must be an object');
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
    if (unknown !== undefined)
      return bad(inside(at, unknown.slice(0, 40)), 'is a field that this version does not know');
    const out: [string, unknown][] = [];
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      const decoded = fields[key](Object.hasOwn(value, key) ? value[key] : undefined, inside(at, key));
      if (!decoded.ok) return decoded;
      if (decoded.value !== undefined) out.push([key, decoded.value]);
    }
    return good(Object.fromEntries(out) as T);
  };

/** One of several shapes, selected by the field `tag`. */
export const tagged =
  <T extends object>(tag: string, shapes: Readonly<Record<string, Decoder<T>>>): Decoder<T> =>
  (value, at) => {
    if (!isRecord(value)) return bad(at, 'must be an object');
    const name = value[tag];
    const shape = typeof name === 'string' ? own(shapes, name) : undefined;
    return shape ? shape(value, at) : bad(inside(at, tag), `must be one of ${Object.keys(shapes).join(', ')}`);
  };
