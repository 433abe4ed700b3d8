/* The kernels' types, fetched once each: the worker gets a copy, the page's own views and the editor read the same bytes. */
import { kernelSpec } from '../../engine/index.ts';

export interface KernelFiles {
  readonly btf: ArrayBuffer;
  readonly ids: ArrayBuffer;
}

/** Of a file beside the page. */
export async function fetchBytes(path: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/** What is asked for once and kept; a failure is forgotten, so that it is asked for again. */
export function once<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (key) => {
    const known = asked.get(key);
    if (known) return known;
    const answer = ask(key).catch((error: unknown) => {
      asked.delete(key);
      throw error;
    });
    asked.set(key, answer);
    return answer;
  };
}

const filesOf = once(async (name): Promise<KernelFiles> => {
  const [btf, ids] = await Promise.all([fetchBytes(`btf/${name}.btf`), fetchBytes(`btf/${name}.ids`)]);
  return { btf, ids };
});

/** Rejects when they cannot be fetched, or nobody knows that kernel. */
export async function kernelFiles(kernel: string): Promise<KernelFiles> {
  const spec = kernelSpec(kernel);
  if (!spec) throw new Error(`there is no kernel ${kernel}`);
  return filesOf(spec.files);
}
