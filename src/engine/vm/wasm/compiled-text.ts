/* Shows the WebAssembly text that a program compiles to; for display only. */
import { REGISTERS } from '../../isa/opcodes.ts';
import type { Program } from '../prepared.ts';
import type { Shell } from './bodies.ts';
import { CONTEXT_BYTES } from './entries.ts';
import { bodyAt, CALLED, FIXED_IMPORTS, type Plan, planModule } from './compile.ts';
import { ENTRY_WORDS, LOCAL, localOf } from './locals.ts';
import type { Places } from './operands.ts';
import { bodyText, type Mark, type WasmLine } from './text.ts';

export interface BodyText {
  /** slot at which the BPF function begins */
  readonly slot: number;
  readonly lines: readonly WasmLine[];
}

/** An entry without a member's trampoline: the instructions' code is the same for all members. */
const ENTERED: Shell = { ...CALLED, context: CONTEXT_BYTES };

/** Writes a program's functions as WebAssembly text; the first one gets a plain entry around it. */
export function compiledText(program: Program, first: Shell = ENTERED): BodyText[] {
  const plan = planModule([program]);
  const { called } = plan.programs[0].blocks;
  const places: Places = { slots: [], paid: [] };
  const text = (slot: number, shell: Shell): BodyText => {
    const marks: Mark[] = [];
    const { body } = bodyAt(plan, 0, slot, shell, places, marks);
    const local = (index: number): string => localName(index - shell.firstLocal);
    return { slot, lines: bodyText(body, marks, { local, fn: (index) => functionName(plan, index) }) };
  };
  // in the compiler's order, so that places have its numbers
  const functions = called.map((slot) => text(slot, CALLED));
  return [text(0, first), ...functions.filter(({ slot }) => slot > 0)];
}

function functionName({ programs, imports, imported, emitted }: Plan, index: number): string {
  const [{ blocks, first }] = programs;
  if (index < FIXED_IMPORTS.length) return `$${imports[index].name}`;
  if (index >= first) return `$f${blocks.called[index - first]}`;
  return `$${[...imported, ...emitted][index - FIXED_IMPORTS.length].name}`;
}

/** Local as the text shows it: `$r6`, `$fuel`, `$arg0`. */
function localName(local: number): string {
  if (local < 0) return `$arg${local + ENTRY_WORDS}`;
  for (let r = 0; r < REGISTERS; r++) if (localOf(r) === local) return `$r${r}`;
  const name = Object.entries(LOCAL).find(([, index]) => index === local)?.[0];
  return `$${name}`;
}
