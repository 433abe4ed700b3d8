/*
 * Rewrites a program as the kernel does after verification: branches that are always taken become jumps, unreachable
 * code is removed, divisions are guarded, look-ups of arrays and hashes are inlined (the last part of bpf_check). This
 * machine runs the program as it was given; BPF_OBJ_GET_INFO_BY_FD and the x86-64 code (jit/) show the rewritten one.
 *
 * Instructions are nodes of a list, and a jump refers to its target node, so that removing and inserting nodes changes
 * no offset.
 */
import { entryOf } from '../base/assert.ts';
import { isBranch, isFunctionAddress, isHelperCall, isJump, isLocalCall, targetOf } from '../isa/flow.ts';
import { decode, encode, type Insn, insn, instructionSlots, slotsOf } from '../isa/insn.ts';
import { CLASS, classOf, codeOf, isWide, OPCODE, SOURCE } from '../isa/opcodes.ts';
import type { XlatedFacts } from './jit/facts.ts';
import { MAP_TYPE } from './maps/map-type.ts';
import { FLOW } from './prog-source.ts';

/** What inlined look-ups need of a map. */
export interface XlatedMap {
  readonly object: number;
  readonly id: number;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

export interface LineRecord {
  readonly slot: number;
  readonly file: number;
  readonly text: number;
  readonly place: number;
}

export interface FuncRecord {
  readonly slot: number;
  readonly type: number;
}

export interface XlatedInput {
  readonly insns: Uint8Array;
  /** FLOW bits by slot */
  readonly flow: Uint8Array;
  readonly funcs: readonly FuncRecord[];
  readonly lines: readonly LineRecord[];
  readonly places: readonly { readonly slot: number; readonly map: XlatedMap; readonly offset: number }[];
  readonly facts: XlatedFacts;
}

/** An instruction of the list. */
interface Node {
  insn: Insn;
  /** target of a jump or of a call of a function */
  target: Node | null;
  seen: boolean;
  probe: boolean;
  map: { readonly map: XlatedMap; readonly offset: number } | null;
  /** name of the called kernel function, if known */
  callee: string | null;
  line: LineRecord | null;
  func: FuncRecord | null;
  /** a jump within a patch */
  insideJump?: boolean;
}

/** An instruction of the finished program; numbers count slots. */
export interface XlatedInsn {
  readonly slot: number;
  readonly insn: Insn;
  readonly target: number | null;
  readonly probe: boolean;
  readonly map: { readonly map: XlatedMap; readonly offset: number } | null;
  readonly callee: string | null;
}

export interface Xlated {
  readonly insns: readonly XlatedInsn[];
  /** bytes as user space reads them: with map ids, distances and numbers of functions */
  readonly bytes: Uint8Array;
  readonly lines: readonly LineRecord[];
  readonly funcs: readonly FuncRecord[];
}

function readNodes({ insns, flow, places, lines, funcs }: XlatedInput): Node[] {
  const slots = instructionSlots(insns);
  const bySlot = new Map<number, Node>();
  const nodes = slots.map((slot): Node => {
    const node: Node = {
      insn: decode(insns, slot),
      target: null,
      seen: ((flow[slot] ?? 0) & FLOW.SEEN) !== 0,
      probe: ((flow[slot] ?? 0) & FLOW.PROBE) !== 0,
      map: places.find((place) => place.slot === slot) ?? null,
      callee: null,
      line: lines.find((line) => line.slot === slot) ?? null,
      func: funcs.find((func) => func.slot === slot) ?? null,
    };
    bySlot.set(slot, node);
    return node;
  });
  for (const [i, node] of nodes.entries()) {
    const one = node.insn;
    if (isLocalCall(one) || isFunctionAddress(one) || isJump(one))
      node.target = bySlot.get(targetOf(one, entryOf(slots, i))) ?? null;
  }
  return nodes;
}

/** opt_hard_wire_dead_code_branches: a branch with one side that no path takes becomes a jump. */
function hardWire(nodes: readonly Node[]): void {
  for (const [i, node] of nodes.entries()) {
    const next = nodes[i + 1];
    if (!isBranch(node.insn) || !next || !node.target) continue;
    if (!next.seen) node.insn = insn(OPCODE.JA);
    else if (!node.target.seen) [node.insn, node.target] = [insn(OPCODE.JA), next];
  }
}

/** bpf_remove_insns: removes nodes; the last line record of a removed run is kept for the node after it. */
function without(nodes: readonly Node[], gone: (node: Node, next: Node | undefined) => boolean): Node[] {
  const kept: Node[] = [];
  const heir = new Map<Node, Node | null>();
  let line: LineRecord | null = null;
  let orphans: Node[] = [];
  for (const [i, node] of nodes.entries()) {
    if (gone(node, nodes[i + 1])) {
      line = node.line ?? line;
      orphans.push(node);
      continue;
    }
    node.line ??= line;
    for (const orphan of orphans) heir.set(orphan, node);
    [line, orphans] = [null, []];
    kept.push(node);
  }
  for (const node of kept) if (node.target && heir.has(node.target)) node.target = heir.get(node.target) ?? null;
  return kept;
}

type Before = readonly Node[];

/** Replaces nodes by several; the first of these takes over the jumps to the old node, its line and its function. */
function patch(nodes: readonly Node[], make: (node: Node, before: Before) => readonly Node[] | null): Node[] {
  const out: Node[] = [];
  const first = new Map<Node, Node>();
  for (const node of nodes) {
    const made = make(node, out);
    if (!made) {
      out.push(node);
      continue;
    }
    const head = entryOf(made, 0);
    [head.line, head.func] = [node.line, node.func];
    for (const other of made) if (other !== head) [other.line, other.func] = [null, null];
    first.set(node, head);
    out.push(...made);
  }
  // jumps within a patch refer to its nodes; all others still refer to replaced nodes
  for (const node of out) {
    const head = node.target && !node.insideJump ? first.get(node.target) : undefined;
    if (head) node.target = head;
  }
  return out;
}

const fresh = (made: Insn, target: Node | null = null): Node => ({
  insn: made,
  target,
  seen: true,
  probe: false,
  map: null,
  callee: null,
  line: null,
  func: null,
  ...(target ? { insideJump: true } : {}),
});

const JMP = { JEQ: 0x10, JGE: 0x30, JNE: 0x50 } as const;
const ALU = { ADD: 0x00, DIV: 0x30, LSH: 0x60, MOD: 0x90, XOR: 0xa0, MOV: 0xb0, AND: 0x50 } as const;
const alu32 = (code: number): number => CLASS.ALU | code | SOURCE.X;
const jump = (wide: boolean, code: number): number => (wide ? CLASS.JMP : CLASS.JMP32) | code;

/** Maps each node to the next one; the last has none. */
function following(nodes: readonly Node[]): ReadonlyMap<Node, Node> {
  return new Map(nodes.slice(1).map((node, i) => [entryOf(nodes, i), node]));
}

/** do_misc_fixups: x / 0 is 0, and x % 0 is x. */
function guardDivision(nodes: readonly Node[]): Node[] {
  const ends = following(nodes);
  return patch(nodes, (node) => {
    const { opcode, dst, src } = node.insn;
    const wide = classOf(opcode) === CLASS.ALU64;
    const isAlu = wide || classOf(opcode) === CLASS.ALU;
    const code = codeOf(opcode);
    if (!isAlu || (opcode & SOURCE.X) === 0 || (code !== ALU.DIV && code !== ALU.MOD)) return null;
    const own: Node = { ...node };
    const end = ends.get(node) ?? null;
    if (code === ALU.DIV) {
      const zero = fresh(insn(alu32(ALU.XOR), { dst, src: dst }));
      const out: Node = { ...fresh(insn(OPCODE.JA)), target: end };
      return [fresh(insn(jump(wide, JMP.JNE), { dst: src }), own), zero, out, own];
    }
    const test = { ...fresh(insn(jump(wide, JMP.JEQ), { dst: src })), target: end };
    if (wide) return [test, own];
    const move = fresh(insn(alu32(ALU.MOV), { dst, src: dst }));
    return [{ ...test, target: move, insideJump: true }, own, { ...fresh(insn(OPCODE.JA)), target: end }, move];
  });
}

/** The map that the last R1 before a call was loaded with. */
function mapBefore(before: Before): XlatedMap | null {
  for (let i = before.length - 1; i >= 0; i--) {
    const { insn: made, map } = entryOf(before, i);
    if (made.opcode === OPCODE.CALL) return null;
    const writes = ![CLASS.ST, CLASS.STX, CLASS.JMP, CLASS.JMP32].some((c) => c === classOf(made.opcode));
    if (writes && made.dst === 1) return map?.map ?? null;
  }
  return null;
}

const HELPER = { LOOKUP: 1, UPDATE: 2, DELETE: 3 } as const;
/** Functions that replace the helpers of map elements when the map is known, by map type. */
const MAP_FUNCTIONS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [MAP_TYPE.HASH]: {
    [HELPER.LOOKUP]: '__htab_map_lookup_elem',
    [HELPER.UPDATE]: 'htab_map_update_elem',
    [HELPER.DELETE]: 'htab_map_delete_elem',
  },
  [MAP_TYPE.ARRAY]: {
    [HELPER.UPDATE]: 'array_map_update_elem',
    [HELPER.DELETE]: 'array_map_delete_elem',
  },
  [MAP_TYPE.PERCPU_HASH]: { [HELPER.UPDATE]: 'htab_percpu_map_update_elem', [HELPER.DELETE]: 'htab_map_delete_elem' },
};

/** array_map_gen_lookup, for a privileged loader, which needs no index masking against speculation. */
function arrayLookup({ valueSize, maxEntries }: XlatedMap, { arrayValues }: XlatedFacts): Node[] {
  const size = Math.ceil(valueSize / 8) * 8;
  const shift = 31 - Math.clz32(size);
  const none = fresh(insn(CLASS.ALU64 | ALU.MOV, { dst: 0, imm: 0 }));
  const scaled =
    size === 1 << shift
      ? insn(CLASS.ALU64 | ALU.LSH, { dst: 0, imm: shift })
      : insn(CLASS.ALU64 | 0x20, { dst: 0, imm: size });
  const over = fresh(insn(OPCODE.JA, { off: 1 }));
  return [
    fresh(insn(CLASS.ALU64 | ALU.ADD, { dst: 1, imm: arrayValues })),
    fresh(insn(0x61, { dst: 0, src: 2 })),
    fresh(insn(jump(true, JMP.JGE), { dst: 0, imm: maxEntries }), none),
    fresh(scaled),
    fresh(insn(CLASS.ALU64 | ALU.ADD | SOURCE.X, { dst: 0, src: 1 })),
    over,
    none,
  ];
}

/** htab_map_gen_lookup */
function hashLookup(call: Node, { keySize }: XlatedMap, { hashKey }: XlatedFacts): Node[] {
  const add = fresh(insn(CLASS.ALU64 | ALU.ADD, { dst: 0, imm: hashKey + Math.ceil(keySize / 8) * 8 }));
  return [{ ...call, callee: '__htab_map_lookup_elem' }, fresh(insn(jump(true, JMP.JEQ), { dst: 0, off: 1 })), add];
}

/** do_misc_fixups: calls of map helpers. */
function inlineLookups(nodes: readonly Node[], facts: XlatedFacts): Node[] {
  const ends = following(nodes);
  return patch(nodes, (node, before) => {
    if (!isHelperCall(node.insn)) return null;
    const { imm } = node.insn;
    const map = imm >= HELPER.LOOKUP && imm <= HELPER.DELETE ? mapBefore(before) : null;
    if (!map) return null;
    const end = ends.get(node) ?? null;
    if (imm !== HELPER.LOOKUP) {
      node.callee = MAP_FUNCTIONS[map.type]?.[imm] ?? null;
      return null;
    }
    if (map.type === MAP_TYPE.ARRAY) {
      const made = arrayLookup(map, facts);
      entryOf(made, 5).target = end;
      return made;
    }
    if (map.type !== MAP_TYPE.HASH) return null;
    const made = hashLookup(node, map, facts);
    entryOf(made, 1).target = end;
    return made;
  });
}

/** Numbers the slots, and writes the distances. */
function finish(nodes: readonly Node[]): Xlated {
  const at = new Map<Node, number>();
  let slot = 0;
  for (const node of nodes) {
    at.set(node, slot);
    slot += slotsOf(node.insn);
  }
  const place = (node: Node): number => at.get(node) ?? 0;
  const starts = nodes
    .filter((node, i) => i === 0 || nodes.some((n) => n.target === node && isLocalCall(n.insn)))
    .map(place);
  const insns = nodes.map((node): XlatedInsn => {
    const target = node.target && place(node.target);
    return {
      slot: place(node),
      insn: placed(node, place(node), target, starts),
      target,
      probe: node.probe,
      map: node.map,
      callee: node.callee,
    };
  });
  return {
    insns,
    bytes: encode(insns.map((one) => one.insn)),
    lines: nodes.flatMap((node) => (node.line ? [{ ...node.line, slot: place(node) }] : [])),
    funcs: nodes.flatMap((node) => (node.func ? [{ ...node.func, slot: place(node) }] : [])),
  };
}

function placed({ insn: made, map }: Node, slot: number, target: number | null, starts: readonly number[]): Insn {
  if (map) return { ...made, imm: map.map.id, high: map.offset };
  if (target === null) return made;
  const distance = target - slot - 1;
  // jit_subprogs leaves the distance in off and the number of the function in imm
  if (isLocalCall(made)) return { ...made, off: distance, imm: starts.indexOf(target) };
  if (made.opcode === OPCODE.GOTOL) return { ...made, imm: distance };
  return isWide(made.opcode) ? { ...made, imm: distance } : { ...made, off: distance };
}

export function xlate(input: XlatedInput): Xlated {
  let nodes = readNodes(input);
  hardWire(nodes);
  nodes = without(nodes, ({ seen }) => !seen);
  nodes = without(
    nodes,
    ({ insn: { opcode }, target }, next) => opcode === OPCODE.JA && target === next && next !== undefined,
  );
  nodes = guardDivision(nodes);
  nodes = inlineLookups(nodes, input.facts);
  return finish(nodes);
}
