import { readFileSync } from 'node:fs';
import { array, assert, constantFrom, integer, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { loadOpened } from './load-object.ts';
import { NO_SETTINGS } from './testing/settings.ts';
import { openObject } from './open.ts';

const OBJECTS = ['../elf/fixtures/my_maps', 'fixtures/my_subprog', 'fixtures/my_kfunc2'].map(
  (path) => new Uint8Array(readFileSync(new URL(`${path}.bpf.o`, import.meta.url))),
);
const kernel = shippedBtf('v6.12');

/** The longest time so far, in milliseconds. */
let slowest = 0;

function through(bytes: Uint8Array): ReturnType<typeof openAndLoad> {
  const start = performance.now();
  const done = openAndLoad(bytes);
  slowest = Math.max(slowest, performance.now() - start);
  return done;
}

/** Loads into a kernel that accepts everything. */
function openAndLoad(bytes: Uint8Array): { readonly opened: boolean; readonly told: number } {
  let told = 0;
  let fd = 3;
  const log = (level: string) => {
    if (level === 'warn') told++;
  };
  const opened = openObject(bytes, 'mutated.bpf.o', log);
  if (!opened.ok) {
    expect(opened.error.message).not.toBe('');
    expect(opened.error.offset).toBeGreaterThanOrEqual(-1);
    return { opened: false, told };
  }
  const loaded = loadOpened(opened.value, {
    bpf: () => ({ ret: fd++, trace: [], message: null, out: {} }),
    close: () => {},
    kernel,
    kconfig: NO_SETTINGS,
    log,
  });
  if (typeof loaded === 'number') expect(loaded).toBeLessThan(0);
  return { opened: true, told: typeof loaded === 'number' ? told : 1 };
}

const change = record({ at: nat(60_000), byte: constantFrom(0, 1, 2, 7, 8, 0x0f, 0x7f, 0x80, 0xff) });
const mutation = record({ which: nat(OBJECTS.length - 1), changes: array(change, { minLength: 1, maxLength: 6 }) });

function mutate({ which, changes }: { which: number; changes: { at: number; byte: number }[] }): Uint8Array {
  const bytes = OBJECTS[which].slice();
  for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
  return bytes;
}

const RUNS = runs(150, 5000);

test('a damaged object is refused with a message, or loads; nothing is thrown', () => {
  assert(
    property(mutation, (m) => {
      expect(through(mutate(m)).told).toBeGreaterThan(0);
    }),
    { numRuns: RUNS, seed: 4 },
  );
});

/** Tables where a byte matters most: headers of sections, symbols, relocations, the heads of .BTF and .BTF.ext. */
test('nothing is thrown for damaged tables', () => {
  const places = OBJECTS.map((bytes) => {
    const at = new DataView(bytes.buffer).getUint32(40, true);
    return { start: at, length: bytes.length - at };
  });
  const inTables = record({ which: nat(OBJECTS.length - 1), at: nat(5000), byte: integer({ min: 0, max: 255 }) });
  assert(
    property(array(inTables, { minLength: 1, maxLength: 3 }), (all) => {
      const { which } = all[0];
      const { start, length } = places[which];
      const changes = all.map(({ at, byte }) => ({ at: start + (at % length), byte }));
      expect(through(mutate({ which, changes })).told).toBeGreaterThan(0);
    }),
    { numRuns: RUNS, seed: 5 },
  );
});

test('a file that is cut off anywhere', () => {
  assert(
    property(nat(OBJECTS[0].length - 1), (length) => {
      expect(through(OBJECTS[0].slice(0, length)).opened).toBe(false);
    }),
    { numRuns: 100, seed: 6 },
  );
});

test('none of them took a second', () => {
  expect(slowest).toBeLessThan(1000);
});
