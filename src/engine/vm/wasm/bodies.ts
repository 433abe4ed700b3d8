/* Bodies of a program's functions, as code and as text. */
import type { Program } from '../program.ts';
import { CodeWriter, type WasmFunction } from './encoder.ts';
import { InstructionEmitter } from './emit.ts';
import type { Callables } from './emit-calls.ts';
import { type Blocks, END, graphOf, lengthOf, opAt } from './graph.ts';
import { localName } from './locals.ts';
import { W } from './opcodes.ts';
import { emitStructured } from './structure.ts';
import { bodyText, type Mark, type WasmLine } from './text.ts';
import { accessChecks } from './windows.ts';

interface FunctionPlan {
  readonly program: Program;
  readonly blocks: Blocks;
  /** at which the function begins */
  readonly slot: number;
  readonly callables: Callables;
  /** filled with where each instruction's code begins, if anybody wants to know */
  readonly marks: Mark[] | null;
}

/** Labels around the code: the inner one gives up here, the outer one after a function that gave up. */
const LABELS = 2;

export function functionBody(plan: FunctionPlan): Pick<WasmFunction, 'body' | 'hints'> {
  const { program, blocks, slot: entry, callables, marks } = plan;
  const { code } = program;
  const out = new CodeWriter(1024);
  const graph = graphOf(program, blocks, entry);
  const emitter = new InstructionEmitter(out, program, callables, accessChecks(program, graph));
  const mark = (slot: number | null): unknown => marks?.push({ at: out.length, slot });
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
        emitter.pay(first, blocks.remaining[first], bail);
        const end = graph.end[block] === END.next ? last + 1 : last;
        for (let slot = first; slot < end; slot += lengthOf(opAt(code, slot))) {
          mark(slot);
          emitter.instruction(slot, bail);
        }
        mark(last);
      },
      condition: (block, negated) => emitter.condition(graph.last[block], negated),
      exit: () => emitter.exit(),
    },
    LABELS,
  );
  mark(null);
  out.op(W.unreachable).op(W.end);
  emitter.bail();
  out.op(W.return).op(W.end);
  emitter.bailCaller();
  return { body: out.take(), hints: out.hints };
}

export interface BodyText {
  /** slot at which the BPF function begins */
  readonly slot: number;
  readonly lines: readonly WasmLine[];
}

export function programText(
  program: Program,
  blocks: Blocks,
  callables: Callables,
  fnName: (index: number) => string,
): BodyText[] {
  return blocks.entries.map((slot) => {
    const marks: Mark[] = [];
    const { body } = functionBody({ program, blocks, slot, callables, marks });
    return { slot, lines: bodyText(body, marks, { local: localName, fn: fnName }) };
  });
}
