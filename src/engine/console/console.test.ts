/** Lines typed into the console of a machine, and their effects. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { toBase64 } from '../base/base64.ts';
import { readParts } from '../lab/testing/parts.ts';
import { Lab } from '../lab/lab.ts';
import { complete } from './complete.ts';

const RENO = toBase64(new Uint8Array(readFileSync(join(import.meta.dirname, '../../../public/samples/reno.bpf.o'))));
const parts = readParts('v6.12');
let lab: Lab;

beforeEach(() => {
  lab = new Lab(parts, {
    id: 'test',
    title: '',
    intro: '',
    path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 50 },
    seed: 1,
    texts: { 'broken.bpf': 'nonsense' },
    objects: { 'reno.bpf.o': RENO },
    steps: [],
    openAt: 0,
    until: 0,
    expect: [],
  });
});

function type(line: string): { out: string; err: string; status: number } {
  const from = lab.history.messages.length;
  lab.command({ do: 'console', line });
  const said = lab.history.messages.slice(from);
  const text = (source: string): string => said.find((one) => one.source === source)?.text ?? '';
  return { out: text('stdout'), err: text('stderr'), status: Number(text('status')) };
}

test('the life of a map by commands: register, use, unregister, FREED', () => {
  expect(type('bpftool struct_ops register reno.bpf.o').err).toBe('Registered tcp_congestion_ops reno id 1\n');
  expect(lab.cold().maps[0]).toMatchObject({ state: 'INUSE', refcnt: 1, ccName: 'c_reno' });
  expect(type('flow start cc c_reno bytes 100k').out).toMatch(/^flow 1 started, c_reno/);
  lab.advance(lab.time + 2e9);
  expect(type('ss -tin | grep -c c_reno').out).toBe('1\n');
  expect(
    type('bpftool -j struct_ops dump | jq ".[1].bpf_struct_ops_tcp_congestion_ops.common.refcnt.refs.counter"').out,
  ).toBe('2\n');
  expect(type('bpftool struct_ops unregister name reno').status).toBe(0);
  expect(lab.cold().maps[0].state).toBe('TOBEFREE');
  type('flow stop 1');
  lab.advance(lab.time + 5e9);
  expect(lab.cold().maps[0].state).toBe('FREED');
  expect(type('bpftool map show').out).toBe('');
});

test('each command is a process whose calls are recorded with their map', () => {
  type('bpftool struct_ops register reno.bpf.o');
  const calls = lab.history.calls.filter(({ process }) => process === 'bpftool');
  expect(calls.map(({ text }) => text.split('{')[0])).toEqual(
    expect.arrayContaining(['bpf(BPF_BTF_LOAD, ', 'bpf(BPF_MAP_CREATE, ', 'bpf(BPF_MAP_UPDATE_ELEM, ']),
  );
  expect(calls.at(-1)?.text).toBe('exit_group(0)');
  type('bpftool map show id 1');
  expect(lab.history.calls.some(({ text, map }) => text.includes('OBJ_GET_INFO') && map === 'A')).toBe(true);
});

test('going back removes output, and a line typed there starts a branch', () => {
  type('echo one');
  lab.advance(1e9);
  type('echo two');
  lab.seek(5e8);
  expect(lab.cold().branch).toBe(0);
  type('echo three');
  const typed = lab.history.messages.filter(({ source }) => source === 'stdout').map(({ text }) => text);
  expect(typed).toEqual(['one\n', 'three\n']);
  expect(lab.cold().branch).toBe(1);
});

test('bpftool alone prints its help and succeeds', () => {
  const { err, status } = type('bpftool');
  expect([status, err.startsWith('Usage: bpftool')]).toEqual([0, true]);
});

test('bytes of keys and values are parsed like strtoul, and the low byte is used', () => {
  type('bpftool map create /sys/fs/bpf/bytes type hash key 4 value 1 entries 4 name bytes');
  const update = 'bpftool map update pinned /sys/fs/bpf/bytes';
  expect(type(`${update} key 256 010 0x0a 7 value 300`).status).toBe(0);
  expect(type('bpftool map dump pinned /sys/fs/bpf/bytes').out).toContain('key: 00 08 0a 07  value: 2c');
  expect(type(`${update} key hex ff 0 0 zz value 1`).err).toBe('Error: error parsing byte: zz\n');
  expect(type(`${update} key 1 2 value 1`).err).toBe('Error: error parsing byte: value\n');
  expect(type(`${update} key 09 0 0 0 value 1`).err).toBe('Error: error parsing byte: 09\n');
});

test("the kernel's types by the name of their file are those of id 1", () => {
  const ofFile = type('bpftool btf dump file /sys/kernel/btf/vmlinux format c').out;
  expect(ofFile).toContain('struct tcp_congestion_ops {');
  expect(ofFile).toBe(type('bpftool btf dump id 1 format c').out);
});

test.each([
  ['nosuch', 127, /command not found/],
  ['bpf', 127, /bpftool/],
  ['bpftool nosuch', 255, /Usage: bpftool/],
  ['bpftool -x map show', 255, /unrecognized option '-x'/],
  ['bpftool map show id 9999', 255, /get map by id \(9999\): No such file/],
  ['bpftool map show id many', 255, /can't parse many as id/],
  ['bpftool map lookup id', 255, /found nothing/],
  ['bpftool prog dump xlated id 77', 255, /get prog by id \(77\)/],
  ['bpftool struct_ops register', 255, /Usage/],
  ['bpftool struct_ops register nosuch.o', 255, /failed to open nosuch.o/],
  ['bpftool struct_ops register broken.bpf', 255, /broken.bpf:1/],
  ['bpftool link detach id 3', 255, /failed to get link with ID 3/],
  ['bpftool btf dump id 99 format c', 255, /get btf by id/],
  ['bpftool map create /x type nosuch key 4 value 4 entries 1 name a', 255, /unrecognized map type/],
  ['cat /nosuch', 1, /No such file or directory/],
  ['cat /proc/sys', 1, /Is a directory/],
  ['rm', 1, /missing operand/],
  ['rm /sys/fs/bpf/nothing', 1, /No such file/],
  ['grep', 2, /usage/],
  ['echo a | grep "(a+)+$"', 2, /could take for ever/],
  ['echo a | grep -E "((a+))+$"', 2, /could take for ever/],
  ['echo a | grep -E "(a|aa)+$"', 2, /could take for ever/],
  ['echo a | grep ".*.*.*.*.*.*b"', 2, /could take for ever/],
  ['flow start bytes 99999999999999999999', 2, /at most 1000000G/],
  ['bpftool map create /sys/fs/bpf/h type hash key 4 value 4 entries 4294967295 name h', 255, /Argument list too long/],
  ['ss --nosuch', 1, /"--nosuch" is not known/],
  ['ss -Z', 1, /"-Z" is not known/],
  [';;', 2, /a command is missing before ";" at column 1/],
  ['echo a;; echo b', 2, /a command is missing before ";"/],
  ['echo a | ; echo b', 2, /a command is missing before ";"/],
  ['echo a &&', 2, /after the last "&&"/],
  ['bpftool net show', 255, /nothing of that kind/],
  ['sysctl net.ipv4.tcp_sack=0', 255, /is a constant of this stack/],
  ['sysctl -x', 1, /not known here/],
  ['tc qdisc show dev eth9', 1, /Cannot find device "eth9"/],
  ['ip route get nowhere', 1, /inet address is expected/],
  ['ip link add', 1, /stays as it is/],
  ['veristat nosuch', 1, /no file and no loaded program/],
  ['veristat broken.bpf', 1, /broken.bpf:1/],
  ['strace -e "" ls', 1, /names of calls/],
  ['sleep 1', 1, /time stands still/],
  ['rm /sys/fs/bpf/nosuch/*', 1, /No such file/],
  ['cat /sys/kernel/btf/vmlinux', 1, /bpftool btf dump file/],
  ['ls /proc/77', 2, /No such file/],
  ['bpftool btf dump file /nosuch', 255, /failed to load BTF/],
  ['echo a | grep "["', 2, /no end/],
  ['echo a | jq .', 2, /not JSON/],
  ['echo [1] | jq .a', 3, /asks for a field of an array/],
  ['flow stop 7', 1, /there is no flow 7/],
  ['flow start cc nosuch', 1, /there is no such congestion control/],
  ['flow start bytes much', 2, /must be a number/],
  ['sysctl net.ipv4.nosuch', 255, /sysctl -a/],
  ['tc qdisc add', 1, /cannot change the path/],
  ['man nosuch', 16, /No manual entry/],
  ['strace', 1, /must have PROG/],
  ['rmmod nosuch', 1, /there is no map nosuch/],
  ['insmod nosuch', 1, /there is no such text/],
  ['head -n x', 1, /whole number/],
])('bad input: %s', (line, status, message) => {
  const said = type(line);
  expect(said.status).toBe(status);
  expect(said.err).toMatch(message);
});

test('output is bounded and says so; a line of 1 MB is refused', () => {
  const long = type(`echo '${'x'.repeat(60_000)}' ${`'${'y'.repeat(4_000)}' `.repeat(1)}`);
  expect(long.out.length).toBeLessThan(70_000);
  expect(type('x'.repeat(1_000_000)).err).toMatch(/at most 65536 characters/);
  const much = Array.from({ length: 30 }, () => `cat /proc/kallsyms`).join('; ');
  expect(type(much).out.length).toBeLessThan(210_000);
});

test('every command has a man page, and help lists all', () => {
  const help = type('help').out;
  for (const name of ['bpftool', 'ss', 'tc', 'flow', 'strace', 'veristat', 'jq']) {
    expect(help).toContain(name);
    expect(type(`man ${name}`).out).toContain(name);
  }
});

test('strace shows the calls of a command', () => {
  type('bpftool struct_ops register reno.bpf.o');
  const { err, out } = type('strace -e trace=bpf bpftool struct_ops list');
  expect(out).toMatch(/^1: reno/);
  expect(err).toMatch(/BPF_MAP_GET_NEXT_ID/);
  expect(err).toMatch(/exited with 0 \+\+\+\n$/);
  expect(err).not.toMatch(/close\(/);
});

test('strace prints every field of a bpf command, as its recordings do', () => {
  type('bpftool struct_ops register reno.bpf.o');
  const { err } = type('strace -e trace=bpf bpftool struct_ops unregister id 1');
  expect(err).toContain('bpf(BPF_MAP_GET_FD_BY_ID, {map_id=1, next_id=0, open_flags=0}, 12) = 3');
  expect(err).toContain('bpf(BPF_MAP_DELETE_ELEM, {map_fd=3, key="\\0\\0\\0\\0"}, 16) = 0');
  const { err: made } = type('strace bpftool struct_ops register reno.bpf.o');
  expect(made).toMatch(/map_type=BPF_MAP_TYPE_STRUCT_OPS, key_size=4, value_size=\d+, max_entries=1, map_flags=0/);
  expect(made).toMatch(/prog_type=BPF_PROG_TYPE_STRUCT_OPS, insn_cnt=\d+, insns="[^ ]+"\.\.\., license="GPL"/);
  expect(made).toContain('kern_version=KERNEL_VERSION(');
  expect(type('strace -c bpftool map show').err).toMatch(/calls +errors syscall/);
});

test('a flow that cannot have its congestion control leaves no row', () => {
  type('flow start cc nosuch');
  expect(type('flow list | wc -l').out).toBe('1\n');
});

test('rmmod removes the registered map, not a refused one of the same name', () => {
  type('bpftool struct_ops register reno.bpf.o; bpftool struct_ops register reno.bpf.o');
  expect(type('rmmod reno').status).toBe(0);
});

test('veristat verifies a file without loading it', () => {
  const { out, status } = type('veristat reno.bpf.o');
  expect(status).toBe(0);
  expect(out).toMatch(/reno\.bpf\.o +\S+ +success +\d+ +\d+ +\d+ +\d+\n/);
  expect(type('bpftool prog show').out).toBe('');
});

test('folders of /proc and /sys lead to every file', () => {
  expect(type('ls /').out).toBe('proc\nsys\n');
  expect(type('ls /proc/net').out).toBe('tcp\n');
  expect(type('ls /proc/sys/net/ipv4').out).toContain('tcp_congestion_control\n');
  type('bpftool struct_ops register reno.bpf.o; flow start cc c_reno');
  const pid = type('ps | grep sender-1').out.trim().split(/\s+/)[0];
  expect(type(`ls /proc/${pid}/fdinfo`).out.length).toBeGreaterThan(0);
  expect(type('ls /proc').out.split('\n')).toContain(pid);
});

test('ss shows unacknowledged bytes and states', () => {
  type('flow start cc reno');
  lab.advance(lab.time + 1e9);
  const [, queue] = /ESTAB +0 +(\d+) +10.0.0.1/.exec(type('ss -tin').out) ?? [];
  expect(Number(queue)).toBeGreaterThan(1000);
  expect(type('ss -s').out).toMatch(/TCP: +1 \(estab 1/);
  expect(type('cat /proc/net/tcp').out).toContain(`01 ${Number(queue).toString(16).padStart(8, '0').toUpperCase()}:`);
});

test('history has the lines of this branch', () => {
  type('echo one');
  expect(type('history').out).toBe('    1  echo one\n    2  history\n');
});

test('feature probe prints each kind as bpftool does', () => {
  expect(type('bpftool feature probe | grep struct_ops').out).toContain('eBPF program_type struct_ops is available\n');
  expect(type('bpftool -j feature probe | jq .map_types.have_hash_map_type').out).toBe('true\n');
  expect(type('bpftool feature probe | grep bpf_tcp_send_ack').out).toBe('\t- bpf_tcp_send_ack\n');
});

test('pins and folders of bpffs', () => {
  type('bpftool struct_ops register reno.bpf.o');
  expect(type('mkdir /sys/fs/bpf/a; bpftool map pin id 1 /sys/fs/bpf/a/m; ls /sys/fs/bpf/a').out).toBe('m\n');
  expect(type('rm /sys/fs/bpf/a').err).toMatch(/Is a directory/);
  expect(type('cat /sys/fs/bpf/a/m').out.length).toBeGreaterThan(10);
  expect(type('rm -rf /sys/fs/bpf/a/*; ls /sys/fs/bpf/a').out).toBe('');
});

test('completion: commands, verbs, ids and names', () => {
  type('bpftool struct_ops register reno.bpf.o');
  const names = {
    files: ['reno.bpf.o'],
    maps: [{ id: 1, name: 'reno' }],
    progs: [],
    flows: [3],
    controls: ['reno', 'c_reno'],
    links: [4],
    pins: ['/sys/fs/bpf/m'],
    processes: [{ pid: 1, fds: [3] }],
  };
  expect(complete('bpf', names).words).toEqual(['bpftool', 'bpftool71', 'bpftool75']);
  expect(complete('bpftool st', names).words).toEqual(['struct_ops']);
  expect(complete('bpftool -j struct_ops unr', names).words).toEqual(['unregister']);
  expect(complete('bpftool struct_ops register r', names).words).toEqual(['reno.bpf.o']);
  expect(complete('bpftool struct_ops dump id ', names).words).toEqual(['1']);
  expect(complete('bpftool map dump name r', names).words).toEqual(['reno']);
  expect(complete('flow start cc c', names).words).toEqual(['c_reno']);
  expect(complete('flow stop ', names).words).toEqual(['3']);
  expect(complete('bpftool map show | gr', names).words).toEqual(['grep']);
  expect(complete('echo "', names).words).toEqual([]);
  expect(complete('rm ', names).words).toEqual(['/sys/fs/bpf/m']);
  expect(complete('bpftool link detach id ', names).words).toEqual(['4']);
  expect(complete('bpftool map dump pinned ', names).words).toEqual(['/sys/fs/bpf/m']);
  expect(complete('cat /proc/1/fd', names).words).toEqual(['/proc/1/fdinfo/3']);
  expect(complete('sysctl net.ipv4.tcp_re', names).words).toContain('net.ipv4.tcp_reordering');
  expect(complete('man struct', names).words).toEqual(['struct_ops']);
  expect(complete('bpftool btf dump id 1 format ', names).words).toEqual(['c', 'raw']);
});
