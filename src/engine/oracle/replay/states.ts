/* Recording b3: what each command answers in each state, with sockets that hold the map. */
import { mustStructOps } from '../../kernel/state.ts';
import type { HolderKind } from '../../kernel/subsystem.ts';
import { loadPrograms } from './programs.ts';
import type { Answer } from './recording.ts';
import { type Session, word } from './session.ts';

/** The recorder's shorthands. */
function verbs(s: Session, good: Readonly<Record<string, number>>) {
  return {
    lookup(fd: number, key = 0, flags = 0): Answer {
      const { ret, out } = s.lookup(fd, key, flags);
      return { op: 'BPF_MAP_LOOKUP_ELEM', ret, out: s.decode(out.bytes) ?? undefined };
    },
    next(fd: number, key: number | null): Answer {
      const { ret } = s.bpf('BPF_MAP_GET_NEXT_KEY', { map_fd: fd, key: key === null ? null : word(key) });
      return { op: 'BPF_MAP_GET_NEXT_KEY', ret, out: { next: '00000000' } };
    },
    update: (fd: number, name = 'orc_st', members = good): Answer => ({
      op: 'BPF_MAP_UPDATE_ELEM',
      ret: s.update(fd, s.value({ members, name })).ret,
    }),
    remove: (fd: number, key = 0): Answer => ({ op: 'BPF_MAP_DELETE_ELEM', ret: s.remove(fd, key).ret }),
    choose: (socket: number, cc: string): Answer => ({ op: 'setsockopt', ret: s.setCongestion(socket, cc) }),
    mapById: (id: number): Answer => ({
      op: 'BPF_MAP_GET_FD_BY_ID',
      ret: s.bpf('BPF_MAP_GET_FD_BY_ID', { map_id: id }).ret,
    }),
    transfer: (): Answer => ({ op: 'xfer', ret: 0 }),
  };
}

export function* states(s: Session): Generator<Answer> {
  const { good } = loadPrograms(s);
  // the recorder had loaded and closed another program by then
  s.close(s.prog(0).ret);
  yield* lifeCycle(s, good);
  yield* withoutFds(s, good);
  yield* programReferences(s, good);
}

function* lifeCycle(s: Session, good: Readonly<Record<string, number>>): Generator<Answer> {
  const v = verbs(s, good);
  const fd = s.map({ map_name: 'orc_st' }).ret;
  yield v.lookup(fd);
  yield v.lookup(fd, 1);
  for (const flags of [1, 2, 4]) yield v.lookup(fd, 0, flags);
  for (const key of [null, 0, 1, 5]) yield v.next(fd, key);
  yield v.remove(fd);
  yield v.remove(fd, 1);
  yield v.update(fd);
  yield v.lookup(fd);
  yield v.update(fd);
  for (const key of [null, 0, 1]) yield v.next(fd, key);
  yield v.lookup(fd, 1);
  const connected: number[] = [];
  for (let i = 0; i < 3; i++) {
    connected.push(s.socket('orc_st'));
    yield v.lookup(fd);
  }
  yield* otherSockets(s, good, fd);
  for (const cc of ['cubic', 'orc_st', 'orc_st']) {
    yield v.choose(connected[0], cc);
    yield v.lookup(fd);
  }
  yield v.transfer();
  yield v.lookup(fd);
  yield v.remove(fd);
  yield v.lookup(fd);
  yield v.remove(fd);
  yield v.remove(fd, 7);
  yield v.update(fd);
  for (const key of [null, 0]) yield v.next(fd, key);
  yield { op: 'available_cc', ret: 0, out: s.available() };
  const late = s.socket(undefined, false);
  yield v.choose(late, 'orc_st');
  s.closeSocket(late);
  yield { op: 'getsockopt', ret: 0, out: { cc: s.tcp.getCongestion(connected[0]) } };
  yield v.choose(connected[0], 'orc_st');
  yield v.transfer();
  yield* sameName(s, good, fd, connected);
}

/** Further cases: an unconnected socket, and a listener whose child inherits its choice. */
function* otherSockets(s: Session, good: Readonly<Record<string, number>>, fd: number): Generator<Answer> {
  const v = verbs(s, good);
  const unconnected = s.socket(undefined, false);
  yield v.choose(unconnected, 'orc_st');
  yield v.lookup(fd);
  s.closeSocket(unconnected);
  yield v.lookup(fd);
  const listener = s.socket(undefined, false);
  yield v.choose(listener, 'orc_st');
  yield v.lookup(fd);
  const kdata = mustStructOps(s.kernel.state.maps[s.kernel.objectOf(s.pid, fd, 'map')]).kdata;
  const child: [number, HolderKind, number] = [kdata, 'socket', -listener];
  s.kernel.refs.get(...child);
  yield { op: 'accept', ret: 0 };
  yield v.lookup(fd);
  s.kernel.refs.put(...child);
  yield v.lookup(fd);
  s.closeSocket(listener);
  yield v.lookup(fd);
}

function* sameName(
  s: Session,
  good: Readonly<Record<string, number>>,
  first: number,
  connected: readonly number[],
): Generator<Answer> {
  const v = verbs(s, good);
  const second = s.map({ map_name: 'orc_st2' }).ret;
  yield v.update(second);
  yield v.lookup(second);
  yield v.lookup(first);
  const user = s.socket(undefined, false);
  yield v.choose(user, 'orc_st');
  yield v.lookup(second);
  yield v.lookup(first);
  yield v.choose(connected[1], 'orc_st');
  yield v.lookup(first);
  yield v.lookup(second);
  s.closeSocket(connected[2]);
  yield v.lookup(first);
  s.closeSocket(connected[0]);
  s.closeSocket(connected[1]);
  yield v.lookup(first);
  yield v.lookup(second);
  yield v.remove(first);
  yield v.update(first);
  yield v.lookup(first);
  s.closeSocket(user);
  yield v.remove(second);
  yield v.lookup(second);
  s.settle(1000);
  yield v.lookup(second);
  yield v.update(second);
  s.close(first, second);
}

function* withoutFds(s: Session, good: Readonly<Record<string, number>>): Generator<Answer> {
  const v = verbs(s, good);
  const kept = s.map({ map_name: 'orc_keep' }).ret;
  yield v.update(kept, 'orc_keep');
  const keptId = s.mapId(kept);
  s.close(kept);
  const again = v.mapById(keptId);
  yield again;
  yield v.lookup(again.ret);
  yield v.remove(again.ret);
  yield v.lookup(again.ret);
  s.close(again.ret);
  yield v.mapById(keptId);

  const held = s.map({ map_name: 'orc_k2' }).ret;
  yield v.update(held, 'orc_k2');
  const socket = s.socket('orc_k2');
  const heldId = s.mapId(held);
  yield v.remove(held);
  yield v.lookup(held);
  s.close(held);
  const byId = v.mapById(heldId);
  yield byId;
  yield v.lookup(byId.ret);
  s.close(byId.ret);
  yield v.transfer();
  s.closeSocket(socket);
  yield v.mapById(heldId);

  const empty = s.map().ret;
  const emptyId = s.mapId(empty);
  s.close(empty);
  yield v.mapById(emptyId);
}

function* programReferences(s: Session, good: Readonly<Record<string, number>>): Generator<Answer> {
  const v = verbs(s, good);
  const own = s.prog(s.memberIndex('ssthresh'), { prog_name: 'ssx' }).ret;
  const info = s.bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: own, info_len: 232, info: new Uint8Array(232) });
  const id = s.wordAt(info, 4);
  const fd = s.map({ map_name: 'orc_pr' }).ret;
  yield v.update(fd, 'orc_pr', { ...good, ssthresh: own });
  yield v.lookup(fd);
  yield { op: 'info', ret: 0, out: { ssthresh_prog_id: id } };
  s.close(own);
  const progById = (): Answer => ({
    op: 'BPF_PROG_GET_FD_BY_ID',
    ret: s.bpf('BPF_PROG_GET_FD_BY_ID', { prog_id: id }).ret,
  });
  const found = progById();
  yield found;
  s.close(found.ret);
  yield v.remove(fd);
  s.close(fd);
  s.settle(2000);
  yield progById();
}
