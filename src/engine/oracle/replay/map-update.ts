/* Recording b2: BPF_MAP_UPDATE_ELEM in every way, each on a fresh map; on success a lookup and a delete. */
import { constantProgram, type Session, type ValueSpec } from './session.ts';
import { loadPrograms, type Programs } from './programs.ts';
import type { Answer } from './recording.ts';
import { word } from './session.ts';

type Case = ValueSpec & { readonly key?: number; readonly flags?: number };

const NAMES = [
  'x',
  'A_b.9',
  'a b',
  'a-b',
  'a/b',
  '\x80x',
  '123456789012345',
  '1234567890123456',
  'ab\0cd',
  'cubic',
  'reno',
  'Reno',
  'CUBIC',
  'bbr',
  '.',
  '_',
  'default',
  'a\n',
  '\0abc',
];

function cases({ byMember, filter, good }: Programs): Case[] {
  const { undo_cwnd, cong_avoid, ssthresh } = good;
  const { cong_control } = byMember;
  const one = (name: string, members: ValueSpec['members']): Case => ({ name, members });
  const replaced = (value: number | bigint): Case => ({ members: { ...good, ssthresh: value } });
  const set = (members: ValueSpec['members']): Case => ({ members: { ...good, ...members } });
  const optional = Object.entries(byMember).filter(([member]) => !(member in good));
  return [
    one('orc_ok', good),
    ...[1, 2, 0xffff_ffff].map((key) => ({ members: good, key })),
    ...[1, 2, 3, 4, 8, 2 ** 63].map((flags) => ({ members: good, flags })),
    { members: good, key: 1, flags: 1 },
    { name: null },
    {},
    { members: good, name: null },
    ...NAMES.map((name) => one(name, good)),
    ...[1, 2, 3, 4, 0xffff_ffff].map((state) => ({ members: good, state })),
    ...[1, 2, 0xffff_ffff].map((refcnt) => ({ members: good, refcnt })),
    ...[8, 12, 16, 32, 63].map((at) => ({ members: good, raw: { [at]: [1] } })),
    { members: good, raw: { 8: [1] }, state: 1 },
    ...[0, 1, 2, 3, 4, 8, 0x80, 0x8000_0000, 0xffff_ffff].map((flags) => one('orc_fl', { ...good, flags })),
    set({ key: 1 }),
    set({ key: 0xdeadbeef }),
    set({ owner: 1 }),
    set({ list: Uint8Array.of(1) }),
    set({ list: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1) }),
    set({ get_info: ssthresh }),
    set({ get_info: 12345 }),
    one('orc_miss', { cong_avoid, undo_cwnd }),
    one('orc_miss', { ssthresh, undo_cwnd }),
    one('orc_miss', { ssthresh, cong_avoid }),
    one('orc_ccon', { ssthresh, undo_cwnd, cong_control }),
    one('orc_both', { ...good, cong_control }),
    { members: { ssthresh } },
    { members: { undo_cwnd, cong_control } },
    one('orc_all', byMember),
    ...optional.map(([member, fd]) => one('orc_one', { ...good, [member]: fd })),
    ...[-1, 0xffff_ffff, 9999, 0, 1, filter, cong_avoid, undo_cwnd].map(replaced),
    replaced(BigInt(ssthresh) + (1n << 32n)),
    replaced(1n << 32n),
  ];
}

export function* mapUpdate(s: Session): Generator<Answer> {
  const progs = loadPrograms(s);
  for (const one of cases(progs)) yield* onFreshMap(s, one);
  const { good } = progs;
  const other = s.map().ret;
  yield* onFreshMap(s, { members: { ...good, ssthresh: other } });
  s.close(other);
  yield* dummyProgram(s, good);
  yield* onFreshMap(s, { members: { ...good, set_state: good.cong_avoid } });
  yield* badPointers(s, good);
  yield* severalTries(s, good);
}

function* onFreshMap(s: Session, { key, flags, ...value }: Case): Generator<Answer> {
  const fd = s.map().ret;
  const { ret } = s.update(fd, s.value(value), key, flags);
  yield { op: 'BPF_MAP_UPDATE_ELEM', ret, out: { lookup_after: s.decode(s.lookup(fd).out.bytes) } };
  if (ret === 0) yield { op: 'BPF_MAP_DELETE_ELEM', ret: s.remove(fd).ret };
  s.close(fd);
}

function* dummyProgram(s: Session, good: Programs['good']): Generator<Answer> {
  const insns = constantProgram(2);
  const attach = s.btf.find('STRUCT', 'bpf_dummy_ops');
  const loaded = s.prog(0, { insns, attach_btf_id: attach }).ret;
  yield { op: 'BPF_PROG_LOAD', ret: loaded };
  yield* onFreshMap(s, { members: { ...good, ssthresh: loaded } });
  s.close(loaded);
}

function* badPointers(s: Session, good: Programs['good']): Generator<Answer> {
  const op = 'BPF_MAP_UPDATE_ELEM';
  const fd = s.map().ret;
  yield { op, ret: s.update(fd, null).ret };
  yield { op, ret: s.bpf(op, { map_fd: fd }).ret };
  const bad = { key: 'unmapped', value: 'unmapped' } as const;
  for (const map_fd of [fd, 9999, good.ssthresh]) yield { op, ret: s.bpf(op, { map_fd, ...bad }).ret };
  yield { op, ret: s.update(fd, s.value({ members: { ssthresh: good.ssthresh } })).ret };
  const { ret } = s.update(fd, s.value({ members: good, name: 'orc_2nd' }));
  yield { op, ret, out: { lookup_after: s.decode(s.lookup(fd).out.bytes) } };
  s.remove(fd);
  s.close(fd);
}

function* severalTries(s: Session, good: Programs['good']): Generator<Answer> {
  const op = 'BPF_MAP_UPDATE_ELEM';
  const register = (fd: number, name: string): Answer => ({
    op,
    ret: s.update(fd, s.value({ members: good, name })).ret,
  });
  const fd = s.map().ret;
  yield register(fd, 'cubic');
  yield register(fd, 'orc_aft');
  s.bpf('BPF_MAP_DELETE_ELEM', { map_fd: fd, key: word(0) });
  s.close(fd);
  const [first, second] = [s.map().ret, s.map().ret];
  yield register(first, 'orc_dup');
  yield register(second, 'orc_dup');
  s.remove(first);
  yield register(second, 'orc_dup');
  s.remove(second);
  s.close(first, second);
}
