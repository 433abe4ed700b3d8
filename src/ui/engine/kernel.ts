/* A kernel's types for the page's own views and for the editor: opened once, after the first paint. */
import { type Btf, openKernelBtf } from '../../engine/index.ts';
import { lab } from '../store/lab.ts';
import { kernelFiles, once } from './kernel-files.ts';

const opened = once(async (kernel): Promise<Btf> => {
  const { btf, ids } = await kernelFiles(kernel);
  const result = openKernelBtf(kernel, new Uint8Array(btf), new Uint32Array(ids));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
});

/** Of any kernel that a lab can run. */
export const btfOf = (kernel: string): Promise<Btf> => opened(kernel);

/** Of the kernel that the lab runs. Rejects when the files cannot be fetched or read; asks again the next time. */
export const kernelBtf = (): Promise<Btf> => opened(lab().kernel);
