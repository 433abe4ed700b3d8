/* Prints every type with its numbers as `bpftool btf dump` does: one description serves both text and JSON. */
import type { Btf, BtfKindName, BtfType } from './btf.ts';

type Property = readonly [key: string, value: string | number | bigint];

/** A line under a type: the text form begins with a name in quotes and ends with `note`. */
interface Item {
  readonly name?: string;
  readonly properties: readonly Property[];
  readonly note?: string;
}

interface Description {
  readonly properties: readonly Property[];
  /** key of the items in JSON; null: this kind has none */
  readonly itemsKey: string | null;
  readonly items: readonly Item[];
}

type Describe = (type: BtfType, btf: Btf) => Description;

const only = (...properties: Property[]): Description => ({ properties, itemsKey: null, items: [] });
const reference: Describe = (type) => only(['type_id', type.type]);
const nameOf = (name: string): string => (name === '' ? '(anon)' : name);

const INT_ENCODINGS: Readonly<Record<number, string>> = { 0: '(none)', 1: 'SIGNED', 2: 'CHAR', 4: 'BOOL' };
const FUNC_LINKAGES = ['static', 'global', 'extern'];
const UNKNOWN = '(unknown)';

const DESCRIBE: Readonly<Record<BtfKindName, Describe>> = {
  VOID: () => only(),
  INT: ({ size, extra }) =>
    only(
      ['size', size],
      ['bits_offset', (extra >>> 16) & 0xff],
      ['nr_bits', extra & 0xff],
      ['encoding', INT_ENCODINGS[(extra >>> 24) & 0xf] ?? UNKNOWN],
    ),
  PTR: reference,
  ARRAY: ({ type, indexType, length }) => only(['type_id', type], ['index_type_id', indexType], ['nr_elems', length]),
  STRUCT: describeMembers,
  UNION: describeMembers,
  ENUM: describeEnumerators,
  FWD: ({ kindFlag }) => only(['fwd_kind', kindFlag ? 'union' : 'struct']),
  TYPEDEF: reference,
  VOLATILE: reference,
  CONST: reference,
  RESTRICT: reference,
  FUNC: ({ type, extra }) => only(['type_id', type], ['linkage', FUNC_LINKAGES[extra] ?? UNKNOWN]),
  FUNC_PROTO: ({ type, params }) => ({
    properties: [
      ['ret_type_id', type],
      ['vlen', params.length],
    ],
    itemsKey: 'params',
    items: params.map((p) => ({ name: p.name, properties: [['type_id', p.type]] })),
  }),
  VAR: ({ type, extra }) => only(['type_id', type], ['linkage', FUNC_LINKAGES[extra] ?? UNKNOWN]),
  DATASEC: describeSection,
  FLOAT: ({ size }) => only(['size', size]),
  DECL_TAG: ({ type, extra }) => only(['type_id', type], ['component_idx', extra]),
  TYPE_TAG: reference,
  ENUM64: describeEnumerators,
};

function describeMembers({ size, members }: BtfType): Description {
  return {
    properties: [
      ['size', size],
      ['vlen', members.length],
    ],
    itemsKey: 'members',
    items: members.map(({ name, type, bitOffset, bitSize }) => {
      const properties: Property[] = [
        ['type_id', type],
        ['bits_offset', bitOffset],
      ];
      return { name, properties: bitSize > 0 ? [...properties, ['bitfield_size', bitSize]] : properties };
    }),
  };
}

function describeEnumerators({ kindFlag, size, enumerators }: BtfType): Description {
  return {
    properties: [
      ['encoding', kindFlag ? 'SIGNED' : 'UNSIGNED'],
      ['size', size],
      ['vlen', enumerators.length],
    ],
    itemsKey: 'values',
    items: enumerators.map(({ name, value }) => ({ name, properties: [['val', value]] })),
  };
}

function describeSection({ size, variables }: BtfType, btf: Btf): Description {
  return {
    properties: [
      ['size', size],
      ['vlen', variables.length],
    ],
    itemsKey: 'vars',
    items: variables.map((v) => {
      const variable = btf.type(v.type);
      return {
        properties: [
          ['type_id', v.type],
          ['offset', v.offset],
          ['size', v.size],
        ],
        note: variable ? `(${variable.kind} '${nameOf(variable.name)}')` : undefined,
      };
    }),
  };
}

/** `bpftool btf dump file F format raw` */
export function dumpRaw(btf: Btf): string {
  const parts: string[] = [];
  for (let i = 0; i < btf.count; i++) parts.push(describeRaw(btf, btf.idAt(i)), '\n');
  return parts.join('');
}

/** One type of the raw dump; empty for an id that is not there. */
export function describeRaw(btf: Btf, id: number): string {
  const type = btf.type(id);
  if (type === null) return '';
  const { properties, items } = DESCRIBE[type.kind](type, btf);
  // bpftool writes a comma in this one place only
  const blank = type.kind === 'VAR' ? ', ' : ' ';
  const suffix = type.kind === 'ENUM64' ? (type.kindFlag ? 'LL' : 'ULL') : '';
  const head = `[${id}] ${type.kind} '${nameOf(type.name)}'`;
  const text = properties.length > 0 ? `${head} ${pairs(properties, blank)}` : head;
  return text + items.map((item) => `\n\t${rawItem(item)}${suffix}`).join('');
}

function rawItem({ name, properties, note }: Item): string {
  const words = [pairs(properties, ' ')];
  if (name !== undefined) words.unshift(`'${nameOf(name)}'`);
  if (note !== undefined) words.push(note);
  return words.join(' ');
}

function pairs(properties: readonly Property[], separator: string): string {
  return properties.map(([key, value]) => `${key}=${value}`).join(separator);
}

/** `bpftool -j btf dump file F` */
export function dumpJson(btf: Btf): string {
  const types: string[] = [];
  for (let i = 0; i < btf.count; i++) types.push(typeJson(btf, btf.idAt(i)));
  return `{"types":[${types.join(',')}]}\n`;
}

function typeJson(btf: Btf, id: number): string {
  const type = btf.type(id);
  if (type === null) return '{}';
  const { properties, itemsKey, items } = DESCRIBE[type.kind](type, btf);
  const head: Property[] = [
    ['id', id],
    ['kind', type.kind],
    ['name', nameOf(type.name)],
  ];
  const fields = jsonFields([...head, ...properties]);
  return itemsKey === null ? `{${fields}}` : `{${fields},"${itemsKey}":[${items.map(itemJson).join(',')}]}`;
}

function itemJson({ name, properties }: Item): string {
  const fields: readonly Property[] = name === undefined ? properties : [['name', nameOf(name)], ...properties];
  return `{${jsonFields(fields)}}`;
}

function jsonFields(properties: readonly Property[]): string {
  return properties
    .map(([key, value]) => `"${key}":${typeof value === 'string' ? JSON.stringify(value) : value}`)
    .join(',');
}
