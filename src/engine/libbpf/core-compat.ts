/*
 * CO-RE: decides whether a type of the object corresponds to a type of the kernel. Three tests, each stricter than the
 * one before: fields, types, and "matches".
 */
import { entryOf } from '../base/assert.ts';
import type { Btf, BtfType } from '../btf/btf.ts';
import { INT_SIGNED } from '../btf/write.ts';

/** Depth to which libbpf compares. */
const MAX_DEPTH = 32;

type Composite = BtfType & { readonly kind: 'STRUCT' | 'UNION' };
type Enum = BtfType & { readonly kind: 'ENUM' | 'ENUM64' };
export const isComposite = (type: BtfType | null): type is Composite =>
  type?.kind === 'STRUCT' || type?.kind === 'UNION';
export const isEnum = (type: BtfType | null): type is Enum => type?.kind === 'ENUM' || type?.kind === 'ENUM64';

/** Type id without typedefs and modifiers, and the type. */
export function plainType(btf: Btf, id: number): { readonly id: number; readonly type: BtfType | null } {
  const plain = btf.skipModifiers(id);
  return { id: plain, type: btf.type(plain) };
}

/** The name without the flavour after a triple underscore: `tcp_sock___old` stands for tcp_sock. */
export function essentialName(name: string): string {
  // fast path for nearly all names: a kernel has more than a hundred thousand
  if (!name.includes('___')) return name;
  for (let at = name.length - 5; at >= 0; at--) {
    // three underscores, and none on either side
    if (/^[^_]___[^_]/.test(name.slice(at, at + 5))) return name.slice(0, at + 1);
  }
  return name;
}

/** ENUM and ENUM64 count as one kind. */
export function sameKind(a: BtfType | null, b: BtfType | null): boolean {
  return a !== null && b !== null && (a.kind === b.kind || (isEnum(a) && isEnum(b)));
}

const intShift = ({ extra }: BtfType): number => (extra >>> 16) & 0xff;
const regularInts = (a: BtfType, b: BtfType): boolean => intShift(a) === 0 && intShift(b) === 0;
const sameName = (a: BtfType, b: BtfType): boolean => essentialName(a.name) === essentialName(b.name);

/** Whether a member of the kernel can stand for the object's of the same name. */
export function fieldsAreCompatible(local: Btf, localId: number, target: Btf, targetId: number, depth = 0): boolean {
  const a = plainType(local, localId).type;
  const b = plainType(target, targetId).type;
  if (a === null || b === null || depth > MAX_DEPTH) return false;
  if (isComposite(a) && isComposite(b)) return true;
  if (!sameKind(a, b)) return false;
  switch (a.kind) {
    case 'PTR':
    case 'FLOAT':
      return true;
    case 'INT':
      return regularInts(a, b);
    case 'ENUM':
    case 'ENUM64':
    case 'FWD':
      return a.name === '' || b.name === '' || sameName(a, b);
    case 'ARRAY':
      return fieldsAreCompatible(local, a.type, target, b.type, depth + 1);
    default:
      return false;
  }
}

const OPAQUE: ReadonlySet<string> = new Set(['VOID', 'STRUCT', 'UNION', 'ENUM', 'ENUM64', 'FWD']);

/** Whether types have the same shape; structs need only both be structs. */
export function typesAreCompatible(local: Btf, localId: number, target: Btf, targetId: number, depth = 0): boolean {
  const a = plainType(local, localId).type;
  const b = plainType(target, targetId).type;
  if (a === null || b === null || !sameKind(a, b) || depth > MAX_DEPTH) return false;
  const inner = (x: number, y: number): boolean => typesAreCompatible(local, x, target, y, depth + 1);
  if (OPAQUE.has(a.kind)) return true;
  if (a.kind === 'INT') return regularInts(a, b);
  if (a.kind === 'PTR' || a.kind === 'ARRAY') return inner(a.type, b.type);
  if (a.kind !== 'FUNC_PROTO') return false;
  if (a.params.length !== b.params.length) return false;
  return a.params.every(({ type }, i) => inner(type, entryOf(b.params, i).type)) && inner(a.type, b.type);
}

/** Whether the kernel's type has everything that the object's type has, by name and with the same shape. */
export function typesMatch(local: Btf, localId: number, target: Btf, targetId: number): boolean {
  return matches({ local, target, seen: new Set() }, localId, targetId, false, 0);
}

interface Pair {
  readonly local: Btf;
  readonly target: Btf;
  /** pairs of types already compared, or being compared */
  readonly seen: Set<string>;
}

function matches(pair: Pair, localId: number, targetId: number, behindPointer: boolean, depth: number): boolean {
  const a = plainType(pair.local, localId).type;
  const b = plainType(pair.target, targetId).type;
  if (a === null || b === null || depth > MAX_DEPTH || !sameName(a, b)) return false;
  const key = `${a.id} ${b.id} ${behindPointer}`;
  if (pair.seen.has(key)) return true;
  pair.seen.add(key);
  const inner = (x: number, y: number, behind = behindPointer): boolean => matches(pair, x, y, behind, depth + 1);
  if (behindPointer && (a.kind === 'FWD' || b.kind === 'FWD')) return forwardMatches(a, b);
  if (!sameKind(a, b)) return false;
  switch (a.kind) {
    case 'VOID':
      return true;
    case 'FWD':
      return a.kindFlag === b.kindFlag;
    case 'INT':
      return regularInts(a, b) && a.size === b.size && (a.extra & INT_SIGNED) === (b.extra & INT_SIGNED);
    case 'ENUM':
    case 'ENUM64':
      return enumsMatch(a, b);
    case 'STRUCT':
    case 'UNION':
      return behindPointer || membersMatch(a, b, inner);
    case 'PTR':
      return inner(a.type, b.type, true);
    case 'ARRAY':
      return a.length === b.length && inner(a.type, b.type);
    case 'FUNC_PROTO':
      return (
        a.params.length === b.params.length &&
        a.params.every(({ type }, i) => inner(type, entryOf(b.params, i).type)) &&
        inner(a.type, b.type)
      );
    default:
      return false;
  }
}

/** A struct that is only declared matches its definition. */
function forwardMatches(a: BtfType, b: BtfType): boolean {
  const isUnion = (type: BtfType): boolean => type.kind === 'UNION' || (type.kind === 'FWD' && type.kindFlag);
  const may = (type: BtfType): boolean => type.kind === 'FWD' || isComposite(type);
  return may(a) && may(b) && isUnion(a) === isUnion(b);
}

function enumsMatch(a: BtfType, b: BtfType): boolean {
  const names = new Set(b.enumerators.map(({ name }) => essentialName(name)));
  return a.size === b.size && a.enumerators.every(({ name }) => names.has(essentialName(name)));
}

function membersMatch(a: BtfType, b: BtfType, inner: (x: number, y: number) => boolean): boolean {
  return a.members.every((member) =>
    b.members.some(
      (other) => essentialName(other.name) === essentialName(member.name) && inner(member.type, other.type),
    ),
  );
}
