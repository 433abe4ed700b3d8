/* Prints the elements of a map: as bytes, or with the types of its BTF. */
import type { Btf } from '../../btf/btf.ts';
import type { JsonWriter } from '../json-writer.ts';
import { openBtfById } from './btf-by-id.ts';
import { type Bpftool, hexBytes, jsonBytes } from './context.ts';
import type { MapInfo } from './map-info.ts';
import { dumpValue } from './values.ts';

/** The types of key and value; null when bytes are shown. */
interface Types {
  readonly btf: Btf;
  readonly key: number;
  readonly value: number;
}

export function typesOf(tool: Bpftool, info: MapInfo): Types | null {
  if (info.vmlinuxValueType !== 0) return { btf: tool.process.host.btf, key: 0, value: info.vmlinuxValueType };
  if (info.btfId === 0 || info.valueType === 0) return null;
  const btf = openBtfById(tool, info.btfId);
  return btf && { btf, key: info.keyType, value: info.valueType };
}

function writeTyped(tool: Bpftool, w: JsonWriter, types: Types, key: Uint8Array, value: Uint8Array): void {
  const pointers = tool.json ? 'number' : tool.release.quotesPointers ? 'quoted' : 'text';
  w.startObject();
  if (types.key !== 0) {
    w.name('key');
    dumpValue(w, types.btf, types.key, key, { pointers });
  }
  w.name('value');
  dumpValue(w, types.btf, types.value, value, { pointers });
  w.endObject();
}

/** Prints an element: in JSON with its bytes, otherwise with types if known. */
export function writeElement(
  tool: Bpftool,
  plain: JsonWriter | null,
  types: Types | null,
  key: Uint8Array,
  value: Uint8Array,
): void {
  const { json } = tool;
  if (json) {
    json.startObject();
    json.list('key', jsonBytes(key));
    json.list('value', jsonBytes(value));
    if (types) {
      json.name('formatted');
      writeTyped(tool, json, types, key, value);
    }
    json.endObject();
  } else if (plain && types) writeTyped(tool, plain, types, key, value);
  else {
    const isShort = key.length + value.length <= 24;
    tool.out(
      isShort
        ? `key: ${hexBytes(key)}  value: ${hexBytes(value)}\n`
        : `key:\n${hexBytes(key)}\nvalue:\n${hexBytes(value)}\n`,
    );
  }
}
