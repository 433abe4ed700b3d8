/* Recording b5: maps for links, links, pins; with sockets that outlive them. */
import { ATTACH_STRUCT_OPS, LINK_REPLACE, MAP_FLAG } from '../../kernel/uapi.ts';
import { loadPrograms } from './programs.ts';
import type { Answer, RecordedStep } from './recording.ts';
import { latin1, type Session } from './session.ts';

type Fds = Readonly<Record<string, number>>;

const BPFTOOL: Answer = { op: 'shell', ret: 0, skip: 'the output of bpftool' };
const PIN = '/sys/fs/bpf/pinlk';

/** The recorder's shorthands. */
function verbs(s: Session, good: Fds) {
  return {
    map: (name: string, flags: number = MAP_FLAG.LINK): number => s.map({ map_name: name, map_flags: flags }).ret,
    lookup(fd: number): Answer {
      const { ret, out } = s.lookup(fd);
      return { op: 'BPF_MAP_LOOKUP_ELEM', ret, out: s.decode(out.bytes) };
    },
    update: (fd: number, name: string, members = good): Answer => ({
      op: 'BPF_MAP_UPDATE_ELEM',
      ret: s.update(fd, s.value({ members, name })).ret,
    }),
    remove: (fd: number): Answer => ({ op: 'BPF_MAP_DELETE_ELEM', ret: s.remove(fd).ret }),
    link: (fd: number, attach_type: number = ATTACH_STRUCT_OPS, target_fd = 0, flags = 0): Answer => ({
      op: 'BPF_LINK_CREATE',
      ret: s.bpf('BPF_LINK_CREATE', { prog_fd: fd, attach_type, target_fd, flags }).ret,
    }),
    swap: (link: number, new_map_fd: number, flags = 0, old_map_fd = 0): Answer => ({
      op: 'BPF_LINK_UPDATE',
      ret: s.bpf('BPF_LINK_UPDATE', { link_fd: link, new_map_fd, flags, old_map_fd }).ret,
    }),
    detach: (link: number): Answer => ({
      op: 'BPF_LINK_DETACH',
      ret: s.bpf('BPF_LINK_DETACH', { link_fd: link }).ret,
    }),
    info(link: number): Answer {
      const info = s.bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: link, info_len: 64, info: new Uint8Array(64) });
      const [type, prog_id, map_id] = [0, 8, 16].map((at) => s.wordAt(info, at));
      return { op: 'BPF_OBJ_GET_INFO_BY_FD', ret: info.ret, out: { type, prog_id, map_id } };
    },
    available: (): Answer => ({ op: 'available_cc', ret: 0, out: s.available() }),
    choose(name: string): Answer {
      const socket = s.socket(undefined, false);
      const ret = s.setCongestion(socket, name);
      s.closeSocket(socket);
      return { op: 'setsockopt', ret };
    },
    mapById: (id: number): Answer => ({
      op: 'BPF_MAP_GET_FD_BY_ID',
      ret: s.bpf('BPF_MAP_GET_FD_BY_ID', { map_id: id }).ret,
    }),
  };
}

interface Maps {
  readonly a: number;
  readonly b: number;
  /** another name */
  readonly c: number;
  readonly plain: number;
  /** INIT */
  readonly empty: number;
}

export function* links(s: Session, steps: readonly RecordedStep[]): Generator<Answer> {
  const progs = loadPrograms(s);
  const { good } = progs;
  if (steps[0].ret === -1) {
    yield* withoutLinks(s, good);
    return;
  }
  const maps = yield* ready(s, good);
  yield* whatCanBeLinked(s, good, maps, progs.byMember.ssthresh);
  const { link, sockets } = yield* updates(s, good, maps, progs.byMember.ssthresh);
  yield* detached(s, good, maps, link, sockets);
  yield* pinned(s, good, maps);
  yield* mapFdClosed(s, good, maps, sockets);
  yield* otherFlags(s, good);
}

/** A kernel that knows no BPF_F_LINK. */
function* withoutLinks(s: Session, good: Fds): Generator<Answer> {
  const v = verbs(s, good);
  yield { op: 'BPF_MAP_CREATE', ret: v.map('lk_a') };
  const plain = v.map('plain', 0);
  yield v.update(plain, 'lk_plain');
  for (const type of [0, 44, 48]) yield v.link(plain, type);
}

function* ready(s: Session, good: Fds): Generator<Answer, Maps> {
  const v = verbs(s, good);
  const a = v.map('lk_a');
  yield { op: 'BPF_MAP_CREATE', ret: a };
  const [b, c, plain, empty] = [v.map('lk_b'), v.map('lk_c'), v.map('lk_plain', 0), v.map('lk_empty')];
  yield v.link(a);
  yield v.lookup(a);
  yield v.remove(a);
  yield v.update(a, 'lk_one');
  yield v.lookup(a);
  yield v.available();
  yield v.update(a, 'lk_one');
  yield v.remove(a);
  yield v.update(b, 'lk_one');
  yield v.update(c, 'lk_two');
  yield v.update(plain, 'lk_pl');
  yield v.lookup(b);
  return { a, b, c, plain, empty };
}

function* whatCanBeLinked(s: Session, good: Fds, maps: Maps, prog: number): Generator<Answer> {
  const v = verbs(s, good);
  const taken = v.map('orc_so');
  yield v.update(taken, 'cubic');
  yield v.lookup(taken);
  yield v.link(taken);
  yield v.lookup(taken);
  s.close(taken);
  const other = v.map('orc_so');
  yield v.update(other, 'orc_st', { ssthresh: good.ssthresh, cong_avoid: good.cong_avoid });
  yield v.update(other, '');
  s.close(other);
  const closing = function* (answer: Answer): Generator<Answer> {
    yield answer;
    s.close(answer.ret);
  };
  for (const type of [0, 1, 2, 43, 44, 45, 56, 200]) yield* closing(v.link(maps.a, type));
  yield* closing(v.link(maps.a, ATTACH_STRUCT_OPS, 1));
  for (const flags of [1, 4, 0xff]) yield* closing(v.link(maps.a, ATTACH_STRUCT_OPS, 0, flags));
  for (const fd of [maps.plain, prog, 9999, maps.empty]) yield v.link(fd);
  // the recorder used a hash map; any fd that is not of a struct_ops map will do
  yield v.link(s.btfFd());
}

function* updates(
  s: Session,
  good: Fds,
  { a, b, c, plain, empty }: Maps,
  prog: number,
): Generator<Answer, { link: number; sockets: number[] }> {
  const v = verbs(s, good);
  const created = v.link(a);
  const link = created.ret;
  yield created;
  yield v.lookup(a);
  yield v.available();
  yield { ...v.info(link), out: { type: 9, prog_id: 0 } };
  for (let i = 0; i < 6; i++) yield BPFTOOL;
  yield v.link(a);
  yield v.link(b);
  yield v.remove(a);
  yield v.update(a, 'lk_one');
  const sockets = [s.socket('lk_one'), s.socket('lk_one')];
  yield v.lookup(a);
  for (const fd of [c, plain, empty, prog, 9999, s.btfFd()]) yield v.swap(link, fd);
  yield v.swap(link, b, 0, a);
  yield v.swap(link, b, LINK_REPLACE, c);
  yield v.swap(link, b, LINK_REPLACE, 0);
  yield v.swap(link, b, 8);
  yield v.swap(link, b, 1);
  yield v.swap(link, b, LINK_REPLACE, a);
  yield v.lookup(a);
  yield v.lookup(b);
  yield BPFTOOL;
  yield v.available();
  sockets.push(s.socket('lk_one'));
  yield v.lookup(b);
  yield v.lookup(a);
  yield { op: 'getsockopt', ret: 0, out: { cc: s.tcp.getCongestion(sockets[0]) } };
  yield BPFTOOL;
  yield v.swap(link, a);
  yield v.lookup(a);
  yield v.lookup(b);
  yield v.swap(link, b);
  yield { op: 'xfer', ret: 0 };
  s.closeSocket(sockets[0]);
  yield v.lookup(a);
  return { link, sockets: sockets.slice(1) };
}

function* detached(s: Session, good: Fds, { a, b }: Maps, link: number, sockets: number[]): Generator<Answer> {
  const v = verbs(s, good);
  yield v.detach(link);
  yield v.available();
  yield v.lookup(b);
  yield BPFTOOL;
  yield v.detach(link);
  yield v.swap(link, a);
  yield v.info(link);
  yield v.remove(b);
  yield v.choose('lk_one');
  s.close(link);
  const again = v.link(b);
  yield again;
  yield v.lookup(b);
  yield v.available();
  sockets.push(s.socket('lk_one'));
  s.close(again.ret);
  yield v.available();
  yield v.lookup(b);
  yield v.choose('lk_one');
}

function* pinned(s: Session, good: Fds, { b }: Maps): Generator<Answer> {
  const v = verbs(s, good);
  const link = v.link(b);
  yield link;
  yield v.lookup(b);
  yield { op: 'BPF_OBJ_PIN', ret: s.bpf('BPF_OBJ_PIN', { pathname: latin1(`${PIN}\0`), bpf_fd: link.ret }).ret };
  s.close(link.ret);
  yield v.available();
  for (let i = 0; i < 3; i++) yield BPFTOOL;
  const fd = s.bpf('BPF_OBJ_GET', { pathname: latin1(`${PIN}\0`) }).ret;
  v.detach(fd);
  s.close(fd);
  yield BPFTOOL;
  yield v.available();
  yield BPFTOOL;
  s.kernel.unlink(PIN);
  yield BPFTOOL;
}

function* mapFdClosed(s: Session, good: Fds, { a }: Maps, sockets: readonly number[]): Generator<Answer> {
  const v = verbs(s, good);
  const link = v.link(a);
  yield link;
  const id = s.mapId(a);
  s.close(a);
  yield v.available();
  const byId = v.mapById(id);
  yield byId;
  s.close(byId.ret);
  for (let i = 0; i < 2; i++) yield { op: 'BPF_LINK_GET_NEXT_ID', ret: s.bpf('BPF_LINK_GET_NEXT_ID', {}).ret };
  for (const socket of sockets) s.closeSocket(socket);
  s.close(link.ret);
  yield v.mapById(id);
}

function* otherFlags(s: Session, good: Fds): Generator<Answer> {
  const v = verbs(s, good);
  const [first, second] = [v.map('orc_so'), v.map('orc_so')];
  yield v.update(first, 'lk_fl');
  yield v.update(second, 'lk_fl', { ...good, flags: 2 });
  const link = v.link(first);
  yield link;
  yield v.swap(link.ret, second);
}
