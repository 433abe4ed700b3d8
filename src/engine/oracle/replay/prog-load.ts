/* Recording b7: BPF_PROG_LOAD's attributes, unknown commands, walking ids, and the info structs. */
import { encode, insn } from '../../isa/insn.ts';
import { OPCODE } from '../../isa/opcodes.ts';
import type { AttrExtent, BpfAttr, BpfCommand } from '../../kernel/attr.ts';
import type { SyscallResult } from '../../kernel/calls.ts';
import type { Answer } from './recording.ts';
import { hex, latin1, type Session } from './session.ts';

type Attr = BpfAttr['BPF_PROG_LOAD'];
type Case = Attr & { readonly extent?: AttrExtent; readonly skip?: string };

/** bytes that the recorder filled in */
const ATTR_BYTES = 148;
const NO_VERIFIER = 'the answer is a verifier log';
/** a program that exits without setting r0 */
const BAD = { insns: encode([insn(OPCODE.EXIT)]), insn_cnt: 1 };
const BUFFER = new Uint8Array(0);

const logged = (log_level: number, log_size: number): Attr => ({
  log_level,
  log_size,
  log_buf: log_size > 0 ? BUFFER : null,
});
const tail = (bytes: Uint8Array): Case => ({ extent: { tail: { at: ATTR_BYTES, bytes } } });

const CASES: readonly Case[] = [
  {},
  ...[1, 2, 4, 3, 7, 8, 16, 0].map((level) => logged(level, 4096)),
  { log_level: 1 },
  { log_level: 1, log_size: 4096 },
  { log_level: 1, log_buf: BUFFER },
  ...[1, 8, 64, 127, 128, 200].map((size) => ({ ...logged(2, size), skip: NO_VERIFIER })),
  ...[1, 64, 128, 300].flatMap((size) =>
    [1, 9].map((level) => ({ ...BAD, ...logged(level, size), skip: NO_VERIFIER })),
  ),
  { log_level: 1, log_size: 4096, log_buf: 'unmapped' },
  { log_level: 1, log_size: 0x4000_0000, log_buf: 'unmapped' },
  { ...BAD, skip: NO_VERIFIER },
  ...[0, 0xffff_ffff, 1_000_001].map((insn_cnt) => ({ insn_cnt })),
  { insns: null },
  { insns: 'unmapped' },
  { license: null },
  { license: 'unmapped' },
  { license: latin1(`${'G'.repeat(200)}\0`) },
  { license: latin1('\0') },
  ...['', 'ok_1.x', 'a b', 'a-b', 'a/b', '1234567890123456', '\xff'].map((prog_name) => ({ prog_name })),
  { prog_ifindex: 1 },
  { kern_version: 5 },
  { attach_prog_fd: 9999 },
  { attach_prog_fd: 0x7fff_ffff },
  { attach_btf_id: 0 },
  { prog_type: 1 },
  { prog_type: 1, attach_btf_id: 0, expected_attach_type: 1 },
  { prog_type: 9999 },
  { prog_type: 0 },
  tail(new Uint8Array(8).fill(1)),
  tail(new Uint8Array(64)),
  ...[48, 0, 4].map((size) => ({ extent: { size } })),
  { func_info_rec_size: 8, func_info: 'unmapped', func_info_cnt: 1 },
  { line_info_rec_size: 16, line_info: 'unmapped', line_info_cnt: 1 },
  { core_relo_cnt: 1 },
  { prog_btf_fd: 9999, func_info_rec_size: 8, func_info: new Uint8Array(8), func_info_cnt: 1 },
  ...[1, 2, 4, 8, 16, 32, 64, 128, 256, 1 << 16, 2 ** 31].map((prog_flags) => ({ prog_flags })),
];

const NEXT_ID = {
  BPF_PROG_NEXT_ID: 'BPF_PROG_GET_NEXT_ID',
  BPF_MAP_NEXT_ID: 'BPF_MAP_GET_NEXT_ID',
  BPF_LINK_NEXT_ID: 'BPF_LINK_GET_NEXT_ID',
} as const satisfies Record<string, BpfCommand>;

const BY_ID = {
  BPF_PROG_BY_ID: ['BPF_PROG_GET_FD_BY_ID', 'prog_id'],
  BPF_MAP_BY_ID: ['BPF_MAP_GET_FD_BY_ID', 'map_id'],
  BPF_LINK_BY_ID: ['BPF_LINK_GET_FD_BY_ID', 'link_id'],
} as const;

export function* progLoad(s: Session): Generator<Answer> {
  for (const { extent, skip, ...attr } of CASES) {
    const { ret } = s.prog(0, attr, extent);
    yield { op: 'BPF_PROG_LOAD', ret, skip };
    s.close(ret);
  }
  const op = 'bpf()';
  for (const number of [36, 37, 38, 99, 0xffff_ffff]) yield { op, ret: s.kernel.bpfNumber(s.pid, number).ret };
  for (const size of [8192, 4096]) yield { op, ret: s.kernel.bpfNumber(s.pid, 0, { size }).ret };
  for (const [name, command] of Object.entries(NEXT_ID)) {
    for (const start_id of [0, 0x7fff_ffff, 0xffff_ffff]) {
      const { ret, out } = s.bpf(command, { start_id });
      yield { op: name, ret, out: out.fields && { next: out.fields.next_id } };
    }
  }
  for (const [name, [command, field]] of Object.entries(BY_ID)) {
    for (const id of [0, 9999]) yield { op: name, ret: s.bpf(command, { [field]: id }).ret };
  }
  yield* infos(s);
}

const INFO_SIZES = [0, 8, 64, 80, 128, 184, 200, 224, 232, 240, 256, 512, 4096, 8192];
/** words that depend on the boot, on machine code, or on the clock: id, jited length, load time, BTF ids */
const PROG_OWN = [4, 16, 40, 44, 128, 220];
const MAP_OWN = [4, 64];

function* infos(s: Session): Generator<Answer> {
  const op = 'BPF_OBJ_GET_INFO_BY_FD';
  const prog = s.prog(0, { prog_name: 'infop' }).ret;
  const ask = (fd: number, info_len: number, fill = 0): SyscallResult =>
    s.bpf(op, { bpf_fd: fd, info_len, info: new Uint8Array(info_len).fill(fill) });
  for (const size of INFO_SIZES) {
    const { ret, out } = ask(prog, size);
    const filled = out.bytes && padded(out.bytes, size);
    yield {
      op,
      ret,
      out: filled === undefined ? undefined : { info_len_out: out.fields?.info_len, info_hex: filled },
      ignore: PROG_OWN,
    };
  }
  yield { op, ret: ask(prog, 400, 1).ret };
  const { ret, out } = ask(s.map({ map_name: 'infom' }).ret, 88);
  yield { op, ret, out: out.bytes && { info_hex: hex(out.bytes) }, ignore: MAP_OWN };
}

/** Info as recorded: up to 240 bytes, including those after the filled part. */
function padded(bytes: Uint8Array, size: number): string {
  const whole = new Uint8Array(Math.min(size, 240));
  whole.set(bytes.subarray(0, whole.length));
  return hex(whole);
}
