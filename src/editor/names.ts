/*
 * Names in a text: the definition, and all uses of the same name. A label belongs to its function; functions
 * belong to the file. Pure, so that it can be tested without Monaco.
 */
import type { AssembledObject, Reference, TextRange } from '../engine/index.ts';

type NameReference = Extract<Reference, { kind: 'label' | 'function' }>;

export interface NameUses {
  readonly name: string;
  readonly definition: TextRange | null;
  /** all places, including the definition, in the order of the text */
  readonly ranges: readonly TextRange[];
}

const isName = (reference: Reference): reference is NameReference =>
  reference.kind === 'label' || reference.kind === 'function';

const isDefinition = (reference: NameReference): boolean => reference.kind === 'label' && reference.definition;

/** First lines of the functions, ascending. */
function functionStarts({ functions, references }: AssembledObject): number[] {
  const names = new Set(functions.map(({ name }) => name));
  return references
    .filter((one) => isName(one) && isDefinition(one) && names.has(one.name))
    .map(({ range }) => range.line)
    .sort((a, b) => a - b);
}

/** Uses of the name at a reference; null when there is no name. */
export function usesAt(object: AssembledObject, at: Reference | null): NameUses | null {
  if (!at || !isName(at)) return null;
  const starts = functionStarts(object);
  const scope = (line: number): number => starts.findLastIndex((start) => start <= line);
  // a name that is only declared (`.extern`) also belongs to the file
  const isFunction =
    object.references.some((one) => one.kind === 'function' && one.name === at.name) ||
    object.functions.some(({ name }) => name === at.name);
  const here = scope(at.range.line);
  const all = object.references.filter(
    (one): one is NameReference =>
      isName(one) && one.name === at.name && (isFunction || scope(one.range.line) === here),
  );
  return {
    name: at.name,
    definition: all.find(isDefinition)?.range ?? null,
    ranges: all.map(({ range }) => range),
  };
}

/** Why a name cannot be renamed to a text; null when it can. */
export function nameProblem(object: AssembledObject, from: string, to: string): string | null {
  if (!/^[A-Za-z_$][\w$]*$/.test(to)) return 'A name begins with a letter or _, and has letters, digits and _.';
  if (/^[rw](\d|10)$/.test(to)) return `${to} is a register.`;
  const taken = object.references.some((one) => isName(one) && isDefinition(one) && one.name === to);
  return taken && to !== from ? `${to} is already a name in this text.` : null;
}
