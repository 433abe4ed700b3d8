import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Btf } from '../btf.ts';
import { openBtf } from '../read.ts';
import type { NewType } from '../write.ts';
import { createBtfWriter } from '../write.ts';

const bytesAt = (url: URL) => new Uint8Array(readFileSync(url));

/** `v6.12.btf` and the like, as they are served. */
export function shippedBytes(file: string): Uint8Array {
  return bytesAt(new URL(`../../../../public/btf/${file}`, import.meta.url));
}

/** The shipped BTF of a kernel (`v6.12`), with the kernel's ids. */
export function shippedBtf(kernel: string): Btf {
  return mustOpen(shippedBytes(`${kernel}.btf`), new Uint32Array(shippedBytes(`${kernel}.ids`).buffer));
}

/** All types of a kernel (`v6.12`), as they are served. */
export const shippedWhole = (kernel: string): Btf => mustOpen(gunzipSync(shippedBytes(`${kernel}.whole.btf.gz`)));

/** The whole BTF of a kernel (`6.12`); null where the recordings are not at hand. */
export function vmlinuxBytes(kernel: string): Uint8Array | null {
  const url = new URL(`../../../../../shared/btf/vmlinux-${kernel}.btf`, import.meta.url);
  return existsSync(url) ? bytesAt(url) : null;
}

export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
}

export function mustOpen(bytes: Uint8Array, ids?: Uint32Array): Btf {
  const btf = openBtf(bytes, ids);
  if (!btf.ok) throw new Error(`${btf.error.message} at ${btf.error.offset}`);
  return btf.value;
}

export function written(...types: NewType[]): Uint8Array {
  const writer = createBtfWriter();
  for (const type of types) writer.add(type);
  return writer.finish();
}
