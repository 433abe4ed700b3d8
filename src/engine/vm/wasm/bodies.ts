/* Bodies of a program's functions, as code and as text. */
import type { Program } from '../prepared.ts';
import { CodeWriter, type WasmFunction } from './encoder.ts';
import { InstructionEmitter } from './emit.ts';
import type { Callables } from './emit-calls.ts';
import { planFuel } from './fuel.ts';
import { type Blocks, END, graphOf, lengthOf, opAt } from './graph.ts';
import type { Places } from './operands.ts';
import { W } from './opcodes.ts';
import { emitStructured } from './structure.ts';
import type { Mark } from './text.ts';
import { accessChecks } from './windows.ts';

/** The function around a body: one that the program calls, or an entry that the machine calls. */
export interface Shell {
  /** number of the local that is r1 */
  readonly firstLocal: number;
  /** bytes of the arena that r1 is known to point to */
  readonly context: number;
  /** emits code that puts the parameters into registers */
  readonly begin: (out: CodeWriter) => void;
  /** emits the code after giving up; where that does not return, r0 and the fuel are set */
  readonly gaveUp: (out: CodeWriter) => void;
  /** emits code that leaves the results */
  readonly end: (out: CodeWriter) => void;
}

export interface FunctionPlan {
  readonly program: Program;
  readonly blocks: Blocks;
  /** slot at which the function begins */
  readonly slot: number;
  readonly callables: Callables;
  readonly shell: Shell;
  /** collects the places at which it may give up */
  readonly places: Places;
  /** collects where each instruction's code begins; absent when not needed */
  readonly marks: Mark[] | null;
}

/**
 * Labels around the code, from the innermost: (1) give up here; (2) give up after a called function gave up; both
 * continue at the end of (3); the code itself ends at (4).
 */
const LABELS = 4;
const TO_THIRD = 1;
const TO_FOURTH = 3;

export function functionBody(plan: FunctionPlan): Pick<WasmFunction, 'body' | 'hints'> {
  const { program, blocks, slot: entry, callables, shell, places, marks } = plan;
  const { code } = program;
  const out = new CodeWriter(1024, shell.firstLocal);
  const graph = graphOf(program, blocks, entry);
  const lengths = new Int32Array(graph.count);
  for (let block = 0; block < graph.count; block++) lengths[block] = blocks.remaining[graph.start[block]];
  const { charge, reserve, beyond } = planFuel(program, graph, lengths);
  const emitter = new InstructionEmitter(out, program, callables, accessChecks(program, graph, shell.context), places);
  const mark = (slot: number | null): unknown => marks?.push({ at: out.length, slot });
  mark(null);
  shell.begin(out);
  emitter.enter();
  for (let i = 0; i < LABELS; i++) out.block(W.block);
  emitStructured(
    out,
    graph,
    {
      body(block, bail) {
        const first = graph.start[block];
        const last = graph.last[block];
        mark(first);
        emitter.begin(block, first, charge[block], reserve[block], lengths[block] + beyond[block], bail);
        const end = graph.end[block] === END.next ? last + 1 : last;
        for (let slot = first; slot < end; slot += lengthOf(opAt(code, slot))) {
          mark(slot);
          emitter.instruction(slot, bail);
        }
        mark(last);
      },
      condition: (block, negated) => emitter.condition(graph.last[block], negated),
      exit: (depth) => out.branch(W.br, depth + TO_FOURTH),
    },
    LABELS,
  );
  mark(null);
  out.op(W.unreachable).op(W.end);
  emitter.bail();
  out.branch(W.br, TO_THIRD).op(W.end);
  emitter.bailCaller();
  out.op(W.end);
  shell.gaveUp(out);
  out.op(W.end);
  shell.end(out);
  return { body: out.take(), hints: out.hints };
}
