/* Every rule by which a struct of the object is matched with the kernel's, and its message. */
import { expect, test } from 'vitest';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import { type BtfWriter, createBtfWriter, INT_SIGNED, intType } from '../btf/write.ts';
import { EMPTY_DEFINITION, PLAIN } from './map-definition.ts';
import type { ObjectMap, ObjectProgram } from './object.ts';
import { matchKernelStruct } from './struct-ops.ts';

interface Field {
  readonly name: string;
  readonly type: 'int' | 'long' | 'short' | 'func' | 'pointer' | 'bits';
  readonly at: number;
}

interface Basics extends Record<Field['type'], number> {
  readonly writer: BtfWriter;
}

function basics(): Basics {
  const writer = createBtfWriter();
  const int = writer.add(intType('int', 4, INT_SIGNED));
  const long = writer.add(intType('long', 8, INT_SIGNED));
  const short = writer.add(intType('short', 2, INT_SIGNED));
  const proto = writer.add({ kind: 'FUNC_PROTO', type: int, params: [] });
  const func = writer.add({ kind: 'PTR', type: proto });
  const pointer = writer.add({ kind: 'PTR', type: int });
  return { writer, int, long, short, func, pointer, bits: int };
}

function addStruct({ writer, ...types }: Basics, name: string, size: number, fields: readonly Field[]): number {
  const members = fields.map((field) => ({
    name: field.name,
    attachType: 0,
    type: types[field.type],
    bitOffset: field.at * 8,
    bitSize: field.type === 'bits' ? 3 : 0,
  }));
  const kindFlag = fields.some(({ type }) => type === 'bits');
  return writer.add({ kind: 'STRUCT', name, size, members, kindFlag });
}

function opened(writer: BtfWriter): Btf {
  const btf = openBtf(writer.finish());
  if (!btf.ok) throw new Error(btf.error.message);
  return btf.value;
}

const FIELDS: readonly Field[] = [
  { name: 'first', type: 'func', at: 0 },
  { name: 'second', type: 'func', at: 8 },
  { name: 'number', type: 'int', at: 16 },
  { name: 'plain', type: 'pointer', at: 24 },
];

/** A kernel with struct ops and its value struct, ops at byte 64. */
function kernelWith(fields: readonly Field[] = FIELDS, holder = true): Btf {
  const made = basics();
  const ops = addStruct(made, 'ops', 64, fields);
  const members = holder ? [{ name: 'data', type: ops, bitOffset: 512, bitSize: 0 }] : [];
  made.writer.add({ kind: 'STRUCT', name: 'bpf_struct_ops_ops', size: 128, members });
  return opened(made.writer);
}

const program = (name: string): ObjectProgram => ({
  name,
  section: 3,
  sectionName: 'struct_ops',
  sectionSlot: 0,
  insns: new Uint8Array(16),
  relocations: [],
  subprogram: false,
  type: 27,
  attachType: 0,
  sleepable: false,
  autoload: true,
  attach: null,
});

interface Given {
  readonly fields: readonly Field[];
  readonly struct?: string;
  readonly programs?: Readonly<Record<number, ObjectProgram>>;
  readonly bytes?: Readonly<Record<number, number>>;
  readonly kernel?: Btf;
}

function match({ fields, struct = 'ops', programs = {}, bytes = {}, kernel = kernelWith() }: Given) {
  const made = basics();
  const type = addStruct(made, struct, 64, fields);
  const local = opened(made.writer);
  const data = new Uint8Array(64);
  for (const [at, byte] of Object.entries(bytes)) data[Number(at)] = byte;
  const links = new Map(Object.entries(programs).map(([member, p]) => [Number(member), p]));
  const map: ObjectMap = {
    ...EMPTY_DEFINITION,
    ...PLAIN,
    kind: 'struct_ops',
    name: 'mine',
    section: 5,
    offset: 0,
    data,
    readOnly: false,
    structOps: { type, declared: new Map(), programs: links, kernel: null },
    autocreate: true,
  };
  const told: string[] = [];
  const ret = matchKernelStruct(map, local, kernel, (level, text) => {
    if (level !== 'debug') told.push(`${level}: ${text}`);
  });
  return { ret, told, map };
}

const HEAD = 'warn: struct_ops init_kern mine: ';

test('members are found by name, wherever they stand, also under a flavour of the struct', () => {
  const go = program('go');
  const fields: Field[] = [
    { name: 'number', type: 'int', at: 0 },
    { name: 'second', type: 'func', at: 8 },
  ];
  const { ret, map } = match({ fields, struct: 'ops___mine', programs: { 1: go }, bytes: { 0: 7 } });
  expect(ret).toBe(0);
  expect(map.valueSize).toBe(128);
  expect(map.structOps?.kernel?.value[64 + 16]).toBe(7);
  expect(map.structOps?.kernel?.slots).toEqual([{ offset: 72, member: 'second', program: go }]);
  expect(go.attach).toEqual({ typeId: map.structOps?.kernel?.typeId, member: 1 });
});

test('the kernel must have the struct, its value struct, and the former inside the latter', () => {
  expect(match({ fields: FIELDS, struct: 'nops' })).toMatchObject({
    ret: -3,
    told: ['warn: struct_ops init_kern: struct nops is not found in kernel BTF'],
  });
  const alone = basics();
  addStruct(alone, 'ops', 64, FIELDS);
  expect(match({ fields: FIELDS, kernel: opened(alone.writer) })).toMatchObject({
    ret: -2,
    told: ['warn: struct_ops init_kern: struct bpf_struct_ops_ops is not found in kernel BTF'],
  });
  expect(match({ fields: FIELDS, kernel: kernelWith(FIELDS, false) })).toMatchObject({
    ret: -22,
    told: ['warn: struct_ops init_kern: struct ops data is not found in struct bpf_struct_ops_ops'],
  });
});

test('a member that the kernel lacks is skipped only if it is zero', () => {
  const fields: Field[] = [{ name: 'newer', type: 'int', at: 0 }];
  expect(match({ fields })).toMatchObject({
    ret: 0,
    told: ["info: struct_ops mine: member newer not found in kernel, skipping it as it's set to zero"],
  });
  expect(match({ fields, bytes: { 2: 1 } })).toMatchObject({
    ret: -95,
    told: [`${HEAD}Cannot find member newer in kernel BTF`],
  });
  const pointer: Field[] = [{ name: 'newer', type: 'func', at: 0 }];
  expect(match({ fields: pointer, programs: { 0: program('go') } }).ret).toBe(-95);
});

test('bitfields, other kinds and other sizes are refused', () => {
  const one = (type: Field['type'], name = 'number'): Given => ({ fields: [{ name, type, at: 0 }] });
  expect(match(one('bits')).told).toEqual([`${HEAD}bitfield number is not supported`]);
  expect(match(one('pointer')).told).toEqual([`${HEAD}Unmatched member type number 2 != 1(kernel)`]);
  expect(match(one('long')).told).toEqual([`${HEAD}Error in size of member number: 8 != 4(kernel)`]);
  expect(match(one('short')).ret).toBe(-95);
});

test('a pointer must be to a program of the object, and the kernel’s member a function pointer', () => {
  const fields: Field[] = [{ name: 'plain', type: 'pointer', at: 0 }];
  expect(match({ fields, bytes: { 0: 1 } }).told).toEqual([`${HEAD}member plain is not a struct_ops program`]);
  expect(match({ fields, programs: { 0: program('go') } }).told).toEqual([
    `${HEAD}kernel member plain is not a func ptr`,
  ]);
  expect(match({ fields })).toMatchObject({ ret: 0, told: [] });
});

test('a program can be in one member only', () => {
  const go = program('go');
  const reused = `${HEAD}invalid reuse of prog go in sec struct_ops with type 27: `;
  expect(match({ fields: FIELDS, programs: { 0: go, 1: go } })).toMatchObject({
    ret: -22,
    told: [`${reused}expected_attach_type 0 != kern_member_idx 1`],
  });
  const other = { ...program('go'), attach: { typeId: 99, member: 0 } };
  expect(match({ fields: FIELDS, programs: { 0: other } }).told[0]).toContain(
    `${reused}attach_btf_id 99 != kern_type_id`,
  );
});
