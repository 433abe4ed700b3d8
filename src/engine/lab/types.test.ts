/* struct_ops types that no kernel has: declared as C, implemented by an object of clang, called by hand. */
import { structOpsMaps } from '../kernel/state.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toBase64 } from '../base/base64.ts';
import { structLayout } from '../btf/layout.ts';
import { declareStructOps } from '../kernel/struct-ops/declare.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { type Command, TYPES_TEXT } from './commands.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { creatorTags, installLateTools } from '../late.ts';
import { Lab } from './lab.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const COUNTER = readFileSync(join(FIXTURES, 'counter.h'), 'utf8');
const object = toBase64(new Uint8Array(readFileSync(join(FIXTURES, 'counter.bpf.o'))));
const btf = shippedBtf();
installLateTools();
const parts = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };

function lab(types: string, ...commands: Command[]): Lab {
  const l = new Lab(parts, {
    id: 'test',
    title: '',
    intro: '',
    path: { rateBps: 10e6, delayNs: 10e6, queuePackets: 50 },
    seed: 1,
    texts: { [TYPES_TEXT]: types },
    objects: { 'counter.bpf.o': object },
    steps: commands.map((command, i) => ({ at: (i + 1) * 1e6, caption: '', command })),
    openAt: 0,
    until: 1e9,
    expect: [],
  });
  l.seek(1e9);
  return l;
}

const load: Command = { do: 'load-object', process: 'p', map: 'A', object: 'counter.bpf.o', attach: true };
const call = (member: string, ...args: (number | string)[]): Command => ({
  do: 'call-member',
  process: 'p',
  map: 'A',
  member,
  args,
});
const said = (l: Lab, source = 'call') =>
  l.history.messages.filter((m) => m.source === source && m.level !== 'debug').map(({ text }) => text);
const diagnosed = (text: string) =>
  declareStructOps(text, btf).diagnostics.map(({ code, severity }) => `${severity} ${code}`);

describe('a declared type', () => {
  test('can be loaded, registered and called; programs write to memory arguments', () => {
    const l = lab(
      COUNTER,
      load,
      call('step', '05', 3),
      call('step', '0500000000000000 0100000000000000', -4),
      call('scale', 5),
      call('reset', '00'),
      call('step', 1),
      call('nothing'),
      call('scale', 'zz'),
    );
    expect(l.history.calls.filter(({ ret, text }) => ret < 0 && text.startsWith('bpf'))).toEqual([]);
    expect(l.cold().maps).toMatchObject([
      { letter: 'A', name: 'counter', state: 'INUSE', refcnt: 1 },
      { letter: 'B', name: 'linked', state: 'READY', refcnt: 1 },
    ]);
    expect(said(l)).toEqual([
      'step(05, 3) = 8; argument 1: {\n    "value": 8,\n    "sum": 8\n}',
      'step(0500000000000000 0100000000000000, -4) = -4; argument 1: {\n    "value": 1,\n    "sum": 2\n}',
      'scale(5) = 17',
      'reset is not implemented',
      'step takes 2 arguments, not 1',
      'struct counter_ops has no function nothing',
    ]);
    expect(l.history.calls.at(-1)).toMatchObject({
      ret: -22,
      message: expect.stringContaining('memory is given as hex digits, two a byte'),
    });
  });

  test('its data members are where the kernel’s struct has them, not the object’s', () => {
    const l = lab(COUNTER, load);
    const [map] = structOpsMaps(l.machine.kernel.state).filter(({ struct }) => struct === 'counter_ops');
    const at = (path: string) => l.machine.btf.field('counter_ops', path)?.byteOffset ?? 0;
    expect(l.machine.memory.u32[(map.kdata + at('factor')) >>> 2]).toBe(7);
    expect(String.fromCharCode(...l.machine.bytes(map.kdata + at('name'), 5))).toBe('three');
  });

  test('a map for links is registered while its link is open', () => {
    const b = { process: 'p', map: 'B' } as const;
    const l = lab(
      COUNTER,
      load,
      { do: 'call-member', ...b, member: 'scale', args: [2] },
      { do: 'close-link', process: 'p', link: 1 },
      { do: 'link', ...b, link: 2 },
      { do: 'exit', process: 'p' },
    );
    expect(said(l)).toEqual(['scale(2) = 6']);
    const links = l.history.calls.filter(({ name }) => name === 'BPF_LINK_CREATE');
    expect(links.map(({ ret }) => ret > 0)).toEqual([true, true]);
    const steps = l.history.refs.filter(({ map, who }) => map === 'B' && who.startsWith('link'));
    expect(steps.map(({ gained }) => gained)).toEqual([true, false, true, false]);
    expect(l.cold().maps).toMatchObject([{ state: 'INUSE' }, { letter: 'B', state: 'FREED' }]);
  });

  test('declaration tags of its creator stay beside the kernel’s type', () => {
    const l = lab(COUNTER, load);
    expect(creatorTags(l.machine.kernel, l.cold().maps[0].id)).toEqual([
      { text: 'set by the loader', kind: 'STRUCT', name: 'counter_ops', component: 'factor' },
      { text: 'build 42', kind: 'VAR', name: 'counter', component: null },
    ]);
    expect(creatorTags(l.machine.kernel, 99)).toBeNull();
  });

  test('follows time backwards and forwards', () => {
    const l = lab(COUNTER, load, call('step', '05', 3), call('scale', 5));
    const end = l.hash();
    l.seek(1.5e6);
    expect(l.hash()).not.toBe(end);
    l.seek(1e9);
    expect(l.hash()).toBe(end);
    expect(said(l)).toHaveLength(2);
  });

  test('is unknown to the kernel without its declaration', () => {
    const l = lab('', load);
    expect(said(l, 'libbpf')).toContain(
      'struct ops init_kern'.replace(' ', '_') + ': struct counter_ops is not found in kernel BTF',
    );
  });
});

describe('the value struct', () => {
  test('is generated as the macro of the kernel would: data on a cache line of its own', () => {
    const { value } = declareStructOps(COUNTER, btf);
    expect(value.names).toEqual(['counter_ops']);
    expect(value.text).toContain('struct bpf_struct_ops_counter_ops {\n\tstruct bpf_struct_ops_common_value common;');
    const own = value.btf;
    if (!own) throw new Error('no types');
    expect(own.field('bpf_struct_ops_counter_ops', 'data')?.byteOffset).toBe(64);
    expect(own.sizeOf(own.find('STRUCT', 'bpf_struct_ops_counter_ops'))).toBe(128);
    const layout = structLayout(own, own.find('STRUCT', 'bpf_struct_ops_counter_ops'));
    expect(layout?.summary.holes).toBe(1);
  });

  test('may have its own members: an init is called before registering, and can refuse', () => {
    const extended = `${COUNTER}
      struct bpf_struct_ops_counter_ops {
        struct bpf_struct_ops_common_value common;
        int (*init)(struct counter_ops *data);
        u64 spare;
        struct counter_ops data ____cacheline_aligned_in_smp;
      };`;
    expect(diagnosed(extended)).toEqual(['warning D0211']);
    const l = lab(extended, load, call('scale', 5));
    expect(said(l)).toEqual(['scale(5) = 15']);
    const [map] = structOpsMaps(l.machine.kernel.state).filter(({ struct }) => struct === 'counter_ops');
    const at = l.machine.btf.field('bpf_struct_ops_counter_ops', 'init')?.byteOffset ?? 0;
    expect(l.machine.text.nameOf(l.machine.memory.u32[(map.kvalue + at) >>> 2])).toBe('counter_ops_value_init');

    // init refuses a missing member; members of the kernel cannot be set
    const { kernel } = l.machine;
    const pid = kernel.spawn('by hand');
    const type = kernel.types.find(({ name }) => name === 'counter_ops');
    const btfFd = kernel.bpf(pid, 'BPF_BTF_GET_FD_BY_ID', { btf_id: kernel.state.btfs[map.btf].id }).ret;
    const create = () =>
      kernel.bpf(pid, 'BPF_MAP_CREATE', {
        map_type: 26,
        key_size: 4,
        value_size: type?.valueSize,
        max_entries: 1,
        btf_fd: btfFd,
        btf_vmlinux_value_type_id: type?.valueId,
      }).ret;
    const update = (value: Uint8Array) =>
      kernel.bpf(pid, 'BPF_MAP_UPDATE_ELEM', { map_fd: create(), key: new Uint8Array(4), value });
    const value = new Uint8Array(type?.valueSize ?? 0);
    expect(update(value)).toMatchObject({ ret: -22, message: 'counter_ops: init: no member is implemented' });
    value[at] = 1;
    const refused = update(value);
    expect([refused.ret, refused.trace.at(-1)?.step]).toEqual([-22, 'state-refcnt-zero']);
  });

  test.each([
    ['struct x { int a; };', ['error D0202']],
    ['struct x { int (*f)(int); int bits : 3; };', ['error D0206']],
    ['struct x { int (*f)(int); struct { int a; }; };', ['error D0205']],
    ['struct x { int (*f)(int, ...); };', ['error D0212']],
    ['struct y { long a, b; }; struct x { struct y (*f)(int); };', ['error D0207']],
    ['struct x { int (*f)(int, int, int, int, int); };', []],
    [`struct x { int (*f)(${Array(13).fill('int').join(', ')}); };`, ['error D0208']],
    [`struct x { ${Array.from({ length: 65 }, (_, i) => `void (*f${i})(void);`).join(' ')} };`, ['error D0204']],
    ['struct x { int (*f)(int); }; struct bpf_struct_ops_x { struct x data; };', ['error D0210', 'error D0210']],
    ['struct x { int (*f)(int) };', ['error D0101']],
    ['struct tcp_congestion_ops { int (*f)(int); };', ['error D0213']],
  ])('%s', (text, codes) => {
    expect(diagnosed(text)).toEqual(codes);
  });
});

const WIDE_TYPES = `
struct two { unsigned long long a; long long b; };
struct wide_ops {
  long long (*sum)(int a, unsigned char b, unsigned long long c, short d, long long e, int f, int g, int h, int i, int j, int k, long long l);
  unsigned long long (*same)(unsigned long long x);
  long long (*pair)(struct two t, int x);
};
`;
const summed = (words: number): string =>
  ['r0 = 0', ...Array.from({ length: words }, (_, i) => `r2 = *(u64 *)(r1 + ${i * 8})\nr0 += r2`), 'exit'].join('\n');
const WIDE = `
.struct_ops wide_ops
.license "GPL"
.section struct_ops/sum
sum:
${summed(12)}
.section struct_ops/same
same:
${summed(1)}
.section struct_ops/pair
pair:
${summed(3)}
`;

test('members with many arguments, 64-bit arguments and structs by value receive them whole', () => {
  const l = lab(
    WIDE_TYPES,
    { do: 'load', process: 'p', map: 'A', text: '', source: WIDE },
    { do: 'register', process: 'p', map: 'A' },
    call('sum', -1, 255, '0x123456789abcdef', -2, -3, 4, 5, 6, 7, 8, 9, '-0x123456789abcdef'),
    call('sum', 0, 256, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    call('same', '0xfffffffffffffff0'),
    call('same', 2 ** 53 - 1),
    call('pair', '0100000000000000feffffffffffffff', 40),
    call('pair', 1, 40),
  );
  expect(said(l)).toEqual([
    'sum(-1, 255, 0x123456789abcdef, -2, -3, 4, 5, 6, 7, 8, 9, -0x123456789abcdef) = 288',
    'argument 2 of sum is a number of 1 bytes: 256 does not fit',
    'same(0xfffffffffffffff0) = 18446744073709551600',
    'same(9007199254740991) = 9007199254740991',
    'pair(0100000000000000feffffffffffffff, 40) = 39',
    'argument 1 of pair is a struct of 16 bytes, given as [bytes]',
  ]);
});

test('a program of bpf_dummy_ops runs by BPF_PROG_TEST_RUN', () => {
  const l = lab(
    '',
    { do: 'load', process: 'p', map: 'A', text: '', source: DUMMY },
    call('test_1', 0),
    call('test_2', 0),
  );
  expect(said(l)).toEqual(['test_1(0) = 77']);
  expect(l.history.calls.at(-1)).toMatchObject({ ret: -22, message: 'test_2 is not implemented' });
});

const DUMMY = `
.struct_ops bpf_dummy_ops
.license "GPL"
.section struct_ops/test_1
dummy_test_1:
  r0 = 77
  exit
`;
