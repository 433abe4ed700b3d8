/** Programs that attack the TCP stack: it keeps running, and rewinding restores it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { installLateTools } from '../late.ts';
import type { ScenarioStep } from './commands.ts';
import { Lab } from './lab.ts';

installLateTools();
const btf = shippedBtf('v6.12');
const PARTS = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };

function labOf(name: string): Lab {
  const text = readFileSync(new URL(`fixtures/break/${name}.s`, import.meta.url), 'utf8');
  const cc = /^\s*\.name\s+"([^"]*)"/m.exec(text)?.[1] ?? '';
  const step = (at: number, command: ScenarioStep['command']): ScenarioStep => ({ at, caption: '', command });
  return new Lab(PARTS, {
    id: 'break',
    title: name,
    intro: '',
    path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 50 },
    seed: 1,
    texts: { [name]: text },
    objects: {},
    steps: [
      step(5e5, { do: 'verifier', to: 'skip' }),
      step(1e6, { do: 'load', process: 'lab', map: 'A', text: name }),
      step(2e6, { do: 'register', process: 'lab', map: 'A' }),
      ...[1, 2, 3].map((socket) => step(1e7 * socket, { do: 'connect', process: 'lab', socket, cc })),
      step(1e9, { do: 'close', socket: 1 }),
      step(1.1e9, { do: 'setsockopt', socket: 2, cc: 'reno' }),
    ],
    openAt: 0,
    until: 2e9,
    expect: [],
  });
}

test.each(['rel', 'rel2', 'k-ooo2', 'k-rtx13', 'k-caops3'])('%s: run, rewind, run again', (name) => {
  const lab = labOf(name);
  lab.seek(2e9);
  expect(lab.cold().sockets.length).toBe(3);
  expect(lab.history.calls.filter(({ ret, name }) => ret < 0 && name.startsWith('BPF_'))).toEqual([]);
  const first = lab.machine.memory.hash(0);
  lab.seek(5e8);
  lab.seek(2e9);
  expect(lab.machine.memory.hash(0)).toBe(first);
});
