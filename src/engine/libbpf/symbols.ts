/* Names for the assembler from a kernel's BTF: fields, enumerators, kfuncs, members of struct_ops types. */
import type { Btf, BtfKindName, BtfType } from '../btf/btf.ts';
import type { MemberSymbol, SymbolSource } from '../isa/symbols.ts';

const ENUMS: ReadonlySet<BtfKindName> = new Set(['ENUM', 'ENUM64']);
const MAX_EMBEDDING = 8;

/** Lists are made on first use: the closure of tcp_sock has some thousand names. */
export function symbolsFromBtf(btf: Btf): SymbolSource {
  const names = remember(() => namesByKind(btf));
  const fields = new Map<string, string[]>();
  const struct = (name: string): BtfType | null => btf.type(btf.find('STRUCT', name) || btf.find('UNION', name));
  const enumOf = (name: string): BtfType | null => btf.type(btf.find('ENUM', name) || btf.find('ENUM64', name));
  return {
    field(name, path) {
      const field = btf.field(name, path);
      return field && { offset: field.byteOffset, size: field.size, bit: field.bit, bitSize: field.bitSize };
    },
    fields(name) {
      const known = fields.get(name) ?? [...new Set(fieldNames(btf, struct(name), 0))];
      fields.set(name, known);
      return known;
    },
    structs: () => names().structs,
    enumerator: (enumName, name) => enumOf(enumName)?.enumerators.find((e) => e.name === name)?.value ?? null,
    enumerators: (enumName) => enumOf(enumName)?.enumerators.map(({ name }) => name) ?? [],
    enums: () => names().enums,
    kfunc(name) {
      const id = btf.find('FUNC', name);
      const func = id === 0 ? null : btf.type(id);
      return func && { id, prototype: btf.declare(func.type, name) };
    },
    kfuncs: () => names().functions,
    members: (name) => struct(name)?.members.map((member) => memberSymbol(btf, member.name, member.type)) ?? [],
  };
}

function remember<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

function namesByKind(btf: Btf): { structs: string[]; enums: string[]; functions: string[] } {
  const names = { structs: [] as string[], enums: [] as string[], functions: [] as string[] };
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    if (!type || type.name === '') continue;
    if (type.kind === 'STRUCT' || type.kind === 'UNION') names.structs.push(type.name);
    else if (ENUMS.has(type.kind)) names.enums.push(type.name);
    else if (type.kind === 'FUNC') names.functions.push(type.name);
  }
  return names;
}

/** Members as C reaches them: through anonymous structs, and through the structs embedded at the beginning. */
function fieldNames(btf: Btf, struct: BtfType | null, depth: number): string[] {
  if (!struct || depth > MAX_EMBEDDING) return [];
  return struct.members.flatMap((member, i) => {
    const inner = btf.type(btf.skipModifiers(member.type));
    const isComposite = inner?.kind === 'STRUCT' || inner?.kind === 'UNION';
    const own = member.name === '' ? [] : [member.name];
    return isComposite && (i === 0 || member.name === '') ? [...own, ...fieldNames(btf, inner, depth + 1)] : own;
  });
}

function memberSymbol(btf: Btf, name: string, type: number): MemberSymbol {
  const pointer = btf.type(btf.skipModifiers(type));
  const target = pointer?.kind === 'PTR' ? btf.type(btf.skipModifiers(pointer.type)) : null;
  return { name, isFunction: target?.kind === 'FUNC_PROTO', prototype: btf.declare(type, name) };
}
