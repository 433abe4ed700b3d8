/* Damaged objects are opened, relocated, loaded into this engine's kernel and registered; nothing of them stays. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, constantFrom, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { PROFILES } from '../kernel/profiles.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { registerOn } from './object.ts';
import { Session } from './replay/session.ts';

const ROOT = join(import.meta.dirname, '../../..');
const OBJECTS = [
  'src/engine/elf/fixtures/my_maps',
  'public/samples/watched',
  'public/samples/model',
  'public/samples/cubic',
].map((path) => new Uint8Array(readFileSync(join(ROOT, `${path}.bpf.o`))));
const btf = shippedBtf('v6.12');
/** A new machine from time to time, since a machine keeps all that it loads. */
const PER_MACHINE = 200;

class Machine {
  private session = new Session(btf, PROFILES['v6.12']);
  private used = 0;
  slowest = 0;
  /** refusals at opening, and how many of them name no place */
  readonly refused = { all: 0, nowhere: [] as string[] };

  register(bytes: Uint8Array): void {
    if (++this.used % PER_MACHINE === 0) this.session = new Session(btf, PROFILES['v6.12']);
    const { session } = this;
    const { kernel } = session;
    session.pid = kernel.spawn('loader');
    const start = process.cpuUsage();
    const { ok, lines, kernel: loaded } = registerOn(() => session, bytes, 'damaged.bpf.o');
    const { user, system } = process.cpuUsage(start);
    this.slowest = Math.max(this.slowest, (user + system) / 1000);
    expect(lines.length).toBeGreaterThan(0);
    if (!ok) expect(lines.some(({ level }) => level === 'error')).toBe(true);
    if (!loaded) {
      const last = lines.at(-1)?.text ?? '';
      this.refused.all++;
      if (!/\((section .*, )?offset \d+\)(: .+ \(-\d+\))?$/s.test(last)) this.refused.nowhere.push(last);
    }
    this.cleanUp();
  }

  private cleanUp(): void {
    const { session } = this;
    const { kernel } = session;
    for (const map of Object.values(kernel.state.maps)) {
      if (map.plain || kernel.stateName(map) !== 'INUSE') continue;
      const fd = session.bpf('BPF_MAP_GET_FD_BY_ID', { map_id: map.id }).ret;
      session.bpf('BPF_MAP_DELETE_ELEM', { map_fd: fd, key: new Uint8Array(4) });
    }
    kernel.exit(session.pid);
    session.settle(50);
    expect([kernel.state.maps, kernel.state.progs, kernel.state.links]).toEqual([{}, {}, {}]);
    for (const { free, taken } of Object.values(kernel.state.heaps)) {
      expect(free.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(taken);
    }
  }
}

const change = record({
  at: nat(60_000),
  byte: constantFrom(0, 1, 2, 4, 7, 8, 0x0f, 0x18, 0x21, 0x7f, 0x80, 0x85, 0xff),
});
const mutation = record({ which: nat(OBJECTS.length - 1), changes: array(change, { minLength: 1, maxLength: 6 }) });

test('each fails with a message, and its maps and programs end with its process', () => {
  const machine = new Machine();
  assert(
    property(mutation, ({ which, changes }) => {
      const bytes = OBJECTS[which].slice();
      for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
      machine.register(bytes);
    }),
    { numRuns: runs(150, 10_000), seed: 7 },
  );
  // printed, not asserted: a busy computer is slower
  if (process.env.SOAK) console.log(`slowest of all: ${machine.slowest.toFixed(0)} ms of processor time`);
  expect(machine.refused.all).toBeGreaterThan(10);
  expect(machine.refused.nowhere).toEqual([]);
});
