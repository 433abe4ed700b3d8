/* The kernels' types, each fetched once: the worker gets a copy, the page's views and the editor share the bytes. */
import { kernelSpec } from '../../engine/index.ts';

export interface KernelFiles {
  readonly btf: ArrayBuffer;
  readonly ids: ArrayBuffer;
}

/** Bytes of a file next to the page. */
export async function fetchBytes(path: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/** Caches the results of a request by key; failures are not cached, so that a later call tries again. */
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

/** Fetches a kernel's files; rejects when that fails, or the kernel is unknown. */
export async function kernelFiles(kernel: string): Promise<KernelFiles> {
  const spec = kernelSpec(kernel);
  if (!spec) throw new Error(`there is no kernel ${kernel}`);
  return filesOf(spec.files);
}
