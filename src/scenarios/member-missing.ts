import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const memberMissing: Scenario = {
  ...about('member-missing'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: pick('bpf_partial.s', 'bpf_aimd.s'),
  steps: [
    { at: ms(10), caption: 'A loader starts.', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'Map A is created from a text that leaves undo_cwnd out. Nothing complains yet.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_partial.s' },
      note: 'Ask who would check this: the compiler, the loader or the kernel?',
    },
    {
      at: ms(60),
      caption:
        'The update is refused with EINVAL: a congestion control must have ssthresh, undo_cwnd and a way to grow.',
      command: { do: 'register', process: 'loader', map: 'A' },
      answers: 'EINVAL',
      note: 'Open the checks: the last one answered. The map is INIT again, and its value is all zero.',
    },
    {
      at: ms(120),
      caption: 'Map B has all three members.',
      command: { do: 'load', process: 'loader', map: 'B', text: 'bpf_aimd.s' },
    },
    {
      at: ms(160),
      caption: 'Its update is accepted: all other members may be NULL.',
      command: { do: 'register', process: 'loader', map: 'B' },
    },
    {
      at: ms(200),
      caption: 'A connection uses it.',
      command: { do: 'connect', process: 'loader', socket: 1, cc: 'bpf_aimd' },
    },
  ],
  openAt: ms(65),
  until: ms(600),
  expect: [
    { at: ms(50), text: 'created without complaint', map: 'A', state: 'INIT', refs: 0 },
    { at: ms(65), text: 'refused', errno: 'EINVAL' },
    { at: ms(65), text: 'INIT as before', map: 'A', state: 'INIT', refs: 0 },
    { at: ms(190), text: 'the whole one registers', map: 'B', state: 'INUSE', refs: 1 },
    { at: ms(400), text: 'and is used', map: 'B', state: 'INUSE', refs: 2 },
  ],
};
