/** LIBBPF_PIN_BY_NAME: a map outlives its object, the next object uses it, one of another shape is refused. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toBase64 } from '../base/base64.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { installLateTools } from '../late.ts';
import type { Command, ScenarioStep } from './commands.ts';
import { Lab } from './lab.ts';

installLateTools();
const btf = shippedBtf('v6.12');
const PARTS = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };
const FIELD = new URL('../../cli/fixtures/field/', import.meta.url);

function load(map: string, object: string, process: string): Command {
  const bytes = toBase64(new Uint8Array(readFileSync(new URL(`${object}.bpf.o`, FIELD))));
  return { do: 'load-object', process, map, object: `${object}.bpf.o`, bytes, attach: false };
}

function labOf(...commands: Command[]): Lab {
  const steps = commands.map((command, i): ScenarioStep => ({ at: (i + 1) * 1e6, caption: '', command }));
  const path = { rateBps: 1e7, delayNs: 1e7, queuePackets: 50 };
  const rest = { id: 'pinned', title: '', intro: '', seed: 1, texts: {}, objects: {}, openAt: 0, until: 1e9 };
  const lab = new Lab(PARTS, { ...rest, path, steps, expect: [] });
  lab.seek(1e9);
  return lab;
}

const said = (lab: Lab): string[] =>
  lab.history.messages.filter(({ level }) => level !== 'debug').map(({ text }) => text);
const debug = (lab: Lab): string[] => lab.history.messages.map(({ text }) => text);
const PATH = '/sys/fs/bpf/kept';

test('a pinned map stays when its loader ends, and is reused', () => {
  const lab = labOf(load('A', 'map_pinned', 'p'), { do: 'exit', process: 'p' }, load('B', 'map_pinned', 'q'));
  const { state } = lab.machine.kernel;
  const kept = Object.values(state.maps).filter(({ name, holders }) => name === 'kept' && holders.length > 0);
  expect(kept.map(({ maxEntries, holders }) => [maxEntries, holders.map(({ kind }) => kind)])).toEqual([
    [4, ['pin', 'file']],
  ]);
  expect(Object.keys(state.pins)).toEqual([PATH]);
  expect(debug(lab)).toContain(`found no pinned map to reuse at '${PATH}'`);
  expect(debug(lab)).toContain(`pinned map '${PATH}'`);
  expect(debug(lab)).toContain(`reused pinned map at '${PATH}'`);
  expect(debug(lab)).toContain("map 'events': setting size to 1");
});

test('another shape under the same name is refused, and what was pinned stays', () => {
  const lab = labOf(load('A', 'map_pinned', 'p'), load('B', 'map_pinned_other', 'q'));
  expect(said(lab).slice(-4)).toEqual([
    `couldn't reuse pinned map at '${PATH}': parameter mismatch`,
    "map 'kept': error reusing pinned map",
    "map 'kept': failed to create: Invalid argument(-22)",
    "failed to load object 'map_pinned_other.bpf.o'",
  ]);
  expect(Object.keys(lab.machine.kernel.state.pins)).toEqual([PATH]);
});

test('an object that fails to load leaves none of its own pins', () => {
  const lab = labOf({ do: 'load-object', process: 'p', map: 'A', object: 'x.bpf.o', bytes: failing(), attach: false });
  expect(debug(lab)).toContain(`unpinned map 'kept' from '${PATH}'`);
  expect(Object.keys(lab.machine.kernel.state.pins)).toEqual([]);
});

/** The object with a program that the verifier refuses: its first instruction reads r0. */
function failing(): string {
  const bytes = new Uint8Array(readFileSync(new URL('map_pinned.bpf.o', FIELD)));
  const first = bytes.findIndex((_, i) => bytes[i] === 0x79 && bytes[i + 1] === 0x11 && bytes[i + 2] === 0);
  bytes[first + 1] = 0x01;
  return toBase64(bytes);
}
