/* The types that the page is served, for tests. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Btf, openBtf } from '../../engine/index.ts';

const read = (file: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../public/btf/${file}`, import.meta.url)));

function opened(bytes: Uint8Array, ids?: Uint32Array): Btf {
  const btf = openBtf(bytes, ids);
  if (!btf.ok) throw new Error(btf.error.message);
  return btf.value;
}

/** The shipped subset of a kernel (`v6.12`). */
export const subsetOf = (kernel: string): Btf =>
  opened(read(`${kernel}.btf`), new Uint32Array(read(`${kernel}.ids`).buffer));

/** All of its types. */
export const wholeOf = (kernel: string): Btf => opened(gunzipSync(read(`${kernel}.whole.btf.gz`)));
