/* A kernel with the struct_ops types that a run's texts declare: as if it had been built with them. */
import type { Diagnostic } from '../base/result.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { TYPES_TEXT } from './commands.ts';
import type { MachineParts } from './kernels.ts';
import { lateTools } from './late-tools.ts';

export interface DeclaredParts {
  readonly parts: MachineParts;
  /** names of the declared types */
  readonly names: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether these texts need installLateTools(). */
export const declaresTypes = (texts: Readonly<Record<string, string>>): boolean => (texts[TYPES_TEXT] ?? '') !== '';

/** The kernel as it was where nothing is declared, or the declaration has errors. */
export function declareTypes(texts: Readonly<Record<string, string>>, parts: MachineParts): DeclaredParts {
  if (!declaresTypes(texts)) return { parts, names: [], diagnostics: [] };
  const { value, diagnostics } = lateTools().declareStructOps(texts[TYPES_TEXT], parts.btf);
  const { btf, names } = value;
  if (!btf) return { parts, names: [], diagnostics };
  return { parts: { ...parts, btf, symbols: symbolsFromBtf(btf) }, names, diagnostics };
}
