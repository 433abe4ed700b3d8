/* The log of opening and loading objects, compared line by line with libbpf 1.5's. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { loadOpened } from './load-object.ts';
import { NO_SETTINGS } from './testing/settings.ts';
import { openObject } from './open.ts';

const HERE = import.meta.dirname;
const SHARED = join(HERE, '../../../../shared');

/** A kernel that accepts every call. The recorded process had fds up to 3 in use. */
function linesOf(file: string, path: string, kernel: Btf): string[] {
  const lines: string[] = [];
  const log = (_: string, text: string) => lines.push(text);
  const object = openObject(new Uint8Array(readFileSync(file)), path, log);
  if (!object.ok) return lines;
  const fds = { BPF_BTF_LOAD: 3, BPF_MAP_CREATE: 3 };
  const bpf = (command: string) => {
    const ret = command === 'BPF_MAP_CREATE' ? ++fds.BPF_MAP_CREATE : command === 'BPF_PROG_LOAD' ? 20 : 0;
    return { ret, trace: [], message: null, out: {} };
  };
  loadOpened(object.value, { bpf, close: () => {}, kernel, kconfig: NO_SETTINGS, log });
  return lines;
}

const OF_OTHERS = /BPF token|PROG LOAD|load failed|failed to load|loading kernel BTF|map \d+ is "/;

/**
 * Lines about verification and about calls that are not made here are left out; and so are numbers of sections and
 * symbols: the objects had debug sections when they were recorded.
 */
function comparable(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !OF_OTHERS.test(line))
    .map((line) => line.replace(/ name \d+ \('/, " ('").replace(/link \d+|for \d+ value|section\(\d+\)/g, '#'))
    .map((line) => line.replace(/(shdr_idx|sec|sec_idx) \d+/g, '$1 #').replace(/among \d+/, 'among #'))
    .map((line) => line.replace(/(\.symtab), size \d+/, '$1'));
}

function recorded(log: string): string[] {
  const lines = log.split('\n').filter((line) => line.startsWith('libbpf: '));
  return comparable(lines.map((line) => line.slice('libbpf: '.length)));
}

test('opening and loading are logged as by libbpf', () => {
  const ours = linesOf(join(HERE, 'fixtures/bad_write.bpf.o'), '/out/bpf-6.12/bad_write.bpf.o', shippedBtf('v6.12'));
  expect(comparable(ours)).toEqual(recorded(readFileSync(join(HERE, 'fixtures/bad_write-6.12.log'), 'utf8')));
});

interface Recording {
  readonly steps: readonly { readonly args?: string; readonly stderr?: string }[];
}

test.skipIf(!existsSync(SHARED)).each(['6.1', '6.12'])(
  'all objects recorded on %s are logged as by libbpf',
  (version) => {
    const kernel = openBtf(new Uint8Array(readFileSync(join(SHARED, `btf/vmlinux-${version}.btf`))));
    if (!kernel.ok) throw new Error(kernel.error.message);
    for (const name of ['bad_gpl', 'bad_noundo', 'bad_dupname', 'bad_write', 'my_link']) {
      const path = join(SHARED, `oracle/bpftool/${version}/a2-object-${name}.json`);
      const { steps } = JSON.parse(readFileSync(path, 'utf8')) as Recording;
      const debug = steps.find(({ args }) => args?.includes('-d struct_ops'))?.stderr ?? '';
      const file = join(SHARED, `oracle/objects/${version}/${name}.bpf.o`);
      const ours = comparable(linesOf(file, `/out/bpf-${version}/${name}.bpf.o`, kernel.value));
      const theirs = recorded(debug);
      // a refused call ends the recording; the lines before it must be equal
      const end = theirs.findIndex((line) => line.includes('failed'));
      const until = end < 0 ? theirs.length : end;
      expect([name, ...ours.slice(0, until)]).toEqual([name, ...theirs.slice(0, until)]);
    }
  },
);
