/* Recording b4: the other commands on a struct_ops map and a struct_ops program. */
import { encode, insn } from '../../isa/insn.ts';
import { OPCODE } from '../../isa/opcodes.ts';
import type { BpfCommand } from '../../kernel/attr.ts';
import { MAP_FLAG } from '../../kernel/uapi.ts';
import { loadPrograms } from './programs.ts';
import type { Answer, RecordedStep } from './recording.ts';
import { constantProgram, latin1, type Session, word } from './session.ts';

type Fds = Readonly<Record<string, number>>;

const BATCHES: readonly BpfCommand[] = ['BPF_MAP_LOOKUP_BATCH', 'BPF_MAP_UPDATE_BATCH', 'BPF_MAP_DELETE_BATCH'];

function update(s: Session, fd: number, good: Fds): Answer {
  return { op: 'BPF_MAP_UPDATE_ELEM', ret: s.update(fd, s.value({ members: good, name: 'orc_oc' })).ret };
}

export function* otherCommands(s: Session, steps: readonly RecordedStep[]): Generator<Answer> {
  const { good } = loadPrograms(s);
  for (const state of ['INIT', 'INUSE'] as const) {
    let fd = s.map({ map_name: 'orc_oc' }).ret;
    if (state === 'INUSE') yield update(s, fd, good);
    yield { op: 'BPF_MAP_FREEZE', ret: s.bpf('BPF_MAP_FREEZE', { map_fd: fd }).ret };
    if (state === 'INIT') {
      yield update(s, fd, good);
      yield { op: 'BPF_MAP_DELETE_ELEM', ret: s.remove(fd).ret };
      s.close(fd);
      fd = s.map({ map_name: 'orc_oc' }).ret;
    }
    yield* refusedOnMaps(s, fd);
    yield* pinned(s, fd, `/sys/fs/bpf/x_${state}`, steps);
    yield { op: 'mmap(map fd)', ret: s.kernel.mmap(s.pid, fd) };
    yield* oneWayFds(s, fd, good);
    yield* inPrograms(s, fd);
    s.remove(fd);
    s.close(fd);
  }
  yield* onPrograms(s, good.ssthresh);
  for (const index of [0, 1]) yield* dummyRuns(s, index);
}

function* refusedOnMaps(s: Session, fd: number): Generator<Answer> {
  const op = 'BPF_MAP_LOOKUP_AND_DELETE_ELEM';
  yield { op, ret: s.bpf(op, { map_fd: fd, key: word(0) }).ret };
  for (const batch of BATCHES) yield { op: batch, ret: s.bpf(batch, { map_fd: fd, count: 1 }).ret };
}

/** Hashes of pointers differ from boot to boot. */
const withoutHashes = (text: string): string => text.replace(/0x(?!0{16})[0-9a-f]{16}/g, '0x…');

function* pinned(s: Session, fd: number, path: string, steps: readonly RecordedStep[]): Generator<Answer> {
  const pathname = latin1(`${path}\0`);
  yield { op: 'BPF_OBJ_PIN', ret: s.bpf('BPF_OBJ_PIN', { pathname, bpf_fd: fd }).ret };
  const got = s.bpf('BPF_OBJ_GET', { pathname }).ret;
  yield { op: 'BPF_OBJ_GET', ret: got };
  s.close(got);
  const theirs = steps.find(({ args }) => args === `cat ${path}`)?.stdout ?? '';
  const ours = s.kernel.readPin(path) ?? '';
  yield { op: 'shell', ret: 0, out: withoutHashes(ours) === withoutHashes(theirs) ? theirs : ours };
  yield { op: 'shell', ret: 0, skip: 'fdinfo has what only that boot had' };
  s.kernel.unlink(path);
}

function* oneWayFds(s: Session, fd: number, good: Fds): Generator<Answer> {
  const id = s.mapId(fd);
  for (const open_flags of [MAP_FLAG.RDONLY, MAP_FLAG.WRONLY]) {
    const { ret } = s.bpf('BPF_MAP_GET_FD_BY_ID', { map_id: id, open_flags });
    yield { op: 'BPF_MAP_GET_FD_BY_ID', ret };
    yield { op: 'BPF_MAP_UPDATE_ELEM', ret: s.update(ret, s.value({ members: good })).ret };
    yield { op: 'BPF_MAP_DELETE_ELEM', ret: s.remove(ret).ret };
    yield { op: 'BPF_MAP_LOOKUP_ELEM', ret: s.lookup(ret).ret };
    s.close(ret);
  }
}

function* inPrograms(s: Session, fd: number): Generator<Answer> {
  const load = (src: number) => insn(OPCODE.LDDW, { dst: 1, src, imm: fd });
  const end = [insn(0xb7), insn(OPCODE.EXIT)];
  const lookup = [
    insn(0x62, { dst: 10, off: -4 }),
    insn(0xbf, { dst: 2, src: 10 }),
    insn(0x07, { dst: 2, imm: -4 }),
    load(1),
    insn(OPCODE.CALL, { imm: 1 }),
  ];
  for (const body of [[load(1)], lookup, [load(2)]]) {
    const insns = encode([...body, ...end]);
    const attr = { prog_type: 1, attach_btf_id: 0, insns, insn_cnt: insns.length / 8 };
    yield { op: 'BPF_PROG_LOAD', ret: s.prog(0, attr).ret };
  }
  const inner = { map_type: 13, key_size: 4, value_size: 4, max_entries: 4, inner_map_fd: fd };
  yield { op: 'BPF_MAP_CREATE', ret: s.bpf('BPF_MAP_CREATE', inner).ret };
}

const run = (s: Session, fd: number, ctx: number) => {
  const ctx_in = ctx > 0 ? new Uint8Array(ctx) : null;
  return s.bpf('BPF_PROG_TEST_RUN', { prog_fd: fd, ctx_size_in: ctx, ctx_in, repeat: 1 });
};

function* onPrograms(s: Session, prog: number): Generator<Answer> {
  const op = 'BPF_PROG_TEST_RUN';
  for (const size of [0, 8, 64]) yield { op, ret: run(s, prog, size).ret };
  yield { op, ret: s.bpf(op, { prog_fd: prog, data_size_in: 64, data_in: new Uint8Array(64), repeat: 1 }).ret };
  const attach = { attach_bpf_fd: prog, attach_type: 44 };
  yield { op: 'BPF_PROG_ATTACH', ret: s.bpf('BPF_PROG_ATTACH', attach).ret };
  for (const attach_type of [0, 2, 44, 24]) {
    yield { op: 'BPF_LINK_CREATE', ret: s.bpf('BPF_LINK_CREATE', { prog_fd: prog, attach_type }).ret };
  }
  yield { op: 'BPF_RAW_TRACEPOINT_OPEN', ret: s.bpf('BPF_RAW_TRACEPOINT_OPEN', { prog_fd: prog }).ret };
}

/** bpf_dummy_ops: the fifth context of the recorder holds a pointer to a state. */
function* dummyRuns(s: Session, index: number): Generator<Answer> {
  const insns = constantProgram(7);
  const attach_btf_id = s.btf.find('STRUCT', 'bpf_dummy_ops');
  const loaded = s.prog(index, { insns, attach_btf_id }).ret;
  yield { op: 'BPF_PROG_LOAD', ret: loaded };
  for (const size of [0, 8, 16, 40, 8]) {
    const { ret, out } = run(s, loaded, size);
    yield { op: 'BPF_PROG_TEST_RUN', ret, out: { retval: out.fields?.retval ?? 0 } };
  }
  s.close(loaded);
}
