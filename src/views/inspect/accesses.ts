/*
 * Which instructions load or store a field: a walk over a loaded program that knows, for each register and stack slot,
 * what it points at. It begins at r1, the context; a load of an argument or of a member that is a pointer gives another
 * pointer. Where ways meet and only one of them knows, the answer is a guess.
 */
import type { Btf, ProgramText } from '../../engine/index.ts';

/** A pointer to a struct, so many bytes into it. */
interface Pointer {
  readonly type: number;
  readonly offset: number;
  /** another way to the same instruction did not know it */
  readonly guess: boolean;
}

export interface Access {
  readonly slot: number;
  /** 0-based line of the program's text */
  readonly line: number;
  readonly text: string;
  readonly kind: 'reads' | 'writes' | 'reads and writes';
  /** id of the struct that the base register points at; 0: the context */
  readonly struct: number;
  readonly offset: number;
  readonly bytes: number;
  readonly guess: boolean;
}

/** The context: an array of u64, one an argument. */
const CONTEXT = 0;

type State = ReadonlyMap<string, Pointer>;

interface Step {
  /** pointers after it, by register or stack slot */
  readonly state: Map<string, Pointer>;
  access(kind: Access['kind'], base: string, off: number, bits: number): void;
  readonly pointerAt: (base: string, off: number) => Pointer | null;
}

const offsetOf = (sign: string, digits: string): number => (sign === '-' ? -1 : 1) * Number(digits);
const MEMORY = String.raw`\((r\d+) ([+-]) (\d+)\)`;
const SCRATCHED = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5'];

/** Forms of LLVM's text that matter here; the first that fits is taken, and what none fits changes no pointer. */
const FORMS: readonly (readonly [RegExp, (step: Step, ...groups: string[]) => void])[] = [
  [
    new RegExp(String.raw`^(r\d+) = (?:\*\([us](\d+) \*\)|load_acquire\(\(u(\d+) \*\))${MEMORY}\)?$`),
    (step, dst, plain, acquired, base, sign, digits) => {
      const off = offsetOf(sign, digits);
      const loaded = step.pointerAt(base, off);
      step.access('reads', base, off, Number(plain ?? acquired));
      set(step.state, dst, loaded);
    },
  ],
  [
    new RegExp(String.raw`^(?:store_release\(\(u(\d+) \*\)|\*\(u(\d+) \*\))${MEMORY}(?:, | = )(\S+?)\)?$`),
    (step, released, plain, base, sign, digits, value) => {
      const off = offsetOf(sign, digits);
      step.access('writes', base, off, Number(plain ?? released));
      if (base === 'r10') set(step.state, `fp${off}`, step.state.get(value) ?? null);
    },
  ],
  [
    new RegExp(String.raw`^(?:lock |([rw]\d+) = atomic_fetch_\w+\()\*?\(u(\d+) \*\)${MEMORY}`),
    (step, dst, bits, base, sign, digits) => {
      step.access('reads and writes', base, offsetOf(sign, digits), Number(bits));
      if (dst) set(step.state, dst.replace('w', 'r'), null);
    },
  ],
  [
    /^[rw](\d+) = (?:cmp)?xchg(32_32|_64)\((r\d+) ([+-]) (\d+),/,
    (step, dst, width, base, sign, digits) => {
      step.access('reads and writes', base, offsetOf(sign, digits), width === '_64' ? 64 : 32);
      set(step.state, `r${dst}`, null);
    },
  ],
  [/^(r\d+) = (r\d+)$/, ({ state }, dst, src) => set(state, dst, state.get(src) ?? null)],
  [
    /^(r\d+) ([+-])= (-?\d+)$/,
    ({ state }, dst, sign, by) => {
      const known = state.get(dst);
      if (known) state.set(dst, { ...known, offset: known.offset + (sign === '-' ? -1 : 1) * Number(by) });
    },
  ],
  [
    /^call/,
    ({ state }) => {
      for (const register of SCRATCHED) state.delete(register);
    },
  ],
  [/^(?:ld_pseudo )?[rw](\d+)\b(?!.*goto)/, ({ state }, dst) => state.delete(`r${dst}`)],
];

function set(state: Map<string, Pointer>, place: string, pointer: Pointer | null): void {
  if (pointer) state.set(place, pointer);
  else state.delete(place);
}

/** A walk visits an instruction again only while it learns something, which these many rounds bound for any program. */
const MOST_STEPS = 200_000;

interface World {
  readonly btf: Btf;
  /** types of the context's arguments, as the member's prototype has them */
  readonly args: readonly number[];
  /** every sock here is a tcp_sock, as the kernel's bpf_tcp_ca_is_valid_access() takes it to be */
  readonly sockets: readonly number[];
}

/** `args`: types of the context's arguments, as the member's prototype has them. */
export function accessesOf(btf: Btf, program: ProgramText, args: readonly number[]): Access[] {
  const world = { btf, args, sockets: embeddedFirst(btf, btf.find('STRUCT', 'tcp_sock')) };
  const found: Access[] = [];
  for (const [index, state] of statesOf(world, program)) walk(world, program[index], new Map(state), found);
  return found.sort((a, b) => a.slot - b.slot);
}

/** What is known before each instruction that can be reached, by its index. */
function statesOf(world: World, program: ProgramText): ReadonlyMap<number, State> {
  const bySlot = new Map(program.map((row, i) => [row.slot, i]));
  const before = new Map<number, State>();
  const work: number[] = [];
  const reach = (index: number | undefined, state: State): void => {
    if (index === undefined || index >= program.length) return;
    const known = before.get(index);
    const merged = known ? merge(known, state) : state;
    if (merged === known) return;
    before.set(index, merged);
    work.push(index);
  };
  reach(0, new Map([['r1', { type: CONTEXT, offset: 0, guess: false }]]));
  for (let steps = 0; work.length > 0 && steps < MOST_STEPS; steps++) {
    const index = work.pop() as number;
    const row = program[index];
    const entered = before.get(index) as State;
    const state = new Map(entered);
    walk(world, row, state, []);
    const next = index + 1 < program.length ? program[index + 1].slot : row.slot + 1;
    const jump = /goto(?:l)? ([+-]\d+)$/.exec(row.text);
    const call = /^call pc([+-]\d+)$/.exec(row.text);
    if (jump) reach(bySlot.get(next + Number(jump[1])), state);
    // a function of the program has its caller's arguments
    if (call) reach(bySlot.get(next + Number(call[1])), argumentsOf(entered));
    if (row.text !== 'exit' && !/^gotol? /.test(row.text) && !program[index + 1]?.entry) reach(index + 1, state);
  }
  return before;
}

const argumentsOf = (state: State): State => new Map([...state].filter(([place]) => /^r[1-5]$/.test(place)));

/** Does to `state` what an instruction does, and adds to `found` where it loads or stores. */
function walk(world: World, row: ProgramText[number], state: Map<string, Pointer>, found: Access[]): void {
  const step: Step = {
    state,
    access: (kind, base, off, bits) => {
      const pointer = state.get(base);
      if (!pointer || pointer.type === LOST.type) return;
      found.push({
        slot: row.slot,
        line: row.line,
        text: row.text,
        kind,
        struct: pointer.type,
        offset: pointer.offset + off,
        bytes: bits / 8,
        guess: pointer.guess,
      });
    },
    pointerAt: (base, off) => {
      if (base === 'r10') return state.get(`fp${off}`) ?? null;
      const pointer = state.get(base);
      return pointer ? pointee(world, pointer, pointer.offset + off) : null;
    },
  };
  for (const [form, apply] of FORMS) {
    const match = form.exec(row.text);
    if (match) return apply(step, ...match.slice(1));
  }
}

/** What a member or an argument leads to, where it is a pointer to a struct. */
function pointee({ btf, args, sockets }: World, { type, guess }: Pointer, offset: number): Pointer | null {
  const field = type === CONTEXT ? (args[offset / 8] ?? 0) : memberAt(btf, type, offset);
  const pointer = btf.type(btf.skipModifiers(field));
  if (pointer?.kind !== 'PTR') return null;
  const target = btf.type(btf.skipModifiers(pointer.type));
  if (target?.kind !== 'STRUCT' && target?.kind !== 'UNION' && target?.kind !== 'FWD') return null;
  const id = target.kind === 'FWD' ? btf.find('STRUCT', target.name) : target.id;
  return { type: sockets.includes(id) ? sockets[0] : id || LOST.type, offset: 0, guess };
}

const MOST_NESTING = 16;

/** Type of the member that begins at an offset, in structs inside too; 0: none does. */
function memberAt(btf: Btf, id: number, offset: number, depth = 0): number {
  const struct = btf.type(btf.skipModifiers(id));
  if (depth > MOST_NESTING || !struct) return 0;
  for (const member of struct.members) {
    const at = member.bitOffset / 8;
    if (member.bitSize > 0 || offset < at || offset >= at + Math.max(1, btf.sizeOf(member.type))) continue;
    const inner = btf.type(btf.skipModifiers(member.type));
    const inside = inner && inner.members.length > 0 ? memberAt(btf, inner.id, offset - at, depth + 1) : 0;
    if (inside !== 0) return inside;
    if (offset === at) return member.type;
  }
  return 0;
}

/** The same object when the second way adds nothing. */
function merge(known: State, other: State): State {
  const merged = new Map(known);
  let changed = false;
  for (const place of new Set([...known.keys(), ...other.keys()])) {
    const [a, b] = [known.get(place), other.get(place)];
    // one way that knows it is a guess; two that do not agree know nothing
    const same = a && b && a.type === b.type && a.offset === b.offset;
    const joined =
      a && b ? (same ? { ...a, guess: a.guess || b.guess } : null) : { ...((a ?? b) as Pointer), guess: true };
    if (joined === null) {
      merged.set(place, LOST);
      changed ||= a !== LOST;
    } else if (!a || a.guess !== joined.guess) {
      if (a === LOST) continue;
      merged.set(place, joined);
      changed = true;
    }
  }
  return changed ? merged : known;
}

/** Two ways disagree: no struct has this id, so nothing matches it. */
const LOST: Pointer = { type: -1, offset: 0, guess: true };

/** Structs that begin with one another: a `struct sock *` of a connection leads to its tcp_sock. */
export function embeddedFirst(btf: Btf, id: number): number[] {
  const ids: number[] = [];
  for (let at = btf.type(btf.skipModifiers(id)); at && !ids.includes(at.id); ) {
    ids.push(at.id);
    const [first] = at.members;
    const inner = first?.bitOffset === 0 ? btf.type(btf.skipModifiers(first.type)) : null;
    at = inner?.kind === 'STRUCT' ? inner : null;
  }
  return ids;
}

/** The accesses that touch bytes of a field, through a pointer to one of these structs. */
export const touching = (
  accesses: readonly Access[],
  structs: readonly number[],
  { offset, size }: { readonly offset: number; readonly size: number },
): Access[] =>
  accesses.filter(
    (one) => structs.includes(one.struct) && one.offset < offset + size && one.offset + one.bytes > offset,
  );
