import { expect, test } from 'vitest';
import { Again } from './again.ts';
import { countInstructions } from './heat.ts';
import { Lab } from './lab.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';

const btf = shippedBtf();
const parts = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };
const text = `
.struct_ops tcp_congestion_ops
.name "count"
.section struct_ops/ssthresh
ssthresh:
  r0 = 2
  exit
.section struct_ops/undo_cwnd
undo_cwnd:
  r0 = 2
  exit
.section struct_ops/cong_avoid
cong_avoid:
  r1 = 0
again:
  r1 += 1
  if r1 != 3 goto again
  r0 = 0
  exit
`;
const scenario = {
  id: 'test',
  title: '',
  intro: '',
  path: { rateBps: 1e7, delayNs: 1e6, queuePackets: 10 },
  seed: 1,
  texts: { 'count.s': text },
  steps: [],
  openAt: 0,
  until: 0,
  expect: [],
};

test('running again counts the same executions, instruction by instruction', () => {
  const lab = new Lab(parts, scenario);
  lab.command({ do: 'load', process: 'p', map: 'A', text: 'count.s' });
  lab.command({ do: 'register', process: 'p', map: 'A' });
  lab.seek(1e6);
  lab.command({ do: 'connect', process: 'p', socket: 1, cc: 'count' });
  lab.seek(5e8);
  const again = new Again(new Lab(parts, scenario), lab.commands, lab.time);
  const counted = countInstructions(again.lab.machine);
  let slices = 0;
  while (!again.run(() => false)) slices++;
  expect(slices).toBeGreaterThan(3);
  const heat = counted();
  const total = Object.values(heat)
    .flat()
    .reduce((sum, n) => sum + n, 0);
  expect(total).toBe(lab.hot().executedInsns);
  const avoid = Object.values(heat).find(({ length }) => length === 5) ?? [];
  expect(avoid[0]).toBeGreaterThan(10);
  expect(avoid).toEqual([1, 3, 3, 1, 1].map((n) => n * avoid[0]));
  expect(again.lab.hash()).toBe(lab.hash());
});
