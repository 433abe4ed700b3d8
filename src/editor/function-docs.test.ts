import { expect, test } from 'vitest';
import { HELPER_NAMES, helperName } from '../engine/isa/helper-names.ts';
import { HELPERS } from '../engine/isa/helpers.ts';
import { encode, insn } from '../engine/isa/insn.ts';
import { OPCODE } from '../engine/isa/opcodes.ts';
import { otherHelperDoc } from '../engine/isa/other-helpers.ts';
import { factsOf, verify } from '../engine/verifier/index.ts';
import { symbolsFromBtf } from '../engine/libbpf/symbols.ts';
import { shippedBtf } from '../engine/kernel/testing/boot.ts';
import { kfuncDoc } from './kfunc-docs.ts';

test.each(['v6.1', 'v6.12', 'v6.18'])('every kernel function of %s has a description', (kernel) => {
  for (const name of symbolsFromBtf(shippedBtf(kernel)).kfuncs()) expect(kfuncDoc(name), name).toMatch(/^.{30,}\.$/);
});

test('every helper is described, in one place', () => {
  expect(HELPERS.filter(({ id, name }) => helperName(id) !== name)).toEqual([]);
  for (const name of HELPER_NAMES.slice(1)) {
    const doc = HELPERS.find((one) => one.name === name)?.doc;
    expect(doc ?? otherHelperDoc(name), name).toMatch(/^[A-Z].+\.$/);
    expect(doc && otherHelperDoc(name), name).toBeFalsy();
  }
});

test('completion offers the helpers that the kernel lets congestion controls call', () => {
  const btf = shippedBtf('v6.12');
  const environment = { facts: factsOf('v6.12'), btf, mapByFd: () => null, logLevel: 1, logSize: 1 << 20 };
  const refusal = (id: number): string =>
    verify(
      {
        insns: encode([insn(OPCODE.CALL, { imm: id }), insn(OPCODE.EXIT)]),
        type: 'struct_ops',
        attachBtfId: btf.find('STRUCT', 'tcp_congestion_ops'),
        expectedAttachType: 0,
        license: 'GPL',
        flags: 0,
      },
      environment,
    ).log;
  const none = /cannot use helper|invalid func|is not allowed/;
  const allowed = HELPER_NAMES.map((_, id) => id).filter((id) => !none.test(refusal(id)));
  expect(HELPERS.filter(({ tcp }) => tcp).map(({ id }) => id)).toEqual(allowed);
});
