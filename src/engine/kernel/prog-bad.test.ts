/** Results of PROG_LOAD for bad programs: errno, and the log that user space reads. */
import { expect, test } from 'vitest';
import { ERRNO } from '../base/errno.ts';
import { assembleBare } from '../isa/assembler.ts';
import { type Profile, V6_1, V6_12 } from './profiles.ts';
import { boot, shippedBtf } from './testing/boot.ts';

/** Loads it for the member ssthresh. `count`: slots, if not those of the bytes. */
function load(profile: Profile, insns: Uint8Array, count = insns.length / 8): { ret: number; log: string } {
  const { kernel, btf } = boot({ profile, btf: shippedBtf(profile.name) });
  const type = btf.type(btf.find('STRUCT', 'tcp_congestion_ops'));
  const { ret, out } = kernel.bpf(kernel.spawn('loader'), 'BPF_PROG_LOAD', {
    prog_type: 27,
    insn_cnt: count,
    insns,
    license: new TextEncoder().encode('GPL\0'),
    attach_btf_id: type?.id,
    expected_attach_type: type?.members.findIndex(({ name }) => name === 'ssthresh'),
    log_level: 1,
    log_size: 4096,
    log_buf: new Uint8Array(4096),
  });
  return { ret, log: out.log ?? '' };
}

const text = (source: string): Uint8Array => assembleBare(source).value.insns;
const hex = (bytes: string): Uint8Array =>
  Uint8Array.from(bytes.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const END = 'b7000000020000009500000000000000';

test('well-formed programs are accepted', () => {
  expect(load(V6_12, hex(END)).ret).toBeGreaterThan(0);
  expect(load(V6_12, text('r0 = (s8)r1\nexit')).ret).toBeGreaterThan(0);
});

test('counts of instructions: none, more than a million, more than the buffer holds', () => {
  expect(load(V6_12, new Uint8Array(8), 0)).toEqual({ ret: -ERRNO.E2BIG, log: '' });
  expect(load(V6_12, hex(END), 1_000_001)).toEqual({ ret: -ERRNO.E2BIG, log: '' });
  expect(load(V6_12, hex(END).slice(0, 8), 2)).toEqual({ ret: -ERRNO.EFAULT, log: '' });
});

test.each<[string, Profile, string, number, string]>([
  ['cut off after its first instruction', V6_12, 'b700000002000000', ERRNO.EINVAL, 'last insn is not an exit or jmp'],
  ['half a wide immediate', V6_12, '05000000000000001801000000000000', ERRNO.EINVAL, 'last insn is not an exit or jmp'],
  ['a jump out of range', V6_12, `05000a0000000000${END}`, ERRNO.EINVAL, 'jump out of range from insn 0 to 11'],
  ['a jump of 32767 slots', V6_12, `0500ff7f00000000${END}`, ERRNO.EINVAL, 'jump out of range from insn 0 to 32768'],
  ['an unknown opcode', V6_12, `ff00000000000000${END}`, ERRNO.EINVAL, 'unknown opcode ff'],
  ['reserved fields', V6_12, `b730000002000000${END}`, ERRNO.EINVAL, 'BPF_MOV uses reserved fields'],
  ['cpu v4 on 6.1', V6_1, `bf11080000000000${END}`, ERRNO.EINVAL, 'BPF_MOV uses reserved fields'],
  ['may_goto on 6.1', V6_1, `e500000000000000${END}`, ERRNO.EINVAL, 'unknown opcode e5'],
])('%s', (_, profile, bytes, errno, complaint) => {
  const { ret, log } = load(profile, hex(bytes));
  expect({ ret, said: log.split('\n').includes(complaint) }).toEqual({ ret: -errno, said: true });
});

test('call chains that are too deep', () => {
  const chain = [...Array.from({ length: 8 }, () => 'call pc+1\nexit'), 'r0 = 0\nexit'].join('\n');
  const { ret, log } = load(V6_12, text(chain));
  expect(ret).toBe(-ERRNO.E2BIG);
  expect(log).toMatch(/the call stack of 9 frames is too deep\nprocessed 8 insns /);
});

test('the assembler refuses an offset beyond 16 bits, at its place', () => {
  const [problem] = assembleBare('r0 = *(u64 *)(r1 + 65536)\nexit').diagnostics;
  expect(problem).toMatchObject({ severity: 'error', range: { line: 0, column: 14 } });
  expect(problem.message).toMatch(/32767/);
});
