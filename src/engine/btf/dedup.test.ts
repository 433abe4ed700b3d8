import { expect, it } from 'vitest';
import type { Btf } from './btf.ts';
import { dedupBtf } from './dedup.ts';
import { dumpRaw } from './dump-raw.ts';
import { INT } from './testing/every-kind.ts';
import { mustOpen, shippedBytes, written } from './testing/kernels.ts';
import { createBtfWriter, renumberedType } from './write.ts';

/** Concatenates BTFs, as a linker does before deduplication. */
function joined(...blobs: Uint8Array[]): Btf {
  const writer = createBtfWriter();
  let base = 0;
  for (const blob of blobs) {
    const btf = mustOpen(blob);
    const shift = base;
    for (let id = 1; id <= btf.count; id++) {
      const type = btf.type(id);
      if (type) writer.add(renumberedType(type, (old) => (old === 0 ? 0 : old + shift)));
    }
    base += btf.count;
  }
  return mustOpen(writer.finish());
}

it('leaves a kernel unchanged, and merges two copies into one', () => {
  const kernel = shippedBytes('v6.12.btf');
  const once = dumpRaw(mustOpen(kernel));
  expect(dumpRaw(mustOpen(dedupBtf(mustOpen(kernel)).btf))).toBe(once);
  const twice = dedupBtf(joined(kernel, kernel));
  expect(dumpRaw(mustOpen(twice.btf))).toBe(once);
  expect(twice.ids[322]).toBe(1);
});

const pointed = (kind: 'FWD' | 'STRUCT', member: string) =>
  written(
    INT,
    kind === 'FWD'
      ? { kind, name: 'inner' }
      : { kind, name: 'inner', size: 4, members: [{ name: member, type: 1, bitOffset: 0, bitSize: 0 }] },
    { kind: 'PTR', type: 2 },
    { kind: 'STRUCT', name: 'outer', size: 8, members: [{ name: 'p', type: 3, bitOffset: 0, bitSize: 0 }] },
  );

it('replaces a forward declaration by its struct', () => {
  const { btf, ids } = dedupBtf(joined(pointed('FWD', ''), pointed('STRUCT', 'a')));
  expect(mustOpen(btf).count).toBe(4);
  expect([ids[2], ids[3], ids[4]]).toEqual([ids[6], ids[7], ids[8]]);
});

it('keeps a forward declaration if structs of its name differ', () => {
  const { btf, ids } = dedupBtf(joined(pointed('FWD', ''), pointed('STRUCT', 'a'), pointed('STRUCT', 'b')));
  expect(mustOpen(btf).count).toBe(10);
  expect(new Set([ids[4], ids[8], ids[12]]).size).toBe(3);
});

it('never merges variables', () => {
  const variable = written(INT, { kind: 'VAR', name: 'v', type: 1, extra: 1 });
  expect(mustOpen(dedupBtf(joined(variable, variable)).btf).count).toBe(3);
});
