import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKernelSubset } from '../engine/index.ts';
import { readBytes, Usage, type Verb } from './cli.ts';

/** Writes PROFILE.btf and PROFILE.ids: the part of a kernel's BTF that the page ships. */
function subset([file, folder, profile]: string[]): number {
  if (file === undefined || folder === undefined || profile === undefined)
    throw new Usage('subset takes a file, a folder and a profile');
  const made = makeKernelSubset(readBytes(file));
  if (!made.ok) {
    console.error(`${file}: ${made.error.message} (offset ${made.error.offset})`);
    return 1;
  }
  mkdirSync(folder, { recursive: true });
  const { btf, ids } = made.value;
  writeFileSync(join(folder, `${profile}.btf`), btf);
  writeFileSync(join(folder, `${profile}.ids`), new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  console.log(`${ids.length} types, ${btf.length} bytes`);
  return 0;
}

export const btfVerb: Verb = {
  name: 'btf',
  usage: 'btf subset VMLINUX_BTF FOLDER PROFILE',
  summary: 'makes the BTF that the page ships from a kernel’s',
  run([verb, ...args]) {
    if (verb === 'subset') return subset(args);
    throw new Usage(verb === undefined ? 'which one?' : `no verb "${verb}"`);
  },
};
