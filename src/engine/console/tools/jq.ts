/* A subset of jq: `.a.b`, `.[0]`, `.[]`, `."a name"`, `| length`, `| keys`, applied in sequence. */
import { own } from '../../base/own.ts';
import type { Result } from '../../base/result.ts';
import { err, ok } from '../../base/result.ts';

type Step = (value: unknown) => Result<unknown[]>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kind = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : isObject(value) ? 'an object' : `a ${typeof value}`;

const field =
  (name: string): Step =>
  (value) => {
    if (value === null) return ok([null]);
    if (!isObject(value))
      return err(`.${name} asks for a field of ${kind(value)}: it needs an object (.[] goes through an array)`);
    return ok([Object.hasOwn(value, name) ? value[name] : null]);
  };

const index =
  (n: number): Step =>
  (value) =>
    Array.isArray(value)
      ? ok([value.at(n) ?? null])
      : err(`[${n}] asks for an element of ${kind(value)}: it needs an array`);

const each: Step = (value) => {
  if (Array.isArray(value)) return ok(value);
  return isObject(value)
    ? ok(Object.values(value))
    : err(`[] goes through arrays and objects, not through ${kind(value)}`);
};

const FUNCTIONS: Readonly<Record<string, Step>> = {
  length: (value) =>
    ok([
      Array.isArray(value) || typeof value === 'string'
        ? value.length
        : isObject(value)
          ? Object.keys(value).length
          : 0,
    ]),
  keys: (value) =>
    isObject(value) ? ok([Object.keys(value).toSorted()]) : err(`keys needs an object, not ${kind(value)}`),
};

function parse(path: string): Result<Step[]> {
  const steps: Step[] = [];
  let rest = path.trim();
  while (rest !== '') {
    const match =
      /^(?:\.?\[(-?\d+)\]|\.?\[\]|\.([A-Za-z_]\w*)|\."([^"]*)"|(?:\|\s*)?(length|keys)\b|\|\s*(?=\.)|\.(?=$|\s*\|))\s*/.exec(
        rest,
      );
    if (!match)
      return err(
        `"${rest}" is not understood at character ${path.length - rest.length + 1}: there are .field, .[N], .[], | length, | keys`,
      );
    const [whole, number, name, text, fn] = match;
    const named = name ?? text;
    const step = own(FUNCTIONS, fn ?? '');
    if (number !== undefined) steps.push(index(Number(number)));
    else if (named !== undefined) steps.push(field(named));
    else if (step) steps.push(step);
    else if (whole.includes('[]')) steps.push(each);
    rest = rest.slice(whole.length);
  }
  return ok(steps);
}

/** Values selected by a path. */
export function pick(value: unknown, path: string): Result<unknown[]> {
  const steps = parse(path);
  if (!steps.ok) return steps;
  let values: unknown[] = [value];
  for (const step of steps.value) {
    const next: unknown[] = [];
    for (const one of values) {
      const made = step(one);
      if (!made.ok) return made;
      next.push(...made.value);
    }
    values = next;
  }
  return ok(values);
}
