import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { array, assert, boolean, integer, nat, oneof, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeDatasecs } from '../btf/datasec.ts';
import { dumpC } from '../btf/dump-c.ts';
import { dumpRaw } from '../btf/dump-raw.ts';
import { openBtfExt } from '../btf/ext.ts';
import { openBtf, stringAt } from '../btf/read.ts';
import type { ElfObject } from './elf.ts';
import { RELOCATION, SECTION_TYPE, SYMBOL_BINDING, SYMBOL_TYPE } from './elf.ts';
import { openElf } from './read.ts';

const bytes = new Uint8Array(readFileSync(new URL('fixtures/my_maps.bpf.o', import.meta.url)));

function opened(): ElfObject {
  const elf = openElf(bytes);
  if (!elf.ok) throw new Error(elf.error.message);
  return elf.value;
}

const elf = opened();
const data = (name: string) => elf.section(name)?.data ?? new Uint8Array(0);

describe('an object built by clang', () => {
  it('has its sections', () => {
    expect(elf.sections.length).toBe(21);
    expect(elf.section('license')?.data).toEqual(new TextEncoder().encode('GPL\0'));
    expect(elf.section('.bss')).toMatchObject({ type: SECTION_TYPE.NOBITS, size: 8, data: new Uint8Array(0) });
    expect(elf.section('none')).toBeNull();
  });

  it('has its symbols', () => {
    const hist = elf.symbols.find((symbol) => symbol.name === 'hist');
    const { OBJECT } = SYMBOL_TYPE;
    expect(hist).toMatchObject({ value: 32, size: 32, type: OBJECT, binding: SYMBOL_BINDING.GLOBAL });
    expect(elf.sections[hist?.section ?? 0].name).toBe('.maps');
  });

  it('has its relocations', () => {
    const ops = elf.section('.struct_ops');
    expect(elf.relocations(ops?.index ?? 0).map((r) => [r.offset, r.type, r.symbol.name, r.addend])).toEqual([
      [0, RELOCATION.R_BPF_64_ABS64, 'mp_ssthresh', null],
      [8, RELOCATION.R_BPF_64_ABS64, 'mp_avoid', null],
      [64, RELOCATION.R_BPF_64_ABS64, 'mp_undo', null],
    ]);
    expect(elf.relocations(0)).toEqual([]);
  });
});

describe('its BTF', () => {
  const placed = placeDatasecs(data('.BTF'), {
    sectionSize: (name) => elf.section(name)?.size ?? null,
    variableOffset: (name) => elf.symbols.find((symbol) => symbol.name === name)?.value ?? null,
  });
  const btf = openBtf(placed.ok ? placed.value : new Uint8Array(0));
  const asCompiled = openBtf(data('.BTF'));
  if (!btf.ok || !asCompiled.ok) throw new Error('the BTF does not open');

  it('prints as bpftool 7.1.0 prints it', () => {
    const header = dumpC(asCompiled.value);
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(sha256(dumpRaw(asCompiled.value))).toBe('e91fe93e3c7c9dd8849782f8dae9ff9dcb23f7fc5fb77c30defb8aefd991f54b');
    expect(sha256(header.ok ? header.value : '')).toBe(
      'a7eed81aa946546eccddf1d39bf8205f0f6d47fa4772d6b86808e290c5a79c94',
    );
  });

  it('reads sizes and offsets from the object', () => {
    const section = (name: string) => btf.value.type(btf.value.find('DATASEC', name));
    expect([section('.maps')?.size, section('.bss')?.size]).toEqual([64, 8]);
    expect(section('.maps')?.variables.map((v) => [btf.value.type(v.type)?.name, v.offset, v.size])).toEqual([
      ['by_port', 0, 32],
      ['hist', 32, 32],
    ]);
  });

  it('has functions, lines and CO-RE records by section', () => {
    const ext = openBtfExt(data('.BTF.ext'), btf.value);
    if (!ext.ok) throw new Error(ext.error.message);
    const { funcs, lines, relocations } = ext.value;
    expect([...funcs.keys()]).toEqual(['struct_ops/mp_ssthresh', 'struct_ops/mp_avoid', 'struct_ops/mp_undo']);
    expect(funcs.get('struct_ops/mp_undo')?.map((f) => btf.value.type(f.typeId)?.name)).toEqual(['mp_undo']);
    const [first] = lines.get('struct_ops/mp_ssthresh') ?? [];
    expect(stringAt(btf.value, first.fileOffset)).toMatch(/my_maps\.bpf\.c$/);
    expect(stringAt(btf.value, first.textOffset)).toContain('mp_ssthresh');
    const fields = [...relocations.values()].flat().map((r) => `${btf.value.type(r.typeId)?.name} ${r.access}`);
    expect(fields.some((field) => /^tcp_sock 0:\d+$/.test(field))).toBe(true);
  });
});

it('damaged .BTF.ext never throws', () => {
  const ext = data('.BTF.ext');
  const btf = openBtf(data('.BTF'));
  if (!btf.ok) throw new Error(btf.error.message);
  const edits = array(tuple(nat(ext.length - 1), nat(255)), { minLength: 1, maxLength: 6 });
  // preceded by headers of the tables and of the sections in them
  const front = array(tuple(nat(120), nat(255)), { minLength: 1, maxLength: 6 });
  assert(
    property(oneof(edits, front), nat(ext.length), boolean(), (changes, length, cut) => {
      const damaged = ext.slice(0, cut ? length : ext.length);
      for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
      const opened = openBtfExt(damaged, btf.value);
      if (!opened.ok) expect(opened.error.offset).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: process.env.SOAK ? 10_000 : 300 },
  );
});

describe('damaged objects', () => {
  it.each([
    ['not an ELF file', 0, [0, 0]],
    ['ELF class 1: only 64-bit objects are read', 4, [4, 1]],
    ['byte order 3 is unknown', 5, [5, 3]],
    ['ELF type 2: not a relocatable object', 16, [16, 2]],
    ['machine 62: not a BPF object', 18, [18, 62]],
    ['section 255 of the section names does not exist', 62, [62, 255]],
  ] as const)('%s', (message, offset, [at, value]) => {
    const damaged = bytes.slice();
    damaged[at] = value;
    expect(openElf(damaged)).toEqual({ ok: false, error: { message, offset } });
  });

  it('name the section and the offset', () => {
    const at = elf.section('.rel.struct_ops')?.offset ?? 0;
    const damaged = bytes.slice().fill(0xff, at, at + 2);
    const message =
      'section 12 (.rel.struct_ops): relocation 0 at 65535 lies beyond the end of section 11 (.struct_ops)';
    expect(openElf(damaged)).toEqual({ ok: false, error: { message, offset: at } });
  });

  it('never throw', () => {
    const change = tuple(nat(bytes.length - 1), nat(255));
    const anywhere = array(change, { minLength: 1, maxLength: 8 });
    const tables = array(tuple(integer({ min: bytes.length - 3000, max: bytes.length - 1 }), nat(255)));
    assert(
      property(oneof(anywhere, tables), nat(bytes.length), boolean(), (changes, length, cut) => {
        const damaged = bytes.slice(0, cut ? length : bytes.length);
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        const result = openElf(damaged);
        if (!result.ok) expect(result.error.offset).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: process.env.SOAK ? 10_000 : 300 },
    );
  });
});
