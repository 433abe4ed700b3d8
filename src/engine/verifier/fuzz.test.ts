/** Bad input gets a verdict, never an exception or a hang: random bytes, random instructions, damaged programs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBtf } from '../btf/read.ts';
import { factsOf } from './facts.ts';
import type { Recording } from './recorded.ts';
import { verify, verifySteps } from './verify.ts';
import type { VerifierEnvironment, VerifierProgram } from './environment.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const opened = openBtf(gunzipSync(readFileSync(join(ROOT, 'public', 'btf', 'v6.12.whole.btf.gz'))));
if (!opened.ok) throw new Error(opened.error.message);
const btf = opened.value;
const ARRAY = { name: 'a', type: 2, keySize: 4, valueSize: 16, maxEntries: 1, flags: 0 };

const environment = (logLevel: number): VerifierEnvironment => ({
  facts: factsOf('v6.12'),
  btf,
  mapByFd: (fd) => (fd === 5 ? ARRAY : null),
  logLevel,
  logSize: 1 << 20,
});

const program = (insns: Uint8Array, type = 'socket_filter'): VerifierProgram => ({
  insns,
  type,
  attachBtfId: type === 'struct_ops' ? btf.find('STRUCT', 'tcp_congestion_ops') : 0,
  expectedAttachType: 0,
  license: 'GPL',
  flags: 0,
});

/** Opcodes that occur in programs, so that random programs get past the first checks. */
const OPCODES = [
  0xb7, 0xbf, 0x07, 0x0f, 0x57, 0x5f, 0x67, 0x77, 0x1f, 0x27, 0x2f, 0x61, 0x79, 0x71, 0x7b, 0x63, 0x7a, 0x62, 0x15,
  0x1d, 0x25, 0x2d, 0xb5, 0x05, 0x85, 0xbc, 0x04, 0xdb, 0xe5,
];
const insn = fc
  .tuple(
    fc.constantFrom(...OPCODES),
    fc.nat(10),
    fc.nat(10),
    fc.integer({ min: -16, max: 8 }),
    fc.constantFrom(0, 1, 5, 7, -1, 64, 1 << 20),
  )
  .map(([opcode, dst, src, off, imm]) => {
    const bytes = new Uint8Array(8);
    bytes[0] = opcode;
    bytes[1] = (src << 4) | dst;
    new DataView(bytes.buffer).setInt16(2, off, true);
    new DataView(bytes.buffer).setInt32(4, imm, true);
    return bytes;
  });
/**
 * Slices that one program gets. A damaged loop may run up to the limit of a million instructions, each with pages of
 * log, so an unfinished verification also passes; only an exception or an endless slice fails.
 */
const SLICES = 4;

function isAnswered(input: VerifierProgram, logLevel: number): boolean {
  const steps = verifySteps(input, environment(logLevel));
  for (let slice = 0; slice < SLICES; slice++) {
    const next = steps.next();
    if (next.done) return next.value.ok === (next.value.errno === 0);
  }
  return true;
}

const EXIT = Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0);
const join8 = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((p) => [...p]));

test('random instructions get a verdict', () => {
  fc.assert(
    fc.property(
      fc.array(insn, { maxLength: 24 }),
      fc.constantFrom('socket_filter', 'struct_ops', 'xdp', 'syscall'),
      (list, type) => {
        const { ok, errno, log } = verify(program(join8([...list, EXIT]), type), environment(2));
        return ok === (errno === 0) && log.includes('processed ');
      },
    ),
    { numRuns: 1500 },
  );
});

test('random bytes get a verdict', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { ok, errno } = verify(program(bytes), environment(1));
      return ok === (errno === 0);
    }),
    { numRuns: 500 },
  );
});

test('damaged recorded programs get a verdict', () => {
  const path = join(import.meta.dirname, 'fixtures', '6.12-c_gen.json.gz');
  const { records } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Recording;
  const usable = records.filter((r) => r.insns !== null && r.insns.length < 60);
  fc.assert(
    fc.property(
      fc.nat(usable.length - 1),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }),
      (n, changes) => {
        const r = usable[n];
        const bytes = Uint8Array.from(
          (r.insns ?? []).flatMap((h) => (h.match(/../g) ?? []).map((x) => Number.parseInt(x, 16))),
        );
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        return isAnswered(program(bytes, r.prog_type), 2);
      },
    ),
    { numRuns: 1500 },
  );
});

test('a long verification runs in slices', () => {
  const loop = join8([
    Uint8Array.of(0xb7, 2, 0, 0, 0, 0, 0, 0),
    Uint8Array.of(0x07, 2, 0, 0, 1, 0, 0, 0),
    Uint8Array.of(0xa5, 2, 0xfe, 0xff, 0x50, 0xc3, 0, 0),
    Uint8Array.of(0xb7, 0, 0, 0, 2, 0, 0, 0),
    EXIT,
  ]);
  const steps = verifySteps(program(loop), environment(0));
  let slices = 0;
  for (let next = steps.next(); ; next = steps.next()) {
    if (!next.done) {
      slices++;
      continue;
    }
    expect(next.value.ok).toBe(true);
    break;
  }
  expect(slices).toBeGreaterThan(20);
});
