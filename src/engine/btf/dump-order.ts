/*
 * Orders definitions for C: a struct comes after those that it embeds, but need not come after those that it only
 * points to. A pointer to a named struct is a weak link; a pointer to an anonymous one, written out where it is used,
 * is a strong link.
 */
import type { Btf, BtfType } from './btf.ts';

type Link = 'weak' | 'strong' | 'cycle';

interface Walk {
  readonly btf: Btf;
  readonly states: Map<number, 'ordering' | 'ordered'>;
  /** types that some other type refers to; an anonymous enum among them is written where it is used */
  readonly referenced: Set<number>;
  readonly queue: number[];
  steps: number;
}

/** Bounds on chain length and steps, beyond those of any kernel; only a damaged BTF reaches them. */
const MAX_DEPTH = 512;
const MAX_STEPS = 20_000_000;

/**
 * Makes a function from an id to the definitions that it needs and that were not given before; it answers null where
 * types embed themselves.
 */
export function orderTypes(btf: Btf): (id: number) => readonly number[] | null {
  const walk: Walk = { btf, states: new Map([[0, 'ordered']]), referenced: findReferenced(btf), queue: [], steps: 0 };
  return (id) => {
    walk.queue.length = 0;
    return visit(walk, id, false, 0) === 'cycle' ? null : [...walk.queue];
  };
}

function findReferenced(btf: Btf): Set<number> {
  const referenced = new Set<number>();
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    if (type === null) continue;
    if (type.kind !== 'FUNC_PROTO') referenced.add(type.type).add(type.indexType);
    for (const item of [type.members, type.params, type.variables].flat()) referenced.add(item.type);
  }
  return referenced;
}

function visit(walk: Walk, id: number, throughPointer: boolean, depth: number): Link {
  const state = walk.states.get(id);
  if (state === 'ordered') return 'strong';
  const type = walk.btf.type(id);
  if (type === null) return 'weak';
  if (state === 'ordering' || depth > MAX_DEPTH || ++walk.steps > MAX_STEPS) {
    return isComposite(type) && throughPointer && type.name !== '' ? 'weak' : 'cycle';
  }
  return follow(walk, type, throughPointer, depth + 1);
}

function follow(walk: Walk, type: BtfType, throughPointer: boolean, depth: number): Link {
  switch (type.kind) {
    case 'PTR':
      return pointer(walk, type, depth);
    case 'ARRAY':
      return visit(walk, type.type, false, depth);
    case 'STRUCT':
    case 'UNION':
      return composite(walk, type, throughPointer, depth);
    case 'TYPEDEF':
      return typedef(walk, type, throughPointer, depth);
    case 'VOLATILE':
    case 'CONST':
    case 'RESTRICT':
    case 'TYPE_TAG':
      return visit(walk, type.type, throughPointer, depth);
    case 'FUNC_PROTO':
      return proto(walk, type, throughPointer, depth);
    case 'ENUM':
    case 'ENUM64':
    case 'FWD':
      if (type.name !== '' || !walk.referenced.has(type.id)) walk.queue.push(type.id);
      walk.states.set(type.id, 'ordered');
      return 'strong';
    case 'VOID':
    case 'INT':
    case 'FLOAT':
    case 'FUNC':
    case 'VAR':
    case 'DATASEC':
    case 'DECL_TAG':
      walk.states.set(type.id, 'ordered');
      return 'weak';
  }
}

function pointer(walk: Walk, type: BtfType, depth: number): Link {
  const link = visit(walk, type.type, true, depth);
  walk.states.set(type.id, 'ordered');
  return link;
}

function isComposite({ kind }: BtfType): boolean {
  return kind === 'STRUCT' || kind === 'UNION';
}

function composite(walk: Walk, type: BtfType, throughPointer: boolean, depth: number): Link {
  if (throughPointer && type.name !== '') return 'weak';
  walk.states.set(type.id, 'ordering');
  for (const member of type.members) {
    if (visit(walk, member.type, false, depth) === 'cycle') return 'cycle';
  }
  if (type.name !== '') walk.queue.push(type.id);
  walk.states.set(type.id, 'ordered');
  return 'strong';
}

/** Whether a typedef reached through a pointer can wait, as the struct under it can. */
function typedef(walk: Walk, type: BtfType, throughPointer: boolean, depth: number): Link {
  const link = visit(walk, type.type, throughPointer, depth);
  if (link === 'cycle' || (throughPointer && link === 'weak')) return link;
  walk.queue.push(type.id);
  walk.states.set(type.id, 'ordered');
  return 'strong';
}

function proto(walk: Walk, type: BtfType, throughPointer: boolean, depth: number): Link {
  let link = visit(walk, type.type, throughPointer, depth);
  for (const param of type.params) {
    if (link === 'cycle') return link;
    const next = visit(walk, param.type, throughPointer, depth);
    if (next !== 'weak') link = next;
  }
  return link;
}
