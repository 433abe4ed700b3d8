/* Object files in the lab: loaded by a process, run by its sockets, rewound like anything else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toBase64 } from '../base/base64.ts';
import { openElf } from '../elf/read.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import type { Command, Scenario } from './commands.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { installLateTools, mapElements } from '../late.ts';
import { Lab } from './lab.ts';
import { plainLine } from './stops.ts';

const SAMPLES = join(import.meta.dirname, '../../../public/samples');
const sample = (name: string): Uint8Array => new Uint8Array(readFileSync(join(SAMPLES, `${name}.bpf.o`)));
const btf = shippedBtf();
installLateTools();
const parts = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };
const SECOND = 1e9;

function lab(commands: readonly (readonly [at: number, command: Command])[], objects: Scenario['objects'] = {}): Lab {
  return new Lab(parts, {
    id: 'test',
    title: '',
    intro: '',
    path: { rateBps: 10e6, delayNs: 10e6, queuePackets: 50 },
    seed: 3,
    texts: {},
    objects,
    steps: commands.map(([at, command]) => ({ at, caption: '', command })),
    openAt: 0,
    until: 8 * SECOND,
    expect: [],
  });
}

const load = (name: string, attach = true): Command => {
  const bytes = toBase64(sample(name));
  return { do: 'load-object', process: 'bpftool', map: 'A', object: `${name}.bpf.o`, bytes, attach };
};
const connect = (socket: number, cc: string): Command => ({ do: 'connect', process: 'app', socket, cc });

const watched = (): Lab =>
  lab([
    [1e6, load('watched')],
    [2e6, connect(1, 'c_watched')],
    [3e6, connect(2, 'c_watched')],
    [5 * SECOND, { do: 'read-ring', process: 'bpftool', object: 'watched.bpf.o', map: 'losses' }],
    [6 * SECOND, { do: 'close', socket: 1 }],
    [6.5 * SECOND, { do: 'unregister', process: 'root', map: 'A' }],
    [7 * SECOND, { do: 'exit', process: 'bpftool' }],
    [7.1 * SECOND, { do: 'close', socket: 2 }],
  ]);

describe('an object with maps', () => {
  test('runs, prints, and releases everything at its end', () => {
    const l = watched();
    l.seek(4 * SECOND);
    const cold = l.cold();
    expect(cold.maps).toMatchObject([{ letter: 'A', ccName: 'c_watched', state: 'INUSE', refcnt: 3 }]);
    expect(cold.objects).toMatchObject([{ name: 'watched.bpf.o', process: 'bpftool', letters: ['A'] }]);
    const [object] = cold.objects;
    expect(Object.fromEntries(object.maps.map(({ name, type }) => [name, type]))).toEqual({
      losses: 'ringbuf',
      windows: 'percpu_array',
      states: 'hash',
      sockets: 'sk_storage',
      'watched.bss': 'array',
      'watched.rodata': 'array',
    });
    const at = (name: string) =>
      mapElements(l.machine.kernel, object.maps.find((m) => m.name === name)?.id ?? 0, 100) ?? [];
    expect(at('sockets')).toHaveLength(2);
    expect(at('sockets')[0].valueText).toMatch(/"losses": \d+,\n\s+"greatest_cwnd": \d+/);
    expect(
      at('states')
        .map(({ keyText }) => keyText)
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual(['0', '1', '3']);
    const counted = at('windows').reduce((sum, { valueText }) => sum + Number(valueText), 0);
    expect(counted).toBeGreaterThan(1000);
    expect(at('watched.bss')[0].valueText).toContain(`"acks": ${counted}`);

    l.seek(8 * SECOND);
    expect(l.history.notes).toEqual([]);
    expect(l.machine.kernel.state.maps).toEqual({});
    expect(l.machine.kernel.state.progs).toEqual({});
    const { arena, kernel } = l.machine.kernel.state.heaps;
    const free = (pieces: readonly { readonly bytes: number }[]) => pieces.reduce((sum, { bytes }) => sum + bytes, 0);
    expect([free(arena.free), free(kernel.free)]).toEqual([arena.taken, kernel.taken]);
  });

  test('its output is in the history: libbpf, the trace, the ring buffer', () => {
    const l = watched();
    l.seek(8 * SECOND);
    const said = (source: string) => l.history.messages.filter((m) => m.source === source);
    expect(said('libbpf').some(({ text }) => text.startsWith("map 'losses': created successfully"))).toBe(true);
    const lines = said('trace').map(({ text }) => text);
    expect(lines[0]).toMatch(/^loss 1 at a window of \d+$/);
    const records = said('ringbuf');
    const before = said('trace').filter(({ time }) => time < 5 * SECOND);
    expect(records).toHaveLength(before.length);
    const words = new Uint32Array(Uint8Array.from(records[0].text.split(' '), (b) => Number.parseInt(b, 16)).buffer);
    expect(words[0] + words[1] * 2 ** 32).toBe(before[0].time);
    expect(`loss ${words[3]} at a window of ${words[2]}`).toBe(before[0].text);
  });

  test('rewinding restores it, and two runs are equal', () => {
    const l = watched();
    const first = new Map<number, number>();
    for (let time = 0; time <= 8 * SECOND; time += SECOND / 5) {
      l.seek(time);
      first.set(time, l.hash());
    }
    const messages = l.history.messages.length;
    for (const time of [...first.keys()].toSorted((a, b) => ((a * 7919) % 10007) - ((b * 7919) % 10007))) {
      l.seek(time);
      expect(l.hash(), `at ${time}`).toBe(first.get(time));
    }
    expect(l.history.messages).toHaveLength(messages);
    const other = watched();
    other.seek(8 * SECOND);
    expect(other.hash()).toBe(first.get(8 * SECOND));
  }, 60_000);
});

test('loading and unloading many times takes no more memory than once', () => {
  const l = lab([]);
  let end = 0;
  for (let i = 1; i <= 20; i++) {
    l.command(load('watched'));
    l.command({ do: 'unregister', process: 'root', map: 'A' });
    l.command({ do: 'exit', process: 'bpftool' });
    l.advance(l.time + 1e8);
    expect(l.machine.kernel.state.maps).toEqual({});
    if (i === 1) end = l.machine.memory.end('arena');
    expect(l.machine.memory.end('arena')).toBe(end);
  }
});

test('the listing has C above the instructions, and breakpoints are on its lines', () => {
  const l = lab([
    [1e6, load('reno')],
    [2e6, connect(1, 'c_reno')],
  ]);
  l.seek(1e7);
  const { objects, maps } = l.cold();
  const lines = objects[0].listing.split('\n');
  const prog = maps[0].progs.find(({ member }) => member === 'cong_avoid');
  expect(prog?.source[0]).toMatchObject({ file: './reno.bpf.c', line: expect.any(Number) });
  expect(lines[(prog?.lines[0] ?? 0) - 1]).toMatch(/^ {2}# /);
  expect(lines).toContain('  # u32 acked = ctx[2];');
  const line = prog?.lines[4] ?? 0;
  l.arm([], [plainLine({ text: 'reno.bpf.o', line })]);
  expect(l.play(SECOND)).toBe('stopped');
  expect(l.cpu()).toMatchObject({ progName: 'reno_cong_avoid', text: 'reno.bpf.o', line });
});

test('maps and helpers are named in the listing', () => {
  const l = lab([[1e6, load('watched')]]);
  l.seek(1e7);
  const { listing } = l.cold().objects[0];
  expect(listing).toMatch(/call 107 {2}# bpf_sk_storage_get/);
  expect(listing).toMatch(/ld_pseudo r1, 1, 0x\w+ {2}# sockets/);
});

test('a program with an invalid store is stopped, and its sockets continue with reno', () => {
  const bytes = sample('reno');
  const elf = openElf(bytes);
  if (!elf.ok) throw new Error(elf.error.message);
  const section = elf.value.section('struct_ops');
  const symbol = elf.value.symbols.find(({ name }) => name === 'reno_cong_avoid');
  // *(u64 *)(r0 + 0) = r1, with r0 = 0
  bytes.set([0x7b, 0x10, 0, 0, 0, 0, 0, 0], (section?.offset ?? 0) + (symbol?.value ?? 0));
  const command: Command = { do: 'load-object', process: 'p', map: 'A', object: 'broken.bpf.o', attach: true };
  const l = lab(
    [
      [0, { do: 'verifier', to: 'skip' }],
      [1e6, command],
      [2e6, connect(1, 'c_reno')],
    ],
    { 'broken.bpf.o': toBase64(bytes) },
  );
  l.seek(2 * SECOND);
  expect(l.history.notes).toMatchObject([{ kind: 'stopped', title: 'reno_cong_avoid was stopped' }]);
  expect(l.cold().sockets).toMatchObject([{ ccName: 'reno', map: null }]);
  expect(l.machine.flowCounters(1).bytesAcked).toBeGreaterThan(1_000_000);
});

test.each([
  ['bytes that are no object', 'AAAA', 'failed to open x.bpf.o: not an ELF file (offset 0)'],
  ['no bytes', '', 'failed to open x.bpf.o: not an ELF file (offset 0)'],
  ['no base64', '%', 'failed to open x.bpf.o: its bytes are not base64'],
])('%s give a message', (_what, bytes, text) => {
  const l = lab([[1e6, { do: 'load-object', process: 'p', map: 'A', object: 'x.bpf.o', bytes, attach: true }]]);
  l.seek(1e7);
  expect(l.history.messages.at(-1)).toMatchObject({ process: 'p', level: 'warn', text });
  expect(l.cold().objects).toEqual([]);
});
