/*
 * References: each leads to a type of a kind that may stand there, no type contains itself, every member fits. The walk
 * keeps its own stack, as btf_check_all_types() in kernel/bpf/btf.c does. Where it may stop depends on where it began:
 * from a pointer the size of a struct is not needed, from a struct its pointers are not followed.
 */
import { entryOf } from '../base/assert.ts';
import type { Btf, BtfKindName, BtfType } from './btf.ts';
import type { RawNames } from './check-log.ts';
import { memberLine, typeLine, variableLine } from './check-log.ts';
import { isRegularInt, memberMisfit } from './check-members.ts';

/** The message that ends the log, and the id of the type at fault. */
export interface Complaint {
  readonly message: string;
  readonly text: string;
  readonly id: number;
}

/** One step's outcome; null means that the walk goes on. */
type Step = Complaint | null;

/** Where a walk began, which decides the types at which it may stop. */
type Mode = 'open' | 'pointer' | 'container';

interface Visit {
  readonly type: BtfType;
  /** members or variables done */
  next: number;
}

interface Walk {
  readonly btf: Btf;
  readonly first: number;
  /** by id - first: 0 not seen, 1 on the stack, 2 resolved */
  readonly states: Uint8Array;
  /** by resolved type: the type under its modifiers, and the size of an array in bytes */
  readonly ids: Uint32Array;
  readonly sizes: Float64Array;
  readonly stack: Visit[];
  readonly names: RawNames;
  mode: Mode;
}

const VISITED = 1;
const RESOLVED = 2;
const MAX_RESOLVE_DEPTH = 32;
const POINTER_SIZE = 8;
const MAX_U32 = 0xffffffff;

const kinds = (...names: BtfKindName[]): ReadonlySet<BtfKindName> => new Set(names);
const MODIFIERS = kinds('TYPEDEF', 'VOLATILE', 'CONST', 'RESTRICT', 'TYPE_TAG');
const COMPOSITES = kinds('STRUCT', 'UNION');
const CONTAINERS = kinds('STRUCT', 'UNION', 'ARRAY');
const LEAVES = kinds('VOID', 'INT', 'ENUM', 'ENUM64', 'FWD', 'FUNC_PROTO', 'FLOAT');
/** Kinds that only a DATASEC may refer to. */
const SOURCES = kinds('VAR', 'DECL_TAG', 'DATASEC');
const SIZELESS = kinds('VOID', 'FWD', 'FUNC', 'FUNC_PROTO', 'DECL_TAG');
const SIZED = kinds('INT', 'STRUCT', 'UNION', 'ENUM', 'ENUM64', 'FLOAT', 'DATASEC');
const TAG_TARGETS = kinds('FUNC', 'STRUCT', 'UNION', 'VAR', 'TYPEDEF');
/** Kinds without a size that a modifier or pointer may still lead to. */
const SIZELESS_TARGETS = kinds('VOID', 'FWD', 'FUNC_PROTO');

/** The first complaint about the types of `btf`. */
export function checkReferences(btf: Btf, names: RawNames): Complaint | null {
  const walk: Walk = {
    btf,
    first: btf.idAt(0),
    states: new Uint8Array(btf.count),
    ids: new Uint32Array(btf.count),
    sizes: new Float64Array(btf.count),
    stack: [],
    names,
    mode: 'open',
  };
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    const problem = type && checkType(walk, type);
    if (problem) return problem;
  }
  return null;
}

function checkType(walk: Walk, type: BtfType): Step {
  const problem = needsResolve(type) && !isResolved(walk, type.id) ? resolve(walk, type) : null;
  if (problem) return problem;
  return type.kind === 'FUNC_PROTO' ? checkProto(walk, type) : null;
}

function complain({ names }: Walk, type: BtfType, message: string): Complaint {
  return { message, text: `${typeLine(names, type)} ${message}\n`, id: type.id };
}

/** Complains about the n-th member, whose resolved type is `type`. */
function complainOfMember({ names }: Walk, struct: BtfType, item: number, message: string, type?: number): Complaint {
  const line = memberLine(names, struct, item, type);
  return { message, text: `${typeLine(names, struct)}\n${line} ${message}\n`, id: struct.id };
}

function complainOfVariable({ names }: Walk, section: BtfType, item: number, message: string): Complaint {
  const line = variableLine(entryOf(section.variables, item));
  return { message, text: `${typeLine(names, section)}\n${line} ${message}\n`, id: section.id };
}

const needsResolve = (type: BtfType): boolean => !LEAVES.has(type.kind);

function isResolved({ states, first }: Walk, id: number): boolean {
  return id < first || states[id - first] === RESOLVED;
}

/** Whether the walk may stop at a type. */
function isSink({ mode }: Walk, type: BtfType): boolean {
  if (mode === 'open') return !needsResolve(type);
  if (MODIFIERS.has(type.kind)) return false;
  return mode === 'pointer' ? type.kind !== 'PTR' : !CONTAINERS.has(type.kind);
}

function push(walk: Walk, type: BtfType): Step {
  const { states, first, stack } = walk;
  const outermost = stack[0]?.type ?? type;
  if (stack.length === MAX_RESOLVE_DEPTH) return complain(walk, outermost, DEPTH_MESSAGE);
  if (type.id >= first && states[type.id - first] !== 0) return complain(walk, outermost, 'Loop detected');
  if (type.id >= first) states[type.id - first] = VISITED;
  stack.push({ type, next: 0 });
  if (walk.mode === 'open' && type.kind === 'PTR') walk.mode = 'pointer';
  if (walk.mode === 'open' && CONTAINERS.has(type.kind)) walk.mode = 'container';
  return null;
}

const DEPTH_MESSAGE = `Exceeded max resolving depth:${MAX_RESOLVE_DEPTH}`;

function pop(walk: Walk, resolvedId: number, size: number): null {
  const id = walk.stack.pop()?.type.id ?? 0;
  if (id >= walk.first) {
    walk.ids[id - walk.first] = resolvedId;
    walk.sizes[id - walk.first] = size;
    walk.states[id - walk.first] = RESOLVED;
  }
  return null;
}

function resolve(walk: Walk, root: BtfType): Step {
  walk.mode = 'open';
  let problem = push(walk, root);
  for (let top = walk.stack.at(-1); problem === null && top !== undefined; top = walk.stack.at(-1)) {
    problem = RESOLVERS[top.type.kind]?.(walk, top) ?? null;
  }
  walk.stack.length = 0;
  return problem;
}

const RESOLVERS: Partial<Record<BtfKindName, (walk: Walk, visit: Visit) => Step>> = {
  TYPEDEF: resolveModifier,
  VOLATILE: resolveModifier,
  CONST: resolveModifier,
  RESTRICT: resolveModifier,
  TYPE_TAG: resolveModifier,
  PTR: resolvePointer,
  ARRAY: resolveArray,
  STRUCT: resolveComposite,
  UNION: resolveComposite,
  VAR: resolveVariable,
  DATASEC: resolveSection,
  DECL_TAG: resolveTag,
  FUNC: resolveFunction,
};

interface Sized {
  readonly type: BtfType;
  readonly size: number;
}

function ownSize(walk: Walk, type: BtfType | null): Sized | null {
  if (type === null || SIZELESS.has(type.kind)) return null;
  if (SIZED.has(type.kind)) return { type, size: type.size };
  if (type.kind === 'PTR') return { type, size: POINTER_SIZE };
  if (type.kind !== 'ARRAY') return null;
  return { type, size: type.id < walk.first ? walk.btf.sizeOf(type.id) : entryOf(walk.sizes, type.id - walk.first) };
}

/** The type under the modifiers of a resolved type. */
function bottom({ btf, first, ids }: Walk, id: number): BtfType | null {
  return btf.type(id < first ? btf.skipModifiers(id) : entryOf(ids, id - first));
}

/** The sized type that an id leads to through modifiers (btf_type_id_size()). */
function sized(walk: Walk, id: number): Sized | null {
  const type = walk.btf.type(id);
  const through = type !== null && (MODIFIERS.has(type.kind) || type.kind === 'VAR');
  return ownSize(walk, through ? bottom(walk, id) : type);
}

/** A type that may be referred to, or null. */
function target(walk: Walk, id: number): BtfType | null {
  const type = walk.btf.type(id);
  return type === null || SOURCES.has(type.kind) ? null : type;
}

const mustFollow = (walk: Walk, type: BtfType): boolean => !isSink(walk, type) && !isResolved(walk, type.id);

/** Resolves a modifier or pointer to the type under its target's modifiers. */
function settle(walk: Walk, from: BtfType, to: BtfType): Step {
  const size = sized(walk, to.id);
  if (size) return pop(walk, size.type.id, 0);
  const last = isResolved(walk, to.id) ? bottom(walk, to.id) : to;
  if (last === null || !SIZELESS_TARGETS.has(last.kind)) return complain(walk, from, 'Invalid type_id');
  return pop(walk, last.id, 0);
}

function resolveModifier(walk: Walk, { type }: Visit): Step {
  const next = target(walk, type.type);
  if (next === null) return complain(walk, type, 'Invalid type_id');
  return mustFollow(walk, next) ? push(walk, next) : settle(walk, type, next);
}

/** A modifier resolved for a struct may have stopped at a pointer, which now has to be followed on. */
function pointerLeft(walk: Walk, next: BtfType): BtfType | null {
  const last = MODIFIERS.has(next.kind) ? bottom(walk, next.id) : null;
  return last?.kind === 'PTR' && mustFollow(walk, last) ? last : null;
}

function resolvePointer(walk: Walk, { type }: Visit): Step {
  const next = target(walk, type.type);
  if (next === null) return complain(walk, type, 'Invalid type_id');
  if (mustFollow(walk, next)) return push(walk, next);
  const left = pointerLeft(walk, next);
  return left ? push(walk, left) : settle(walk, type, next);
}

function resolveArray(walk: Walk, { type }: Visit): Step {
  const index = target(walk, type.indexType);
  if (index === null || SIZELESS.has(index.kind)) return complain(walk, type, 'Invalid index');
  if (mustFollow(walk, index)) return push(walk, index);
  const indexInt = sized(walk, index.id);
  if (!indexInt || !isRegularInt(indexInt.type)) return complain(walk, type, 'Invalid index');
  const element = target(walk, type.type);
  if (element === null || SIZELESS.has(element.kind)) return complain(walk, type, 'Invalid elem');
  if (mustFollow(walk, element)) return push(walk, element);
  const item = sized(walk, element.id);
  if (!item) return complain(walk, type, 'Invalid elem');
  if (item.type.kind === 'INT' && !isRegularInt(item.type)) return complain(walk, type, 'Invalid array of int');
  const size = item.size * type.length;
  return size > MAX_U32 ? complain(walk, type, 'Array size overflows U32_MAX') : pop(walk, item.type.id, size);
}

function resolveComposite(walk: Walk, visit: Visit): Step {
  const { type } = visit;
  if (visit.next > 0) {
    const problem = checkMember(walk, type, visit.next - 1);
    if (problem) return problem;
  }
  while (visit.next < type.members.length) {
    const item = visit.next++;
    const next = target(walk, entryOf(type.members, item).type);
    if (next === null || SIZELESS.has(next.kind)) return complainOfMember(walk, type, item, 'Invalid member');
    if (mustFollow(walk, next)) return push(walk, next);
    const problem = checkMember(walk, type, item);
    if (problem) return problem;
  }
  return pop(walk, 0, 0);
}

function checkMember(walk: Walk, struct: BtfType, item: number): Step {
  const member = entryOf(struct.members, item);
  const size = sized(walk, member.type);
  if (size === null) return complainOfMember(walk, struct, item, 'Invalid member');
  const message = memberMisfit({ struct, member, ...size });
  return message === null ? null : complainOfMember(walk, struct, item, message, size.type.id);
}

function resolveVariable(walk: Walk, { type }: Visit): Step {
  const next = target(walk, type.type);
  if (next === null) return complain(walk, type, 'Invalid type_id');
  if (mustFollow(walk, next)) return push(walk, next);
  const left = pointerLeft(walk, next);
  if (left) return push(walk, left);
  const size = sized(walk, next.id);
  return size ? pop(walk, size.type.id, size.size) : complain(walk, type, 'Invalid type_id');
}

function resolveSection(walk: Walk, visit: Visit): Step {
  const { type } = visit;
  walk.mode = 'open';
  while (visit.next < type.variables.length) {
    const item = visit.next++;
    const { type: id, size } = entryOf(type.variables, item);
    const variable = walk.btf.type(id);
    if (variable?.kind !== 'VAR') return complainOfVariable(walk, type, item, 'Not a VAR kind member');
    // the kernel then goes on with the next variable, without comparing the size of this one
    if (mustFollow(walk, variable)) return push(walk, variable);
    const value = sized(walk, variable.type);
    if (!value) return complainOfVariable(walk, type, item, 'Invalid type');
    if (size < value.size) return complainOfVariable(walk, type, item, 'Invalid size');
  }
  return pop(walk, 0, 0);
}

function resolveTag(walk: Walk, { type }: Visit): Step {
  const next = walk.btf.type(type.type);
  if (next === null || !TAG_TARGETS.has(next.kind)) return complain(walk, type, 'Invalid type_id');
  if (mustFollow(walk, next)) return push(walk, next);
  if (type.extra !== -1 && type.extra >= componentCount(walk, next))
    return complain(walk, type, 'Invalid component_idx');
  return pop(walk, next.id, 0);
}

/** Members, or parameters of a function; variables and typedefs have no components. */
function componentCount({ btf }: Walk, type: BtfType): number {
  if (COMPOSITES.has(type.kind)) return type.members.length;
  return type.kind === 'FUNC' ? (btf.type(type.type)?.params.length ?? 0) : 0;
}

function resolveFunction(walk: Walk, { type }: Visit): Step {
  const proto = walk.btf.type(type.type);
  if (proto?.kind !== 'FUNC_PROTO') return complain(walk, type, 'Invalid type_id');
  const nameless = proto.params.findIndex((param, i) => walk.names.offset(proto, i) === 0 && param.type !== 0);
  return nameless < 0 ? pop(walk, type.type, 0) : complain(walk, type, `Invalid arg#${nameless + 1}`);
}

function checkProto(walk: Walk, proto: BtfType): Step {
  if (proto.type !== 0) {
    const problem = checkValue(walk, proto, proto.type, 'Invalid return type');
    if (problem) return problem;
  }
  const last = proto.params.length - 1;
  if (proto.params[last]?.type === 0 && walk.names.offset(proto, last) !== 0) {
    return complain(walk, proto, `Invalid arg#${last + 1}`);
  }
  for (const [i, param] of proto.params.entries()) {
    if (i === last && param.type === 0) break;
    const message = `Invalid arg#${i + 1}`;
    const type = target(walk, param.type);
    if (type === null || !isArgumentName(walk, proto, i)) return complain(walk, proto, message);
    const problem = checkValue(walk, proto, param.type, message);
    if (problem) return problem;
  }
  return null;
}

function isArgumentName({ names }: Walk, proto: BtfType, item: number): boolean {
  const offset = names.offset(proto, item);
  return offset === 0 || names.isIdentifier(offset);
}

/** A parameter or return type has a size. */
function checkValue(walk: Walk, proto: BtfType, id: number, message: string): Step {
  const type = target(walk, id);
  if (type === null) return complain(walk, proto, message);
  const problem = needsResolve(type) && !isResolved(walk, id) ? resolve(walk, type) : null;
  if (problem) return problem;
  return sized(walk, id) ? null : complain(walk, proto, message);
}
