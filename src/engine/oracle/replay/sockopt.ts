/* Recording b6: permission to choose a congestion control, the sysctls, and the capability that each call needs. */
import type { Capability } from '../../kernel/capabilities.ts';
import { loadPrograms } from './programs.ts';
import type { Answer } from './recording.ts';
import type { Session } from './session.ts';

type Fds = Readonly<Record<string, number>>;

const SYSCTL = 'net.ipv4.tcp_';
const NAMES = [
  'cc_plain',
  'cc_nonres',
  'cc_ecn',
  'cc_both',
  'cubic',
  'reno',
  'nosuch',
  'bbr',
  'dctcp',
  '',
  'cc_plain\0xx',
  'cc_plainX',
  '0123456789abcdef',
];

/** Capabilities of each of the recorder's last processes. */
const MAY: readonly (readonly Capability[])[] = [
  [],
  ['CAP_BPF'],
  ['CAP_NET_ADMIN'],
  ['CAP_PERFMON'],
  ['CAP_BPF', 'CAP_PERFMON'],
  ['CAP_BPF', 'CAP_NET_ADMIN'],
  ['CAP_BPF', 'CAP_PERFMON', 'CAP_NET_ADMIN'],
  ['CAP_SYS_ADMIN'],
  ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'],
];
const NOBODY = 65534;

function read(s: Session, ...names: readonly string[]): Answer {
  const lines = names.map((name) => `${s.tcp.readSysctl(`${SYSCTL}${name}congestion_control`) ?? ''}\n`);
  return { op: 'shell', ret: 0, out: lines.join('') };
}

function write(s: Session, name: string, value: string): Answer {
  s.tcp.writeSysctl(`${SYSCTL}${name}congestion_control`, value);
  return read(s, name);
}

/** Runs as a child process with other credentials that shares the fds. */
function* as(s: Session, uid: number, caps: readonly Capability[], run: () => Generator<Answer>): Generator<Answer> {
  const parent = s.pid;
  s.pid = s.kernel.fork(parent, 'child');
  s.kernel.setCredentials(s.pid, uid, caps);
  yield* run();
  s.kernel.exit(s.pid);
  s.pid = parent;
}

function register(s: Session, good: Fds, name: string, flags = 0): { fd: number; answer: Answer } {
  const fd = s.map({ map_name: name }).ret;
  const { ret } = s.update(fd, s.value({ members: { ...good, flags }, name }));
  return { fd, answer: { op: 'BPF_MAP_UPDATE_ELEM', ret } };
}

function dump(s: Session, fd: number): Answer {
  const { ret, out } = s.lookup(fd);
  return { op: 'BPF_MAP_LOOKUP_ELEM', ret, out: s.decode(out.bytes) };
}

function* everyName(s: Session): Generator<Answer> {
  for (const name of NAMES) {
    const socket = s.socket(undefined, false);
    const ret = s.setCongestion(socket, name.split('\0', 1)[0]);
    yield { op: 'setsockopt(TCP_CONGESTION)', ret, out: { getsockopt: s.tcp.getCongestion(socket) } };
    s.closeSocket(socket);
  }
}

export function* sockopt(s: Session): Generator<Answer> {
  const { good } = loadPrograms(s);
  const maps: Record<string, number> = {};
  for (const [flags, name] of ['cc_plain', 'cc_nonres', 'cc_ecn', 'cc_both'].entries()) {
    const { fd, answer } = register(s, good, name, flags);
    maps[name] = fd;
    yield answer;
  }
  for (const name of ['available_', 'allowed_']) yield read(s, name);
  yield* everyName(s);
  yield* as(s, NOBODY, [], () => everyName(s));
  yield write(s, 'allowed_', 'reno cubic cc_plain');
  yield dump(s, maps.cc_plain);
  yield* as(s, NOBODY, [], () => everyName(s));
  yield* namespaceDefault(s, maps.cc_ecn);
  yield* unprivileged(s, good);
  for (const caps of MAY) yield* as(s, 0, caps, () => withCaps(s, good));
}

function* namespaceDefault(s: Session, fd: number): Generator<Answer> {
  yield write(s, '', 'cc_ecn');
  yield dump(s, fd);
  for (const name of ['available_', 'allowed_']) yield read(s, name);
  const first = s.socket(undefined, false);
  yield { op: 'getsockopt', ret: 0, out: { cc: s.tcp.getCongestion(first) } };
  yield dump(s, fd);
  yield { op: 'BPF_MAP_DELETE_ELEM', ret: s.remove(fd).ret };
  yield read(s, '', 'available_');
  const second = s.socket(undefined, false);
  yield { op: 'getsockopt', ret: 0, out: { cc: s.tcp.getCongestion(second) } };
  s.closeSocket(first);
  s.closeSocket(second);
  yield dump(s, fd);
  yield write(s, '', 'cubic');
  yield dump(s, fd);
}

function* unprivileged(s: Session, good: Fds): Generator<Answer> {
  const { fd, answer } = register(s, good, 'cc_nr');
  yield answer;
  yield* as(s, NOBODY, [], function* () {
    yield { op: 'BPF_MAP_CREATE', ret: s.map().ret };
    yield { op: 'BPF_PROG_LOAD', ret: s.prog(0).ret };
    yield dump(s, fd);
    yield { op: 'BPF_MAP_DELETE_ELEM', ret: s.remove(fd).ret };
    yield { op: 'BPF_MAP_GET_NEXT_ID', ret: s.bpf('BPF_MAP_GET_NEXT_ID', {}).ret };
  });
  yield dump(s, fd);
  s.close(fd);
}

function* withCaps(s: Session, good: Fds): Generator<Answer> {
  yield { op: 'BPF_MAP_CREATE', ret: s.map().ret };
  yield { op: 'BPF_PROG_LOAD', ret: s.prog(0).ret };
  const fd = s.map().ret;
  if (fd >= 0) {
    yield { op: 'BPF_MAP_UPDATE_ELEM', ret: s.update(fd, s.value({ members: good, name: 'cc_caps' })).ret };
    s.remove(fd);
  }
  for (const cc of ['cc_nonres', 'cc_both', 'cc_plain', 'cubic']) {
    const socket = s.socket(undefined, false);
    yield { op: 'setsockopt', ret: s.setCongestion(socket, cc) };
    s.closeSocket(socket);
  }
}
