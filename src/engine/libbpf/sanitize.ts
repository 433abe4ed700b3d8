/*
 * Makes the object's BTF acceptable to the kernel. Compilers put externs, functions among them, into DATASECs of size 0
 * without an ELF section; libbpf gives each extern four bytes, and replaces functions by a dummy variable.
 */
import { entryOf } from '../base/assert.ts';
import type { Btf } from '../btf/btf.ts';
import { BTF_KIND } from '../btf/btf.ts';
import { BTF_HEADER_LENGTH, BTF_MAGIC, readHeader } from '../btf/header.ts';
import { blobOf } from '../btf/read.ts';
import { infoKind, infoVlen } from '../btf/wire.ts';
import type { ObjectExtern } from './object.ts';

const DUMMY = 'dummy_ksym';
const LINKAGE_GLOBAL = 1;
const KSYM_BYTES = 4;
const VAR_BYTES = 16;

/** The bytes to load; unchanged when the object has no externs. */
export function loadableBtf(btf: Btf, externs: readonly ObjectExtern[]): Uint8Array {
  const sections = readHeader(new DataView(btf.bytes.buffer, btf.bytes.byteOffset, btf.bytes.byteLength), false);
  const int = btf.find('INT', 'int');
  if (externs.length === 0 || !sections.ok || int === 0) return btf.bytes;
  const { typeStart, typeEnd, strStart, strEnd } = sections.value;
  const bytes = btf.bytes.slice();
  const edit: Edit = {
    btf,
    view: new DataView(bytes.buffer),
    externs: new Map(externs.map((extern) => [extern.btfId, extern])),
    int,
    dummyName: strEnd - strStart,
    dummyVar: btf.idLimit,
  };
  for (const at of blobOf(btf).offsets.subarray(1, -1)) {
    if (infoKind(edit.view.getUint32(at + 4, true)) === BTF_KIND.DATASEC) placeExterns(edit, at);
  }
  const types = bytes.subarray(typeStart, typeEnd);
  const strings = bytes.subarray(strStart, strEnd);
  return assembleBlob([types, dummyVariable(edit)], [strings, new TextEncoder().encode(`${DUMMY}\0`)]);
}

interface Edit {
  readonly btf: Btf;
  readonly view: DataView;
  readonly externs: ReadonlyMap<number, ObjectExtern>;
  readonly int: number;
  readonly dummyName: number;
  readonly dummyVar: number;
}

function placeExterns(edit: Edit, at: number): void {
  const { view, externs } = edit;
  let end = 0;
  let any = false;
  let settings = false;
  for (let i = 0; i < infoVlen(view.getUint32(at + 4, true)); i++) {
    const row = at + 12 + i * 12;
    const extern = externs.get(view.getUint32(row, true));
    if (!extern) continue;
    any = true;
    const isSetting = extern.kind === 'kconfig';
    settings ||= isSetting;
    const offset = isSetting ? extern.offset : end;
    const size = isSetting ? extern.size : KSYM_BYTES;
    view.setUint32(row + 4, offset, true);
    view.setUint32(row + 8, size, true);
    end = Math.max(end, offset + size);
    makeGlobal(edit, extern, row);
  }
  if (any) view.setUint32(at + 8, end, true);
  if (settings) sortVariables(view, at);
}

/** Sorts a DATASEC's rows by offset: compilers write settings in the order of their use. */
function sortVariables(view: DataView, at: number): void {
  const rows = Array.from({ length: infoVlen(view.getUint32(at + 4, true)) }, (_, i) => {
    const word = (n: number): number => view.getUint32(at + 12 + i * 12 + n * 4, true);
    return [word(0), word(1), word(2)] as const;
  });
  for (const [i, row] of rows.sort((a, b) => a[1] - b[1]).entries()) {
    for (const [n, word] of row.entries()) view.setUint32(at + 12 + i * 12 + n * 4, word, true);
  }
}

function makeGlobal(edit: Edit, { kind, btfId }: ObjectExtern, row: number): void {
  const { view, btf } = edit;
  const at = entryOf(blobOf(btf).offsets, btfId);
  if (kind !== 'kfunc') {
    view.setUint32(at + 12, LINKAGE_GLOBAL, true);
    if (kind === 'ksym') view.setUint32(at + 8, edit.int, true);
    return;
  }
  view.setUint32(at + 4, (BTF_KIND.FUNC << 24) | LINKAGE_GLOBAL, true);
  view.setUint32(row, edit.dummyVar, true);
  // the function now counts as defined, and a defined function must have parameter names
  const proto = entryOf(blobOf(btf).offsets, btf.type(btfId)?.type ?? 0);
  const params = btf.type(btf.type(btfId)?.type ?? 0)?.params ?? [];
  for (const [i, { name, type }] of params.entries()) {
    if (name === '' && type !== 0) view.setUint32(proto + 12 + i * 8, edit.dummyName, true);
  }
}

function dummyVariable({ dummyName, int }: Edit): Uint8Array {
  const bytes = new Uint8Array(VAR_BYTES);
  const words = [dummyName, BTF_KIND.VAR << 24, int, LINKAGE_GLOBAL];
  for (const [i, word] of words.entries()) new DataView(bytes.buffer).setUint32(i * 4, word, true);
  return bytes;
}

function assembleBlob(types: readonly Uint8Array[], strings: readonly Uint8Array[]): Uint8Array {
  const length = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);
  const typeLength = length(types);
  const bytes = new Uint8Array(BTF_HEADER_LENGTH + typeLength + length(strings));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, BTF_MAGIC, true);
  view.setUint8(2, 1);
  const words = [BTF_HEADER_LENGTH, 0, typeLength, typeLength, length(strings)];
  for (const [i, word] of words.entries()) view.setUint32(4 + i * 4, word, true);
  let at = BTF_HEADER_LENGTH;
  for (const part of [...types, ...strings]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
