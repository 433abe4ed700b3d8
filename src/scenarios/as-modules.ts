import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

/** A view that was proposed in review and not adopted: lifetimes as insmod and rmmod would show them. */
export const asModules: Scenario = {
  ...about('as-modules'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 9,
  texts: pick('bpf_base.s', 'bpf_user.s'),
  steps: [
    {
      at: ms(20),
      caption: 'insmod bpf_base: a map is created, its programs are loaded, one update registers it.',
      command: { do: 'insmod', map: 'A', text: 'bpf_base.s' },
    },
    { at: ms(80), caption: 'Clients start.', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(100),
      caption: 'Connection 1 uses bpf_base.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'bpf_base' },
    },
    {
      at: ms(200),
      caption: 'insmod bpf_user: it leaves give_up to a library, and finds it in map A. No kernel does that.',
      command: { do: 'insmod', map: 'B', text: 'bpf_user.s' },
    },
    {
      at: ms(240),
      caption: 'Connection 2 uses bpf_user.',
      command: { do: 'connect', process: 'client', socket: 2, cc: 'bpf_user' },
    },
    {
      at: ms(500),
      caption: 'A strict rmmod, as for kernel modules, is refused while connection 1 uses map A.',
      command: { do: 'rmmod', map: 'A', strict: true },
      answers: 'EBUSY',
    },
    {
      at: ms(600),
      caption: 'struct_ops never refuses: bpf_base leaves the list at once, and is freed after its last user.',
      command: { do: 'rmmod', map: 'A' },
    },
    {
      at: ms(700),
      caption: 'The name is free again: the same module is loaded beside the one that is going away.',
      command: { do: 'insmod', map: 'C', text: 'bpf_base.s' },
    },
    { at: ms(800), caption: 'Connection 1 is closed: map A is freed.', command: { do: 'close', socket: 1 } },
  ],
  openAt: ms(605),
  until: ms(1200),
  expect: [
    { at: ms(60), text: 'live', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(480), text: 'linked against the library', map: 'B', state: 'INUSE', refs: 2 },
    { at: ms(550), text: 'strict rmmod changed nothing', map: 'A', state: 'INUSE', refs: 2 },
    { at: ms(605), text: 'going', map: 'A', state: 'TOBEFREE', refs: 1 },
    { at: ms(750), text: 'the same name again', map: 'C', state: 'INUSE', refs: 1 },
    { at: ms(1200), text: 'gone', map: 'A', state: 'FREED', refs: 0 },
  ],
};
