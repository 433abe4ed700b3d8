/*
 * Fills in each DATASEC's size and its variables' offsets, which a compiler leaves for the linker or loader to take
 * from the ELF file. The bytes are changed in place, so that string offsets stay valid (btf_fixup_datasec() of libbpf).
 */
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import { BTF_KIND } from './btf.ts';
import { readHeader } from './header.ts';
import { openStrings } from './strings.ts';
import { indexTypes, infoKind, infoVlen } from './wire.ts';

const LINKAGE_STATIC = 0;

/** What the ELF file says about sections and symbols. */
export interface Placement {
  /** size in bytes; null for a DATASEC without an ELF section (.ksyms, .kconfig), which stays as it is */
  sectionSize(name: string): number | null;
  /** bytes from the start of its section; null when there is no such symbol */
  variableOffset(name: string): number | null;
}

/** Copies the BTF with every DATASEC's size and offsets filled in. */
export function placeDatasecs(bytes: Uint8Array, placement: Placement): Result<Uint8Array> {
  const placed = bytes.slice();
  const view = new DataView(placed.buffer);
  const sections = readHeader(view, false);
  if (!sections.ok) return sections;
  const offsets = indexTypes(view, sections.value.typeStart, sections.value.typeEnd, 1);
  if (!offsets.ok) return offsets;
  const names = openStrings(placed, sections.value);
  const types: Types = { view, offsets: offsets.value, nameAt: (at) => names.text(view.getUint32(at, true)) };
  for (const at of offsets.value.subarray(1, -1)) {
    if (infoKind(view.getUint32(at + 4, true)) !== BTF_KIND.DATASEC) continue;
    const done = placeSection(types, at, placement);
    if (!done.ok) return done;
  }
  return ok(placed);
}

interface Types {
  readonly view: DataView;
  readonly offsets: Uint32Array;
  readonly nameAt: (at: number) => string;
}

function placeSection(types: Types, at: number, placement: Placement): Result<null> {
  const { view } = types;
  const name = types.nameAt(at);
  const size = placement.sectionSize(name);
  if (size === null) return ok(null);
  const given = view.getUint32(at + 8, true);
  if (given !== 0 && given !== size) return err(`Invalid size for section ${name}: ${size} bytes`, at + 8);
  view.setUint32(at + 8, size, true);
  const rows: [type: number, offset: number, size: number][] = [];
  for (let i = 0; i < infoVlen(view.getUint32(at + 4, true)); i++) {
    const row = at + 12 + i * 12;
    const offset = variableOffset(types, row, placement);
    if (!offset.ok) return offset;
    rows.push([view.getUint32(row, true), offset.value, view.getUint32(row + 8, true)]);
  }
  rows.sort((a, b) => a[1] - b[1]);
  for (const [i, word] of rows.flat().entries()) view.setUint32(at + 12 + i * 4, word, true);
  return ok(null);
}

function variableOffset({ view, offsets, nameAt }: Types, row: number, placement: Placement): Result<number> {
  const id = view.getUint32(row, true);
  const at = id > 0 && id < offsets.length - 1 ? (offsets[id] ?? 0) : 0;
  if (at === 0 || infoKind(view.getUint32(at + 4, true)) !== BTF_KIND.VAR) {
    return err('Non-VAR type seen in section', row);
  }
  // a static variable already has its offset: its symbol is the section's
  if (view.getUint32(at + 12, true) === LINKAGE_STATIC) return ok(view.getUint32(row + 4, true));
  const offset = placement.variableOffset(nameAt(at));
  return offset === null ? err(`No offset found in symbol table for VAR ${nameAt(at)}`, row) : ok(offset);
}
