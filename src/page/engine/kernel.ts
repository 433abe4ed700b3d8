/*
 * A kernel's types for the page's own views and for the editor: opened once, after the first paint; with the struct_ops
 * types that a text declares after them.
 */
import { type Btf, openKernelBtf, type Parsed, TYPES_TEXT } from '../../engine/index.ts';
import { lab } from '../store/lab.ts';
import { textOf } from '../store/texts.ts';
import type { DeclaredTypes } from '../../engine/late.ts';
import { kernelFiles, once } from './kernel-files.ts';

const opened = once(async (kernel): Promise<Btf> => {
  const { btf, ids } = await kernelFiles(kernel);
  const result = openKernelBtf(kernel, new Uint8Array(btf), new Uint32Array(ids));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
});

/** Of any kernel that a lab can run. */
export const btfOf = (kernel: string): Promise<Btf> => opened(kernel);

interface Declared {
  readonly kernel: Btf;
  readonly text: string;
  readonly parsed: Parsed<DeclaredTypes>;
}

/** The machine's types and the editor's, and the editor's of a moment ago. */
const KEPT = 3;
let known: readonly Declared[] = [];

async function declaredIn(text: string): Promise<Declared> {
  const kernel = await opened(lab().kernel);
  const before = known.find((one) => one.kernel === kernel && one.text === text);
  if (before) return before;
  const { declareStructOps } = await import('./declared.ts');
  const made = { kernel, text, parsed: declareStructOps(text, kernel) };
  known = [...known, made].slice(-KEPT);
  return made;
}

async function withTypes(text: string): Promise<Btf> {
  if (text.trim() === '') return opened(lab().kernel);
  const { kernel, parsed } = await declaredIn(text);
  return parsed.value.btf ?? kernel;
}

/**
 * Of the kernel that the lab runs, and what its run declares. Rejects when the files cannot be fetched or read; asks
 * again the next time.
 */
export const kernelBtf = (): Promise<Btf> => withTypes(lab().loaded[TYPES_TEXT] ?? '');

/** The same with the types as they stand in the editor. */
export const editorBtf = (): Promise<Btf> => withTypes(textOf(TYPES_TEXT));

/** What a text declares on that kernel, and what is wrong with it. */
export const declaredTypes = async (text: string): Promise<Parsed<DeclaredTypes>> => (await declaredIn(text)).parsed;
