import { expect, test } from 'vitest';
import { HELPER_NAMES, helperName } from '../engine/isa/helper-names.ts';
import { HELPERS } from '../engine/isa/helpers.ts';
import { encode, insn } from '../engine/isa/insn.ts';
import { OPCODE } from '../engine/isa/opcodes.ts';
import { otherHelperDoc } from '../engine/isa/other-helpers.ts';
import { refusedCall } from '../engine/kernel/helper-sets.ts';
import { symbolsFromBtf } from '../engine/libbpf/symbols.ts';
import { V6_12 } from '../engine/kernel/profiles.ts';
import { shippedBtf } from '../engine/kernel/testing/boot.ts';
import { kfuncDoc } from './kfunc-docs.ts';

test.each(['v6.1', 'v6.12'])('every kernel function of %s has words', (kernel) => {
  for (const name of symbolsFromBtf(shippedBtf(kernel)).kfuncs()) expect(kfuncDoc(name), name).toMatch(/^.{30,}\.$/);
});

test('every helper has words, in one place', () => {
  expect(HELPERS.filter(({ id, name }) => helperName(id) !== name)).toEqual([]);
  for (const name of HELPER_NAMES.slice(1)) {
    const doc = HELPERS.find((one) => one.name === name)?.doc;
    expect(doc ?? otherHelperDoc(name), name).toMatch(/^[A-Z].+\.$/);
    expect(doc && otherHelperDoc(name), name).toBeFalsy();
  }
});

test('completion offers the helpers that the kernel lets congestion controls call', () => {
  const machine = { profile: V6_12, btf: shippedBtf('v6.12') };
  const caller = { struct: 'tcp_congestion_ops', member: 'ssthresh' };
  const allowed = HELPER_NAMES.map((_, id) => id).filter(
    (id) => refusedCall(machine, encode([insn(OPCODE.CALL, { imm: id })]), null, caller) === null,
  );
  expect(HELPERS.filter(({ tcp }) => tcp).map(({ id }) => id)).toEqual(allowed);
});
