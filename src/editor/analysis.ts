/* The assembler's result for a text, computed once per version, for diagnostics, hovers and completions. */
import type { editor } from 'monaco-editor/editor/editor.api';
import {
  type AssembledObject,
  assemble,
  type Btf,
  type Parsed,
  type Reference,
  type SymbolSource,
  symbolsFromBtf,
} from '../engine/index.ts';
import { editorBtf } from '../page/engine/kernel.ts';

export interface Kernel {
  readonly btf: Btf;
  readonly symbols: SymbolSource;
}

let kernel: Kernel | null = null;

/**
 * Symbols of the lab's kernel, with the types declared in the editor; null when its types cannot be loaded, which the
 * engine reports.
 */
export async function kernelSymbols(): Promise<Kernel | null> {
  try {
    const btf = await editorBtf();
    if (kernel?.btf !== btf) kernel = { btf, symbols: symbolsFromBtf(btf) };
    return kernel;
  } catch {
    return null;
  }
}

interface Analysis {
  readonly version: number;
  readonly symbols: SymbolSource;
  readonly parsed: Parsed<AssembledObject>;
  /** duration of the analysis, ms */
  readonly took: number;
}

const known = new WeakMap<editor.ITextModel, Analysis>();

export function analyse(model: editor.ITextModel, symbols: SymbolSource): Parsed<AssembledObject> {
  const version = model.getVersionId();
  const last = known.get(model);
  if (last?.version === version && last.symbols === symbols) return last.parsed;
  const begun = performance.now();
  const parsed = assemble(model.getValue(), symbols);
  known.set(model, { version, symbols, parsed, took: performance.now() - begun });
  return parsed;
}

/** Duration of the last analysis of a text, ms; 0 before the first. */
export const analysisTook = (model: editor.ITextModel): number => known.get(model)?.took ?? 0;

/** Longest analysis that is repeated at each key, ms. */
const A_KEY = 10;

/** Like `analyse`, but possibly of an older version if the text is long: right for the names in it, not for their places. */
export function analyseLately(model: editor.ITextModel, symbols: SymbolSource): Parsed<AssembledObject> {
  const last = known.get(model);
  return last?.symbols === symbols && last.took > A_KEY ? last.parsed : analyse(model, symbols);
}

/** The shortest reference at a 0-based place; null when there is none. */
export function referenceAt(references: readonly Reference[], line: number, column: number): Reference | null {
  const here = references.filter(
    ({ range }) => range.line === line && range.column <= column && column <= range.endColumn,
  );
  const width = ({ range }: Reference): number => range.endColumn - range.column;
  return here.sort((a, b) => width(a) - width(b))[0] ?? null;
}
