/* Adds the struct_ops types that a run's texts declare to its kernel, as if it had been built with them. */
import { assert } from '../base/assert.ts';
import type { Diagnostic } from '../base/result.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { TYPES_TEXT } from './commands.ts';
import type { MachineParts } from './kernels.ts';
import type { declareStructOps } from '../kernel/struct-ops/declare.ts';

export interface DeclaredParts {
  readonly parts: MachineParts;
  /** names of the declared types */
  readonly names: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

type Declare = typeof declareStructOps;

/** Parser of C declarations; set when the engine's late part is loaded. */
let declare: Declare | null = null;

export const registerDeclare = (known: Declare): void => {
  declare = known;
};

/** Whether these texts need the engine's late part. */
export const declaresTypes = (texts: Readonly<Record<string, string>>): boolean => (texts[TYPES_TEXT] ?? '') !== '';

/** Returns the kernel with the declared types; unchanged when nothing is declared or the declaration has errors. */
export function declareTypes(texts: Readonly<Record<string, string>>, parts: MachineParts): DeclaredParts {
  const text = texts[TYPES_TEXT];
  if (text === undefined || !declaresTypes(texts)) return { parts, names: [], diagnostics: [] };
  assert(declare, "declared types need the engine's late part");
  const { value, diagnostics } = declare(text, parts.btf);
  const { btf, names } = value;
  if (!btf) return { parts, names: [], diagnostics };
  return { parts: { ...parts, btf, symbols: symbolsFromBtf(btf) }, names, diagnostics };
}
