import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const refusedByVerifier: Scenario = {
  ...about('refused-by-verifier'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: pick('bpf_careless.s', 'bpf_aimd.s'),
  steps: [
    { at: ms(10), caption: 'A loader starts.', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption:
        'One program writes a field that programs may only read: the verifier refuses it with EACCES, and the loader gives up.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_careless.s' },
      answers: 'EACCES',
      note: 'The Verifier tab shows the line, and what was known about each register before it.',
    },
    {
      at: ms(80),
      caption: 'The same text without that store is verified and loaded: INIT.',
      command: { do: 'load', process: 'loader', map: 'B', text: 'bpf_aimd.s' },
    },
    { at: ms(120), caption: 'It registers.', command: { do: 'register', process: 'loader', map: 'B' } },
    {
      at: ms(160),
      caption: 'A connection uses it.',
      command: { do: 'connect', process: 'loader', socket: 1, cc: 'bpf_aimd' },
    },
  ],
  openAt: ms(25),
  until: ms(500),
  expect: [
    { at: ms(70), text: 'the loader has given up, and closed what it had', errno: '0' },
    { at: ms(110), text: 'loaded', map: 'B', state: 'INIT', refs: 0 },
    { at: ms(150), text: 'registered', map: 'B', state: 'INUSE', refs: 1 },
    { at: ms(300), text: 'used', map: 'B', state: 'INUSE', refs: 2 },
  ],
};
