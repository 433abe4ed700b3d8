/**
 * Verdicts do not depend on register numbers or code order: recorded programs with registers renamed and halves
 * exchanged keep their verdicts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openBtf } from '../btf/read.ts';
import { runs } from '../base/testing/runs.ts';
import { endsFlow, isFunctionAddress, isJump, isLong, isLocalCall, targetOf } from '../isa/flow.ts';
import { decode, encode, type Insn, insn } from '../isa/insn.ts';
import { CLASS, classOf, isWide, MODE, modeOf, OPCODE } from '../isa/opcodes.ts';
import { compareRecorded, type RecordedProgram, type Recording } from './recorded.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const opened = openBtf(gunzipSync(readFileSync(join(ROOT, 'public', 'btf', 'v6.12.whole.btf.gz'))));
if (!opened.ok) throw new Error(opened.error.message);
const btf = opened.value;

const programs = ['c_so', 'c_gen', 'c_btf']
  .flatMap((set) => {
    const path = join(import.meta.dirname, 'fixtures', `6.12-${set}.json.gz`);
    return (JSON.parse(gunzipSync(readFileSync(path)).toString()) as Recording).records;
  })
  // programs of a million instructions are in recorded.test.ts
  .filter((r) => r.skipped === undefined && r.insns && !/processed 100000\d insns|\d chars\]\.\.\./.test(r.log1));

const bytesOf = (r: RecordedProgram): Uint8Array =>
  Uint8Array.from(
    (r.insns ?? []).flatMap((hex) => hex.match(/../g) ?? []),
    (byte) => Number.parseInt(byte, 16),
  );
const withBytes = (r: RecordedProgram, bytes: Uint8Array): RecordedProgram => ({
  ...r,
  insns: Array.from({ length: bytes.length >> 3 }, (_, i) =>
    Array.from(bytes.subarray(i * 8, i * 8 + 8), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  ),
});

const loadsPacket = ({ opcode }: Insn): boolean =>
  classOf(opcode) === CLASS.LD && (modeOf(opcode) === MODE.ABS || modeOf(opcode) === MODE.IND);

/** Replaces each callee-saved register by the next one. Null if one of them has a special meaning. */
function renamed(r: RecordedProgram): RecordedProgram | null {
  const bytes = bytesOf(r);
  const next = (register: number): number => (register >= 6 && register <= 9 ? 6 + ((register - 5) % 4) : register);
  for (let slot = 0; slot < bytes.length >> 3; slot++) {
    const one = decode(bytes, slot);
    if (loadsPacket(one)) return null;
    const kind = one.opcode === OPCODE.CALL || isWide(one.opcode);
    bytes[slot * 8 + 1] = next(one.dst) | ((kind ? one.src : next(one.src)) << 4);
    if (isWide(one.opcode)) slot++;
  }
  return withBytes(r, bytes);
}

/** Exchanges the halves of a function, with a jump before each. Null if the program has several functions. */
function exchanged(r: RecordedProgram): RecordedProgram | null {
  const bytes = bytesOf(r);
  const starts: number[] = [];
  for (let slot = 0; slot < bytes.length >> 3; slot += isWide(bytes[slot * 8]) ? 2 : 1) starts.push(slot);
  const insns = starts.map((slot) => decode(bytes, slot));
  if (r.prog_btf !== undefined || insns.some((one) => isLocalCall(one) || isFunctionAddress(one))) return null;
  // the recording identifies maps by the order of their first use
  if (new Set(Array.from(r.asm.matchAll(/MAP(?:VAL)?\((\w+)/g), ([, name]) => name)).size > 1) return null;
  const middle = starts.length >> 1;
  const split = starts[middle];
  const count = bytes.length >> 3;
  if (middle === 0 || insns.some((one) => one.opcode === OPCODE.CALL && one.src > 2)) return null;
  const tail = count - split;
  // first the jump to the first half, then the second half, the first half, and the jump to the second
  const place = (slot: number): number => (slot < split ? 1 + tail + slot : 1 + slot - split);
  const aimed = (one: Insn, slot: number): Insn => {
    if (!isJump(one)) return one;
    const target = targetOf(one, slot);
    if (target < 0 || target >= count) return one;
    const distance = place(target) - place(slot) - 1;
    return isLong(one) ? { ...one, imm: distance } : { ...one, off: distance };
  };
  const moved = insns.map((one, i) => aimed(one, starts[i]));
  const jump = (off: number): Insn => insn(OPCODE.JA, { off });
  const leaves = endsFlow(insns[middle - 1]);
  const all = [jump(tail), ...moved.slice(middle), ...moved.slice(0, middle), ...(leaves ? [] : [jump(-count - 1)])];
  return withBytes(r, encode(all));
}

/** Whether paths were followed: an error found before may be found at another place first. */
const wasFollowed = (r: RecordedProgram): boolean => !/processed 0 insns/.test(r.log1) && r.log1 !== '';

const every = Math.max(1, Math.floor(programs.length / runs(150, programs.length)));

test.each([
  ['registers renamed', renamed],
  ['halves exchanged', exchanged],
] as const)('%s', (_, change) => {
  let compared = 0;
  const different: string[] = [];
  for (const [i, r] of programs.entries()) {
    const changed = i % every === 0 && wasFollowed(r) ? change(r) : null;
    // the owner of a prog array depends on programs loaded before
    if (!changed || r.id === 'obj-fd' || /\(pra\b/.test(r.asm)) continue;
    compared++;
    const { verdict, errno } = compareRecorded(changed, '6.12', btf, new Map());
    if (!verdict || !errno) different.push(r.id);
  }
  expect(different).toEqual([]);
  expect(compared).toBeGreaterThan(40);
});
