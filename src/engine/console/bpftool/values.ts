/* Writes values with types as bpftool's btf_dumper does, and types as text. */
import type { Btf, BtfType } from '../../btf/btf.ts';
import { readValue, type ValueNode } from '../../btf/values.ts';
import type { JsonWriter } from '../json-writer.ts';

/** How addresses are written: as numbers in JSON, otherwise like the C library's %p. */
export type PointerStyle = 'number' | 'text' | 'quoted';

function pointerText(address: bigint, style: PointerStyle): string {
  if (style === 'number') return String(address);
  const text = address === 0n ? '(nil)' : `0x${address.toString(16)}`;
  return style === 'quoted' ? `"${text}"` : text;
}

export interface DumpOptions {
  readonly pointers: PointerStyle;
  /** text for a pointer to a function, by its number */
  readonly functions?: (type: BtfType, address: bigint) => string | null;
}

function writeNode(w: JsonWriter, node: ValueNode): void {
  switch (node.kind) {
    case 'number':
      return w.raw(node.text);
    case 'string':
      return w.string(node.text);
    case 'array':
      w.startArray();
      for (const item of node.items) writeNode(w, item);
      return w.endArray();
    case 'struct':
      w.startObject();
      for (const [name, value] of node.members) {
        w.name(name);
        writeNode(w, value);
      }
      return w.endObject();
  }
}

export function dumpValue(w: JsonWriter, btf: Btf, typeId: number, bytes: Uint8Array, options: DumpOptions): void {
  const node = readValue(btf, typeId, bytes, 0, {
    pointer: (type, address) => {
      const text = options.functions?.(type, address);
      return text != null ? { kind: 'string', text } : { kind: 'number', text: pointerText(address, options.pointers) };
    },
  });
  const type = btf.type(typeId);
  if (type?.kind !== 'DATASEC') return writeNode(w, node);
  w.startObject();
  w.name(type.name);
  writeNode(w, node);
  w.endObject();
}

const WORDS: Readonly<Partial<Record<BtfType['kind'], string>>> = {
  STRUCT: 'struct ',
  UNION: 'union ',
  ENUM: 'enum ',
  ENUM64: 'enum ',
};

/** btf_dumper_type_only: a type without a declarator, with a blank at its end. */
function typeOnly(btf: Btf, id: number): string {
  if (id === 0) return 'void ';
  const type = btf.type(id);
  if (!type) return '? ';
  switch (type.kind) {
    case 'PTR':
      return `${typeOnly(btf, type.type)}* `;
    case 'CONST':
      return `const ${typeOnly(btf, type.type)}`;
    case 'VOLATILE':
      return `volatile ${typeOnly(btf, type.type)}`;
    case 'RESTRICT':
      return `restrict ${typeOnly(btf, type.type)}`;
    case 'TYPE_TAG':
      return typeOnly(btf, type.type);
    case 'ARRAY':
      return `${typeOnly(btf, type.type)}[${type.length}]`;
    case 'FUNC_PROTO':
      return signature(btf, type, '');
    case 'FUNC':
      return functionSignature(btf, id);
    case 'FWD':
      return `${type.kindFlag ? 'union' : 'struct'} ${type.name} `;
    default:
      return `${WORDS[type.kind] ?? ''}${type.name} `;
  }
}

function signature(btf: Btf, proto: BtfType, name: string): string {
  const args = proto.params.map(({ type, name: arg }) => {
    if (type === 0) return '...';
    const text = typeOnly(btf, type);
    return arg === '' ? text.trimEnd() : `${text}${arg}`;
  });
  return `${typeOnly(btf, proto.type)}${name}(${args.join(', ')})`;
}

/** `__u32 my_ssthresh(unsigned long long * ctx)` */
export function functionSignature(btf: Btf, id: number): string {
  const func = btf.type(id);
  const proto = func && btf.type(func.type);
  return func && proto ? signature(btf, proto, func.name) : '';
}

/** `u32 (struct sock *)`: signature of the function that a pointer points to; null for other pointers. */
export function pointedSignature(btf: Btf, pointer: BtfType): string | null {
  const proto = btf.type(btf.skipModifiers(pointer.type));
  return proto?.kind === 'FUNC_PROTO' ? signature(btf, proto, '') : null;
}
