import { array, assert, integer, nat, oneof, property, tuple } from 'fast-check';
import { expect, it } from 'vitest';
import { checkBtf } from './check.ts';
import { placeDatasecs } from './datasec.ts';
import { dumpC } from './dump-c.ts';
import { dumpJson, dumpRaw } from './dump-raw.ts';
import { structLayout } from './layout.ts';
import { printType } from './print.ts';
import { openBtf } from './read.ts';
import { openSearch } from './search.ts';
import { makeSubset } from './subset.ts';
import { EVERY_KIND } from './testing/every-kind.ts';
import { shippedBytes, written } from './testing/kernels.ts';
import { formatValue } from './values.ts';

/** `npm run soak` takes the full counts. */
const SHARE = process.env.SOAK ? 100 : 1;
const MEMORY = new Uint8Array(4096);

/** Runs every reader on a BTF. */
function use(bytes: Uint8Array): void {
  checkBtf(bytes);
  placeDatasecs(bytes, { sectionSize: () => 64, variableOffset: () => 8 });
  const opened = openBtf(bytes);
  if (!opened.ok) {
    expect(opened.error.message).not.toBe('');
    expect(opened.error.offset).toBeGreaterThanOrEqual(0);
    return;
  }
  const btf = opened.value;
  openSearch(btf)('s', 20);
  dumpRaw(btf);
  dumpJson(btf);
  dumpC(btf);
  btf.field('tcp_sock', 'inet_conn.icsk_ca_priv[3]');
  btf.field('s', 'b');
  for (let i = 0; i < btf.count; i += 7) {
    const id = btf.idAt(i);
    btf.find('STRUCT', btf.type(id)?.name ?? '');
    btf.sizeOf(id);
    structLayout(btf, id, { depth: 2 });
    printType(btf, id);
    formatValue(btf, id, MEMORY, 0);
  }
  makeSubset(btf, [1, 2, btf.find('STRUCT', 'tcp_sock')]);
}

/** Random bytes at random places, and 32-bit words with plausible references, counts and offsets. */
function mutations(length: number) {
  const byte = tuple(nat(length - 1), nat(255)).map(([at, value]) => [[at, value]]);
  const small = tuple(nat(length - 4), integer({ min: 0, max: 600 })).map(([at, word]) => [
    [at & ~3, word & 0xff],
    [(at & ~3) + 1, word >> 8],
    [(at & ~3) + 2, 0],
    [(at & ~3) + 3, 0],
  ]);
  return array(oneof(byte, small), { minLength: 1, maxLength: 12 }).map((edits) => edits.flat());
}

it.each([
  ['a kernel', shippedBytes('v6.12.btf'), 60],
  ['every kind', written(...EVERY_KIND), 240],
])('no mutation of the BTF of %s throws', (_name, good, numRuns) => {
  assert(
    property(mutations(good.length), (edits) => {
      const damaged = good.slice();
      for (const [at, value] of edits) damaged[at] = value;
      use(damaged);
    }),
    { numRuns: numRuns * SHARE },
  );
});

it('no cut throws', () => {
  const good = written(...EVERY_KIND);
  for (let length = 0; length < good.length; length++) use(good.slice(0, length));
});
