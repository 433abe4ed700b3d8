import { expect, test } from 'vitest';
import { type ElfSection, SECTION_TYPE } from '../elf/elf.ts';
import { dataMapName } from './maps.ts';
import { dataSection, isOptional, isStructOps, programSection } from './sections.ts';

const section = (name: string, type: number = SECTION_TYPE.PROGBITS): ElfSection => ({
  index: 1,
  name,
  type,
  flags: 3,
  offset: 64,
  size: 8,
  link: 0,
  info: 0,
  align: 8,
  entrySize: 0,
  data: new Uint8Array(8),
});

test('four names are of struct_ops variables, those with a question mark optional', () => {
  const names = ['.struct_ops', '.struct_ops.link', '?.struct_ops', '?.struct_ops.link'];
  expect(names.map((name) => isStructOps(section(name)))).toEqual([true, true, true, true]);
  expect(names.map(isOptional)).toEqual([false, false, true, true]);
  for (const name of ['.struct_ops.links', 'struct_ops', '.struct_ops.link2'])
    expect(isStructOps(section(name))).toBe(false);
});

test('the word before the slash is the program type', () => {
  expect(programSection('struct_ops/init')).toMatchObject({ type: 27 });
  expect(programSection('?struct_ops')).toMatchObject({ type: 27 });
  expect(programSection('struct_ops.s/init')).toMatchObject({ type: 27, sleepable: true });
  expect(programSection('struct_opsx')).toBeNull();
  expect(programSection('cgroup/getsockname_unix')).toMatchObject({ type: 18, attach: 53 });
});

test('data sections, and the names of their maps', () => {
  const kinds = ['.data', '.rodata', '.data.mine', '.rodata.str', '.dataless'].map((name) =>
    dataSection(section(name)),
  );
  expect(kinds).toEqual(['data', 'rodata', 'data', 'rodata', null]);
  expect(dataSection(section('.bss', SECTION_TYPE.NOBITS))).toBe('bss');
  const names = ['.data', '.rodata', '.bss', '.kconfig', '.data.mine'].map((name) =>
    dataMapName('congestion_one', name),
  );
  expect(names).toEqual(['congesti.data', 'congesti.rodata', 'congesti.bss', 'congest.kconfig', '.data.mine']);
});
