import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const twoVersions: Scenario = {
  ...about('two-versions'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: pick('bpf_swap_v1.s', 'bpf_swap_v2.s'),
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'Version 1 is loaded as map A.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_swap_v1.s' },
    },
    { at: ms(50), caption: 'READY.', command: { do: 'register', process: 'loader', map: 'A' } },
    { at: ms(80), caption: 'A link registers it.', command: { do: 'link', process: 'loader', map: 'A', link: 1 } },
    { at: ms(100), caption: '', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(120),
      caption: 'Connection 1 runs version 1: a loss halves the window.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'bpf_swap' },
    },
    {
      at: ms(200),
      caption: 'Version 2 is loaded as map B, under the same name.',
      command: { do: 'load', process: 'loader', map: 'B', text: 'bpf_swap_v2.s' },
    },
    { at: ms(230), caption: 'READY.', command: { do: 'register', process: 'loader', map: 'B' } },
    {
      at: ms(260),
      caption: 'The link is updated: new connections get version 2.',
      command: { do: 'update-link', process: 'loader', link: 1, map: 'B', old: 'A' },
    },
    {
      at: ms(300),
      caption: 'Connection 2 runs version 2: a loss takes one eighth of the window.',
      command: { do: 'connect', process: 'client', socket: 2, cc: 'bpf_swap' },
      note: 'Open the windows over time: which of the two sawtooth curves is gentler?',
    },
    {
      at: ms(2500),
      caption: 'Both have shared the queue for two seconds: the gentler one got the larger share.',
      command: { do: 'grace', clock: 'rcu', to: 'go' },
    },
  ],
  openAt: ms(2505),
  until: ms(3000),
  expect: [
    { at: ms(150), text: 'version 1', map: 'A', state: 'READY', refs: 2 },
    { at: ms(290), text: 'the link holds version 2', map: 'B', state: 'READY', refs: 1 },
    { at: ms(2505), text: 'both live', map: 'A', state: 'READY', refs: 1 },
    { at: ms(2505), text: 'both live', map: 'B', state: 'READY', refs: 2 },
  ],
};
