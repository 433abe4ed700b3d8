/* Finds fields by name over every struct and union of a kernel: `snd_cwnd`, `tcp_sock.snd_cwnd`. */
import type { Btf } from '../../engine/index.ts';
import { KERNEL, type TypeRef } from '../../page/store/inspect.ts';

/** Kind of a hit: a field of another type than the shown one. */
export const MEMBER = 'MEMBER';

/** Least letters of a search; fewer match too many names. */
const LEAST_LETTERS = 3;
const MOST_MEMBERS = 200;
/** Deepest nesting of anonymous structs that is searched. */
const MOST_DEPTH = 8;

interface MemberRow {
  /** in lower case */
  readonly field: string;
  readonly name: string;
  readonly owner: TypeRef;
}

/** Fields of a type, including those of anonymous structs in it, as in C. */
function namedMembers(btf: Btf, id: number, depth = 0): string[] {
  const members = btf.type(id)?.members ?? [];
  return members.flatMap(({ name, type }) => {
    if (name !== '') return [name];
    return depth < MOST_DEPTH ? namedMembers(btf, btf.skipModifiers(type), depth + 1) : [];
  });
}

function indexOf(btf: Btf): readonly MemberRow[] {
  const rows: MemberRow[] = [];
  for (let i = 0; i < btf.count; i++) {
    const id = btf.idAt(i);
    const type = btf.type(id);
    if (!type || type.name === '' || type.members.length === 0) continue;
    const owner = { source: KERNEL, id, kind: type.kind, name: type.name };
    for (const name of namedMembers(btf, id)) rows.push({ field: name.toLowerCase(), name, owner });
  }
  return rows;
}

const indexes = new WeakMap<Btf, readonly MemberRow[]>();

function rowsOf(btf: Btf): readonly MemberRow[] {
  const known = indexes.get(btf) ?? indexOf(btf);
  indexes.set(btf, known);
  return known;
}

export interface MemberHit extends TypeRef {
  readonly owner: TypeRef;
  readonly field: string;
}

export const isMember = (type: TypeRef): type is MemberHit => type.kind === MEMBER;

/**
 * Finds fields: exact names first, then names that begin with the text; in the kernel's order. A dot separates type and
 * field.
 */
export function findMembers(text: string, btf: Btf): readonly MemberHit[] {
  const word = text.trim().toLowerCase();
  const dot = word.lastIndexOf('.');
  const owner = dot < 0 ? null : word.slice(0, dot);
  const field = word.slice(dot + 1);
  if (owner === '' || (owner === null && field.length < LEAST_LETTERS)) return [];
  const found = rowsOf(btf).filter(
    (row) => row.field.startsWith(field) && (owner === null || row.owner.name.toLowerCase() === owner),
  );
  const exact = (row: MemberRow): boolean => row.field === field;
  return [...found.filter(exact), ...found.filter((row) => !exact(row))].slice(0, MOST_MEMBERS).map((row) => ({
    ...row.owner,
    kind: MEMBER,
    name: `${row.owner.name}.${row.name}`,
    owner: row.owner,
    field: row.name,
  }));
}
