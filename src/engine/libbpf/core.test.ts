/* CO-RE on small BTFs: what each kind answers, what is poisoned, what is refused. */
import { describe, expect, it } from 'vitest';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import { type BtfWriter, createBtfWriter, INT_SIGNED, intType } from '../btf/write.ts';
import { decode, encode, insn, wideValue } from '../isa/insn.ts';
import { findCandidates } from './core-candidates.ts';
import { essentialName } from './core-compat.ts';
import { POISON, relocateCore } from './core-relo.ts';
import { CORE_KINDS, type CoreKind } from './core-spec.ts';

function make(fill: (writer: BtfWriter) => void): Btf {
  const writer = createBtfWriter();
  fill(writer);
  const btf = openBtf(writer.finish());
  if (!btf.ok) throw new Error(btf.error.message);
  return btf.value;
}

const member = (name: string, type: number, bitOffset: number, bitSize = 0) => ({ name, type, bitOffset, bitSize });

/** struct box { int a; unsigned b; unsigned f:3; int list[2]; enum colour c; } and enum colour, of the object. */
const local = make((w) => {
  const int = w.add(intType('int', 4, INT_SIGNED));
  const u32 = w.add(intType('unsigned int', 4));
  const list = w.add({ kind: 'ARRAY', type: int, indexType: u32, length: 2 });
  const enumerators = [
    { name: 'RED', value: 0n },
    { name: 'BLUE___old', value: 1n },
    { name: 'GONE', value: 2n },
  ];
  const colour = w.add({ kind: 'ENUM', name: 'colour', size: 4, enumerators });
  const members = [
    member('a', int, 0),
    member('b', u32, 32),
    member('f', u32, 64, 3),
    member('list', list, 96),
    member('c', colour, 160),
    member('missing', int, 192),
  ];
  w.add({ kind: 'STRUCT', name: 'box___v1', size: 28, kindFlag: true, members });
  w.add({ kind: 'STRUCT', name: 'absent', size: 4, members: [member('a', int, 0)] });
  w.add({ kind: 'STRUCT', name: '', size: 4, members: [member('a', int, 0)] });
});

/** The kernel's types: b is wider, a lies in an anonymous struct, f elsewhere. */
const kernel = make((w) => {
  const int = w.add(intType('int', 4, INT_SIGNED));
  const u64 = w.add(intType('unsigned long', 8));
  const u32 = w.add(intType('unsigned int', 4));
  const list = w.add({ kind: 'ARRAY', type: int, indexType: u32, length: 2 });
  const inner = w.add({ kind: 'STRUCT', size: 8, members: [member('x', int, 0), member('a', int, 32)] });
  const enumerators = [
    { name: 'RED', value: 5n },
    { name: 'BLUE', value: 9n },
  ];
  const colour = w.add({ kind: 'ENUM', name: 'colour', size: 4, enumerators });
  const members = [
    member('b', u64, 0),
    member('', inner, 64),
    member('f', u32, 128 + 30, 3),
    member('list', list, 192),
    member('c', colour, 256),
  ];
  w.add({ kind: 'STRUCT', name: 'box', size: 40, kindFlag: true, members });
});

const MOV = 0xb7;
const LDX_W = 0x61;

interface Asked {
  readonly kind: CoreKind | number;
  readonly access?: string;
  readonly type?: string;
  readonly target?: Btf;
}

function relocate(asked: Asked, insns: Uint8Array) {
  const { kind, access = '0', type = 'box___v1', target = kernel } = asked;
  const told: string[] = [];
  const log = (level: string, text: string) => {
    if (level === 'warn') told.push(text);
  };
  const typeId = local.find(type === 'colour' ? 'ENUM' : 'STRUCT', type);
  const relocation = {
    insnOffset: 0,
    typeId: type === '' ? local.idLimit - 1 : typeId,
    access,
    kind: typeof kind === 'number' ? kind : CORE_KINDS.indexOf(kind),
  };
  const context = { log, local, candidates: findCandidates(log, local, target) };
  const ret = relocateCore(context, { program: 'p', number: 0, slot: 0, relocation }, insns);
  return { ret, told, first: decode(insns, 0) };
}

/** The value that relocation writes into a mov. */
const imm = (asked: Asked, was: number): number | string => {
  const { ret, told, first } = relocate(asked, encode([insn(MOV, { imm: was })]));
  if (first.opcode === 0x85) return first.imm === POISON ? 'poison' : 'call';
  return ret === 0 ? first.imm : told.join();
};

describe('fields', () => {
  it('are found by name, also through anonymous members, and their offsets written', () => {
    expect(imm({ kind: 'byte_off', access: '0:0' }, 0)).toBe(12);
    expect(imm({ kind: 'byte_off', access: '0:3:1' }, 16)).toBe(28);
    expect(imm({ kind: 'byte_sz', access: '0:1' }, 4)).toBe(8);
    expect(imm({ kind: 'signed', access: '0:0' }, 1)).toBe(1);
    expect(imm({ kind: 'byte_off', access: '1:1' }, 32)).toBe(40);
  });

  it('that are bits are read with a load that holds them, and two shifts', () => {
    // 158 to 161: over a boundary of 4 bytes, so the load has 8
    expect(imm({ kind: 'byte_off', access: '0:2' }, 99)).toBe(16);
    expect(imm({ kind: 'byte_sz', access: '0:2' }, 99)).toBe(8);
    expect(imm({ kind: 'lshift_u64', access: '0:2' }, 99)).toBe(64 - 33);
    expect(imm({ kind: 'rshift_u64', access: '0:2' }, 61)).toBe(61);
    expect(imm({ kind: 'signed', access: '0:2' }, 0)).toBe(0);
  });

  it('that are missing do not exist, and are poison otherwise', () => {
    expect(imm({ kind: 'field_exists', access: '0:5' }, 1)).toBe(0);
    expect(imm({ kind: 'field_exists', access: '0:1' }, 1)).toBe(1);
    for (const kind of ['byte_off', 'byte_sz', 'signed', 'lshift_u64', 'rshift_u64'] as const) {
      expect(imm({ kind, access: '0:5' }, 24)).toBe('poison');
      expect(imm({ kind, type: 'absent', access: '0:0' }, 0)).toBe('poison');
    }
  });
});

describe('types and enumerators', () => {
  it('answer by kind', () => {
    expect(imm({ kind: 'local_type_id' }, 1)).toBe(local.find('STRUCT', 'box___v1'));
    expect(imm({ kind: 'target_type_id' }, 1)).toBe(kernel.find('STRUCT', 'box'));
    expect(imm({ kind: 'type_exists' }, 1)).toBe(1);
    expect(imm({ kind: 'type_size' }, 28)).toBe(40);
    expect(imm({ kind: 'type_matches' }, 1)).toBe(0);
    for (const kind of ['type_exists', 'type_matches'] as const) expect(imm({ kind, type: 'absent' }, 1)).toBe(0);
    expect(imm({ kind: 'type_size', type: 'absent' }, 4)).toBe(0);
    expect(imm({ kind: 'target_type_id', type: 'absent' }, 4)).toBe(0);
    expect(imm({ kind: 'enumval_value', type: 'colour' }, 0)).toBe(5);
    expect(imm({ kind: 'enumval_value', type: 'colour', access: '1' }, 1)).toBe(9);
    expect(imm({ kind: 'enumval_exists', type: 'colour', access: '2' }, 1)).toBe(0);
    expect(imm({ kind: 'enumval_value', type: 'colour', access: '2' }, 2)).toBe('poison');
  });

  it('go into wide immediates too, and poison takes both slots', () => {
    const wide = encode([insn(0x18, { imm: 1 })]);
    relocate({ kind: 'enumval_value', type: 'colour', access: '1' }, wide);
    expect(wideValue(decode(wide, 0))).toBe(9n);
    const lost = encode([insn(0x18, { imm: 2 })]);
    relocate({ kind: 'enumval_value', type: 'colour', access: '2' }, lost);
    expect([decode(lost, 0), decode(lost, 1)]).toEqual([insn(0x85, { imm: POISON }), insn(0x85, { imm: POISON })]);
  });
});

describe('loads and stores', () => {
  it('get the offset, and the size of an unsigned field', () => {
    const { first } = relocate({ kind: 'byte_off', access: '0:1' }, encode([insn(LDX_W, { off: 4 })]));
    expect([first.opcode, first.off]).toEqual([0x79, 0]);
  });

  it('are refused when they do not hold what the compiler emits', () => {
    expect(relocate({ kind: 'byte_off', access: '0:1' }, encode([insn(LDX_W, { off: 5 })]))).toMatchObject({
      ret: -22,
      told: ["prog 'p': relo #0: unexpected insn #0 (LDX/ST/STX) value: got 5, exp 4 -> 0"],
    });
    expect(relocate({ kind: 'byte_off', access: '0:1' }, encode([insn(0x05)])).ret).toBe(-22);
  });
});

it('invalid records are refused', () => {
  const mov = () => encode([insn(MOV)]);
  expect(relocate({ kind: 77 }, mov()).ret).toBe(-95);
  for (const access of ['', 'x', '0:99', '0:0:0', '0:3:2']) {
    expect(relocate({ kind: 'byte_off', access }, mov()).ret).toBe(-22);
  }
  expect(relocate({ kind: 'byte_off', access: '0:0', type: '' }, mov())).toMatchObject({
    ret: -95,
    told: ["prog 'p': relo #0: <byte_off> (0) relocation doesn't support anonymous types"],
  });
});

it('two candidates must agree', () => {
  const two = make((w) => {
    const int = w.add(intType('int', 4, INT_SIGNED));
    w.add({ kind: 'STRUCT', name: 'box', size: 8, members: [member('a', int, 0)] });
    w.add({ kind: 'STRUCT', name: 'box___other', size: 8, members: [member('a', int, 32)] });
  });
  expect(imm({ kind: 'byte_off', access: '0:0', target: two }, 0)).toContain('field offset ambiguity: 32 != 0');
});

it('a flavour is the part after three underscores', () => {
  const names = ['a___b', 'tcp_sock___old', 'a____b', '___a', 'a___', 'plain', 'x___y___z'];
  expect(names.map(essentialName)).toEqual(['a', 'tcp_sock', 'a____b', '___a', 'a___', 'plain', 'x___y']);
});
