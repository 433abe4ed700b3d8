/* Objects, compared with bpftool's output on the recorded kernels: maps, programs with their tags and maps, refusals. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBtf } from '../btf/read.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PROFILES } from '../kernel/profiles.ts';
import { MAP_TYPES } from '../kernel/maps/types.ts';
import { registerObject } from './object.ts';

type MapRow = readonly [
  name: string,
  type: string,
  flags: number,
  key: number,
  value: number,
  entries: number,
  frozen: number,
];
type ProgRow = readonly [name: string, tag: string, maps: readonly string[]];

interface Recorded {
  readonly register: { readonly rc: number; readonly lines: readonly string[] };
  readonly maps: readonly MapRow[];
  readonly progs: readonly ProgRow[];
}

const HERE = import.meta.dirname;
const SHARED = join(HERE, '../../../../shared');
const RECORDED = JSON.parse(readFileSync(join(HERE, 'fixtures/objects.json'), 'utf8')) as Record<
  string,
  Record<string, Recorded>
>;
const typeName = (type: number): string => (type === 26 ? 'struct_ops' : (MAP_TYPES.get(type)?.name ?? String(type)));

function mapsOf(kernel: Kernel): MapRow[] {
  return Object.values(kernel.state.maps).map(({ name, type, flags, keySize, valueSize, maxEntries, frozen }) => {
    return [name, typeName(type), flags, keySize, valueSize, maxEntries, frozen ? 1 : 0];
  });
}

/** bpftool prints full names, the kernel truncates them. */
function progsOf(kernel: Kernel): ProgRow[] {
  return Object.values(kernel.state.progs).map(({ name, tag, maps }) => {
    return [name, tag, maps.map((map) => kernel.state.maps[map].name).toSorted((a, b) => (a < b ? -1 : 1))];
  });
}

const cut = (name: string): string => name.slice(0, 15);

function check(version: string, name: string, bytes: Uint8Array, btf: Parameters<typeof registerObject>[2]): void {
  const { ok, lines, kernel } = registerObject(bytes, `${name}.bpf.o`, btf, PROFILES[`v${version}`]);
  const { register, maps, progs } = RECORDED[version][name];
  expect([name, ok]).toEqual([name, register.rc === 0]);
  const said = lines.flatMap(({ level, text }) => {
    if (level === 'result' && text.startsWith('Registered')) return [text.replace(/ (map )?id \d+| link id \d+/g, '')];
    return level === 'error' && text.startsWith("can't register") ? [`Error: ${text.replace(/ \(-\d+\)$/, '')}`] : [];
  });
  expect([name, said]).toEqual([name, register.lines]);
  // after a refusal nothing of the object is left, and bpftool ended
  if (!kernel || maps.length === 0) return;
  const present = new Set(maps.map(([map]) => map));
  expect(mapsOf(kernel).filter(([map]) => present.has(map))).toEqual(maps.map((row) => [cut(row[0]), ...row.slice(1)]));
  const kept = new Set(progs.map(([prog]) => cut(prog)));
  expect(progsOf(kernel).filter(([prog]) => kept.has(prog))).toEqual(
    progs.map(([prog, ...rest]) => [cut(prog), ...rest]),
  );
}

const openWhole = (version: string) => {
  const kernel = openBtf(new Uint8Array(readFileSync(join(SHARED, `btf/vmlinux-${version}.btf`))));
  if (!kernel.ok) throw new Error(kernel.error.message);
  return kernel.value;
};

describe('with the shipped BTF of 6.12', async () => {
  const { shippedBtf } = await import('../kernel/testing/boot.ts');
  it.each([
    ['my_maps', '../elf/fixtures'],
    ['my_subprog', '../libbpf/fixtures'],
    ['my_kfunc2', '../libbpf/fixtures'],
  ])('%s', (name, folder) => {
    check('6.12', name, new Uint8Array(readFileSync(join(HERE, folder, `${name}.bpf.o`))), shippedBtf('v6.12'));
  });
});

describe.skipIf(!existsSync(SHARED)).each(['6.1', '6.12'])('on the whole BTF of %s', (version) => {
  const btf = existsSync(SHARED) ? openWhole(version) : null;
  it.each(Object.keys(RECORDED[version]))('%s', (name) => {
    if (!btf) return;
    const file = join(SHARED, 'oracle/objects', version, `${name}.bpf.o`);
    check(version, name, new Uint8Array(readFileSync(file)), btf);
  });
});
