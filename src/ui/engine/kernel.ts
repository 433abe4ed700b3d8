/* The kernel's types for the page's own views and for the editor: opened once, after the first paint. */
import { type Btf, openBtf } from '../../engine/index.ts';
import { kernelFiles } from './kernel-files.ts';

let opened: Promise<Btf> | null = null;

/** Rejects when the files cannot be fetched or read; asks again the next time. */
export function kernelBtf(): Promise<Btf> {
  opened ??= kernelFiles().then(
    ({ btf, ids }) => {
      const result = openBtf(new Uint8Array(btf), new Uint32Array(ids));
      if (!result.ok) throw new Error(result.error.message);
      return result.value;
    },
    (error: unknown) => {
      opened = null;
      throw error;
    },
  );
  return opened;
}
