/* The kernel's types, fetched once: the worker gets a copy, the page's own views and the editor read the same bytes. */
export interface KernelFiles {
  readonly btf: ArrayBuffer;
  readonly ids: ArrayBuffer;
}

const PROFILE = 'v6.12';

async function fetchBytes(path: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

let files: Promise<KernelFiles> | null = null;

/** Rejects when they cannot be fetched; asks again the next time. */
export function kernelFiles(): Promise<KernelFiles> {
  files ??= Promise.all([fetchBytes(`btf/${PROFILE}.btf`), fetchBytes(`btf/${PROFILE}.ids`)]).then(
    ([btf, ids]) => ({ btf, ids }),
    (error: unknown) => {
      files = null;
      throw error;
    },
  );
  return files;
}
