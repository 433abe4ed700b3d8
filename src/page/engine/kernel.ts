/*
 * A kernel's types for the page's own views and for the editor: opened once, after the first paint; followed by the
 * struct_ops types that a text declares.
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

/** Types of any kernel that a lab can run. */
export const btfOf = (kernel: string): Promise<Btf> => opened(kernel);

interface Declared {
  readonly kernel: Btf;
  readonly text: string;
  readonly parsed: Parsed<DeclaredTypes>;
}

/** Number of cached type sets: the machine's, the editor's, and the editor's previous one. */
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
 * Types of the lab's kernel and of its run's declarations. Rejects when the files cannot be fetched or read; the next
 * call tries again.
 */
export const kernelBtf = (): Promise<Btf> => withTypes(lab().loaded[TYPES_TEXT] ?? '');

/** Types of the lab's kernel and of the declarations in the editor. */
export const editorBtf = (): Promise<Btf> => withTypes(textOf(TYPES_TEXT));

/** Types that a text declares on that kernel, and its errors. */
export const declaredTypes = async (text: string): Promise<Parsed<DeclaredTypes>> => (await declaredIn(text)).parsed;
