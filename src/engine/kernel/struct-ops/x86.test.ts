import { expect, test } from 'vitest';
import { type TrampolineFacts, V6_1, V6_12, V6_18 } from '../profiles.ts';
import { shippedBtf } from '../testing/boot.ts';
import { distillFuncProto, type FuncModel } from './func-model.ts';
import recorded from './fixtures/trampolines.json' with { type: 'json' };
import { emitTrampoline, trampolineCode } from './x86.ts';

const low = (address: string): number => Number(BigInt.asUintN(32, BigInt(address)));
const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
/** Hex without the blanks between instructions. */
const joined = (code: string): string => code.replaceAll(' ', '');

const KERNELS = [
  { kernel: '6.18', btf: shippedBtf('v6.18'), facts: V6_18.trampoline, members: recorded['6.18'] },
  { kernel: '6.12', btf: shippedBtf('v6.12'), facts: V6_12.trampoline, members: recorded['6.12'] },
  { kernel: '6.1', btf: shippedBtf('v6.1'), facts: V6_1.trampoline, members: recorded['6.1'] },
];

const every = KERNELS.flatMap(({ kernel, btf, facts, members }) =>
  Object.entries(members).map(([member, code]) => ({ name: kernel, member, code, btf, facts })),
);

test.each(every)(
  '$name $member: the bytes that the kernel wrote, and what objdump says of them',
  ({ btf, facts, member, code }) => {
    const type = btf.type(btf.find('STRUCT', 'tcp_congestion_ops'));
    const pointer = btf.type(type?.members.find(({ name }) => name === member)?.type ?? 0);
    const model = distillFuncProto(btf, pointer?.type ?? 0);
    expect(model).not.toBeNull();
    const targets = { enter: low(code.enter), exit: low(code.exit), func: low(code.func), prog: low(code.prog) };
    const high = Number(BigInt(code.prog) >> 32n);
    const bytes = emitTrampoline(model ?? VOID, facts, low(code.address), targets, high);
    expect(hex(bytes)).toBe(code.code);
    const lines = trampolineCode(model ?? VOID, facts, low(code.address), targets, high);
    expect(lines.map(({ text }) => text)).toEqual(code.text);
    if (code.room !== null) expect(bytes.length + 1 + facts.safety).toBe(code.room);
  },
);

const VOID: FuncModel = { args: [], retSize: 0 };
const sized = (...sizes: number[]): FuncModel => ({
  args: sizes.map((size) => ({ name: '', size, pointer: false, signed: false, struct: size > 8 })),
  retSize: 4,
});
const emitted = (model: FuncModel, facts: TrampolineFacts): string =>
  hex(emitTrampoline(model, facts, 0, { enter: 0, exit: 0, prog: 0, func: 0 }, 0));

test('prototypes without recordings: no arguments, a struct in two registers, six registers', () => {
  const facts = V6_12.trampoline;
  // sub rsp,40; mov [rbp-24],rbx; mov eax,0; mov [rbp-16],rax; xor edi,edi
  expect(emitted(sized(), facts)).toContain(joined('4883ec28 48895de8 b800000000 488945f0 31ff'));
  // mov eax,3; mov [rbp-40],rax; then rdi, rsi, rdx
  expect(emitted(sized(16, 4), facts)).toContain(joined('b803000000 488945d8 48897de0 488975e8 488955f0'));
  // r8 and r9 need another prefix
  expect(emitted(sized(8, 8, 8, 8, 8, 8), facts)).toContain(joined('4c8945e8 4c894df0 31ff'));
});

test('more arguments than registers are copied from the caller’s frame', () => {
  expect(emitted(sized(8, 8, 8, 8, 8, 8, 8), V6_12.trampoline)).toContain(joined('4c894de8 488b4510 488945f0'));
});
