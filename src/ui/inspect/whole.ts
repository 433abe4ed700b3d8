/*
 * All types of a kernel, fetched on the first search. The file is gzipped; if the server's headers say so, the browser
 * has already unpacked it, so the bytes themselves are checked.
 */
import { useEffect } from 'react';
import { create } from 'zustand';
import { type Btf, kernelSpec, openBtf, openSearch } from '../../engine/index.ts';
import { fetchBytes, once } from '../../page/engine/kernel-files.ts';

export interface SearchedTypes {
  readonly btf: Btf;
  readonly search: ReturnType<typeof openSearch>;
}

export type Whole =
  | { readonly status: 'asked' }
  | { readonly status: 'here'; readonly types: SearchedTypes }
  | { readonly status: 'failed'; readonly message: string };

const useWholes = create<Readonly<Record<string, Whole>>>(() => ({}));

const GZIP = [0x1f, 0x8b];

async function unpacked(packed: ArrayBuffer): Promise<ArrayBuffer> {
  const head = new Uint8Array(packed, 0, Math.min(2, packed.byteLength));
  if (!GZIP.every((byte, i) => head[i] === byte)) return packed;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

const fetchTypes = once(async (files): Promise<SearchedTypes> => {
  const opened = openBtf(new Uint8Array(await unpacked(await fetchBytes(`btf/${files}.whole.btf.gz`))));
  if (!opened.ok) throw new Error(`${files}: ${opened.error.message}, offset ${opened.error.offset}`);
  return { btf: opened.value, search: openSearch(opened.value) };
});

const filesOf = (kernel: string): string => kernelSpec(kernel)?.files ?? kernel;

/** Fetches them, again after a failure. */
export function askWhole(kernel: string): void {
  const files = filesOf(kernel);
  const { [files]: known } = useWholes.getState();
  if (known && known.status !== 'failed') return;
  useWholes.setState({ [files]: { status: 'asked' } });
  fetchTypes(files).then(
    (types) => useWholes.setState({ [files]: { status: 'here', types } }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      useWholes.setState({ [files]: { status: 'failed', message } });
    },
  );
}

/** State of the fetch; null before the first request. `wanted` requests it. */
export function useWhole(kernel: string, wanted = false): Whole | null {
  const whole = useWholes((state) => state[filesOf(kernel)]) ?? null;
  useEffect(() => {
    if (wanted) askWhole(kernel);
  }, [kernel, wanted]);
  return whole;
}
