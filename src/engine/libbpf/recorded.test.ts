/* Relocated instructions, compared with the kernel's output for the loaded program (`bpftool prog dump xlated`). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import { decodeAll, type Insn } from '../isa/insn.ts';
import { CALL_KIND, CLASS, classOf, codeOf, isWide, OPCODE, usesRegister } from '../isa/opcodes.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { openObject } from './open.ts';
import { type ReadyProgram, relocateObject, resolveExterns } from './relocate.ts';
import { matchKernelStruct } from './struct-ops.ts';

const HERE = import.meta.dirname;
const SHARED = join(HERE, '../../../../shared');

type Xlated = Readonly<Record<string, string>>;

function relocated(file: string, kernel: Btf): readonly ReadyProgram[] {
  const told: string[] = [];
  const log = (level: string, text: string) => {
    if (level !== 'debug') told.push(text);
  };
  const object = openObject(new Uint8Array(readFileSync(file)), file, log);
  if (!object.ok) throw new Error(object.error.message);
  const externs = resolveExterns(object.value, kernel, log);
  for (const map of object.value.maps) {
    if (map.structOps) expect(matchKernelStruct(map, object.value.btf, kernel, log)).toBe(0);
  }
  const ready = typeof externs === 'number' ? externs : relocateObject(object.value, kernel, externs, log);
  expect(told).toEqual([]);
  if (typeof ready === 'number') throw new Error(`${file}: ${ready}`);
  return ready;
}

const isJump = ({ opcode }: Insn): boolean =>
  (classOf(opcode) === CLASS.JMP || classOf(opcode) === CLASS.JMP32) &&
  opcode !== OPCODE.CALL &&
  opcode !== OPCODE.EXIT;

/**
 * As the kernel shows it, without numbers of that boot: map ids, addresses of kernel functions, offsets of subprograms.
 */
function normal(insn: Insn): Insn {
  if (isWide(insn.opcode) && insn.src !== 0) return { ...insn, imm: 0 };
  const rewritten = insn.opcode === OPCODE.CALL && insn.src !== CALL_KIND.HELPER;
  return rewritten ? { ...insn, imm: 0, off: 0 } : insn;
}

const text = (insn: Insn): string => JSON.stringify(normal(insn));

/** Without jump offsets, which change when the verifier inserts or removes code. */
const loose = (insn: Insn): string => text(isJump(insn) ? { ...insn, off: 0 } : insn);

const XOR = 0xa0;
const isDivision = ({ opcode }: Insn): boolean =>
  (classOf(opcode) === CLASS.ALU || classOf(opcode) === CLASS.ALU64) &&
  (codeOf(opcode) === 0x30 || codeOf(opcode) === 0x90) &&
  usesRegister(opcode);

/** Without the three instructions that guard a division by a register. */
function withoutGuards(insns: readonly Insn[]): Insn[] {
  const guards = new Set<number>();
  for (const [i, insn] of insns.entries()) {
    const guarded = isDivision(insn) && i >= 3 && codeOf(insns[i - 2].opcode) === XOR && insns[i - 3].off === 2;
    if (guarded) for (let back = 1; back <= 3; back++) guards.add(i - back);
  }
  return insns.filter((_, i) => !guards.has(i));
}

/** Each recorded instruction found in ours, in order: the verifier only removes (dead code), or hard-wires a jump. */
function isWithin(recorded: readonly Insn[], ours: readonly Insn[]): boolean {
  let at = 0;
  for (const insn of recorded) {
    const same = (own: Insn) => loose(own) === loose(insn) || (insn.opcode === OPCODE.JA && isJump(own));
    while (at < ours.length && !same(ours[at])) at++;
    if (at++ >= ours.length) return false;
  }
  return true;
}

const callsHelper = (insns: readonly Insn[]): boolean =>
  insns.some(({ opcode, src }) => opcode === OPCODE.CALL && src === CALL_KIND.HELPER);

type Verdict = 'equal' | 'rewritten by the verifier' | 'helpers inlined' | 'different' | 'not recorded';

function verdict({ program, insns }: ReadyProgram, xlated: Xlated): Verdict {
  const hex = xlated[program.name];
  if (hex === undefined) return 'not recorded';
  const ours = decodeAll(insns);
  const recorded = decodeAll(Uint8Array.from(Buffer.from(hex, 'hex')));
  if (ours.map(text).join() === recorded.map(text).join()) return 'equal';
  if (isWithin(withoutGuards(recorded), ours)) return 'rewritten by the verifier';
  return callsHelper(ours) ? 'helpers inlined' : 'different';
}

const trimmed = JSON.parse(readFileSync(join(HERE, 'fixtures/xlated-6.12.json'), 'utf8')) as Record<string, Xlated>;
const verdicts = (file: string, kernel: Btf, xlated: Xlated) =>
  Object.fromEntries(relocated(file, kernel).map((ready) => [ready.program.name, verdict(ready, xlated)]));

describe('relocated against the shipped BTF', () => {
  const kernel = shippedBtf('v6.12');

  it('maps and data', () => {
    expect(verdicts(join(HERE, '../elf/fixtures/my_maps.bpf.o'), kernel, trimmed.my_maps)).toEqual({
      mp_ssthresh: 'rewritten by the verifier',
      mp_avoid: 'helpers inlined',
      mp_undo: 'equal',
    });
  });

  it('subprograms after each program, in the order of the calls', () => {
    expect(verdicts(join(HERE, 'fixtures/my_subprog.bpf.o'), kernel, trimmed.my_subprog)).toEqual({
      sp_ssthresh: 'equal',
      sp_avoid: 'rewritten by the verifier',
      sp_undo: 'equal',
    });
  });

  it('kernel functions', () => {
    expect(verdicts(join(HERE, 'fixtures/my_kfunc2.bpf.o'), kernel, trimmed.my_kfunc2)).toEqual({
      k2_ssthresh: 'equal',
      k2_avoid: 'equal',
      k2_undo: 'equal',
    });
  });
});

interface Step {
  readonly args?: unknown;
  readonly json?: readonly { readonly proto?: string; readonly opcodes: Opcodes }[];
}

interface Opcodes {
  readonly code: string;
  readonly src_reg: string;
  readonly dst_reg: string;
  readonly off: readonly string[];
  readonly imm: readonly string[];
}

function hexOf({ code, src_reg, dst_reg, off, imm }: Opcodes): string {
  const bytes = [Number(code), (Number(src_reg) << 4) | Number(dst_reg), ...[...off, ...imm.slice(0, 4)].map(Number)];
  if (isWide(Number(code))) bytes.push(0, 0, 0, 0, ...imm.slice(8, 12).map(Number));
  return Buffer.from(bytes).toString('hex');
}

function recordedPrograms(path: string): Xlated {
  const { steps } = JSON.parse(readFileSync(path, 'utf8')) as { steps: Step[] };
  const dumps = steps.filter((step) => /xlated\W+id\W+\d+\W+opcodes/.test(JSON.stringify({ ...step, json: 0 })));
  return Object.fromEntries(
    dumps.flatMap(({ json }) => {
      const name = /(\w+)\(/.exec(json?.[0]?.proto ?? '')?.[1];
      return json && name ? [[name, json.map(({ opcodes }) => hexOf(opcodes)).join('')]] : [];
    }),
  );
}

/** Programs by verdict. Not recorded: those of objects that were refused, and of one whose programs were not dumped. */
const COUNTS = {
  '6.1': { equal: 30, 'rewritten by the verifier': 6, 'helpers inlined': 1, 'not recorded': 27 },
  '6.12': { equal: 33, 'rewritten by the verifier': 7, 'helpers inlined': 1, 'not recorded': 23 },
} as const;

describe.skipIf(!existsSync(SHARED)).each(['6.1', '6.12'] as const)(
  'every recorded object on the whole BTF of %s',
  (version) => {
    it('equals the recording', () => {
      const kernel = openBtf(new Uint8Array(readFileSync(join(SHARED, `btf/vmlinux-${version}.btf`))));
      if (!kernel.ok) throw new Error(kernel.error.message);
      const folder = join(SHARED, 'oracle/objects', version);
      const counts: Partial<Record<Verdict, number>> = {};
      for (const file of readdirSync(folder)) {
        const recording = join(SHARED, 'oracle/bpftool', version, `a2-object-${file.replace('.bpf.o', '')}.json`);
        const xlated = existsSync(recording) ? recordedPrograms(recording) : {};
        for (const [name, how] of Object.entries(verdicts(join(folder, file), kernel.value, xlated))) {
          expect([file, name, how]).not.toContain('different');
          counts[how] = (counts[how] ?? 0) + 1;
        }
      }
      expect(counts).toEqual(COUNTS[version]);
    });
  },
);

/** It implements cong_control, whose arguments differ between the two kernels; relocations do not cover that. */
const OTHER_ARGUMENTS = 'my_cc.bpf.o';

describe.skipIf(!existsSync(SHARED)).each([
  ['6.12', '6.1'],
  ['6.1', '6.12'],
] as const)('objects built for %s, on %s', (built, running) => {
  it('have the instructions of those built there', () => {
    const kernel = openBtf(new Uint8Array(readFileSync(join(SHARED, `btf/vmlinux-${running}.btf`))));
    if (!kernel.ok) throw new Error(kernel.error.message);
    const programs = (version: string, file: string) =>
      relocated(join(SHARED, 'oracle/objects', version, file), kernel.value).map(({ program, insns }) => [
        program.name,
        Buffer.from(insns).toString('hex'),
      ]);
    for (const file of readdirSync(join(SHARED, 'oracle/objects', built))) {
      if (file === OTHER_ARGUMENTS) continue;
      expect([file, programs(built, file)]).toEqual([file, programs(running, file)]);
    }
  });
});
