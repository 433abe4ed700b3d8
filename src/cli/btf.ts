import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Btf,
  dumpC,
  dumpJson,
  dumpRaw,
  makeKernelSubset,
  openBtfFile,
  type Result,
  structLayout,
} from '../engine/index.ts';
import { options, readBytes, Usage, type Verb } from './cli.ts';
import { formatLayout, LAYOUT_DEPTH } from './layout.ts';

/** Reports bad input on stderr, with its place. */
function refuse(file: string, { message, offset }: { readonly message: string; readonly offset: number }): number {
  console.error(`lab btf: ${file}: ${message}${offset < 0 ? '' : ` (offset ${offset})`}`);
  return 1;
}

/** Writes PROFILE.btf and PROFILE.ids: the subset of a kernel's BTF that is shipped with the page. */
function subset([file, folder, profile, ...more]: string[]): number {
  if (file === undefined || folder === undefined || profile === undefined || more.length > 0)
    throw new Usage('subset takes a file, a folder and a profile');
  const made = makeKernelSubset(readBytes(file));
  if (!made.ok) return refuse(file, made.error);
  mkdirSync(folder, { recursive: true });
  const { btf, ids } = made.value;
  writeFileSync(join(folder, `${profile}.btf`), btf);
  writeFileSync(join(folder, `${profile}.ids`), new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  console.log(`${ids.length} types, ${btf.length} bytes`);
  return 0;
}

/** Opens the types of a file over those of another; null after reporting the reason. */
function openOver(file: string, base: string | undefined): Btf | null {
  const below = base === undefined ? undefined : openBtfFile(readBytes(base));
  if (below?.ok === false) {
    refuse(base ?? '', below.error);
    return null;
  }
  const btf = openBtfFile(readBytes(file), below?.value);
  if (btf.ok) return btf.value;
  refuse(file, btf.error);
  return null;
}

const FORMATS: Readonly<Record<string, (btf: Btf) => Result<string>>> = {
  raw: (btf) => ({ ok: true, value: dumpRaw(btf) }),
  c: dumpC,
  json: (btf) => ({ ok: true, value: dumpJson(btf) }),
};

function dump(args: string[]): number {
  const { values, rest } = options(args, ['format', 'base']);
  const [file] = rest;
  const format = values.format ?? 'raw';
  const print = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (file === undefined || rest.length > 1) throw new Usage('dump takes one file');
  if (!print) throw new Usage(`no format "${values.format}"; there are ${Object.keys(FORMATS).join(', ')}`);
  const btf = openOver(file, values.base);
  if (!btf) return 1;
  const text = print(btf);
  if (!text.ok) return refuse(file, text.error);
  process.stdout.write(text.value);
  return 0;
}

function layout(args: string[]): number {
  const { values, rest } = options(args, ['base']);
  const [file, name, ...more] = rest;
  if (file === undefined || name === undefined || more.length > 0) throw new Usage('layout takes a file and a type');
  const btf = openOver(file, values.base);
  if (!btf) return 1;
  const plain = name.replace(/^(struct|union)\s+/, '');
  const id = btf.find('STRUCT', plain) || btf.find('UNION', plain) || btf.find('TYPEDEF', plain);
  const found = structLayout(btf, btf.skipModifiers(id), { depth: LAYOUT_DEPTH });
  if (!found) return refuse(file, { message: `no struct or union "${plain}"`, offset: -1 });
  process.stdout.write(formatLayout(btf, found));
  return 0;
}

const VERBS: ReadonlyMap<string, (args: string[]) => number> = new Map([
  ['dump', dump],
  ['layout', layout],
  ['subset', subset],
]);

export const btfVerb: Verb = {
  name: 'btf',
  usage:
    'btf dump FILE [--base FILE] [--format raw|c|json] | layout FILE TYPE [--base FILE] | subset VMLINUX_BTF FOLDER PROFILE',
  summary: 'prints the types of a BTF or object file, how a struct fills its bytes; makes the BTF that the page ships',
  run([verb, ...args]) {
    const run = VERBS.get(verb ?? '');
    if (!run) throw new Usage(verb === undefined ? 'which one?' : `no verb "${verb}"`);
    return run(args);
  },
};
