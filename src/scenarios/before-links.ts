import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const beforeLinks: Scenario = {
  ...about('before-links'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  kernel: 'v5.6',
  texts: pick('bpf_swap_v1.s', 'bpf_aimd.s'),
  steps: [
    {
      at: ms(10),
      caption: 'A loader of today starts on the kernel of 2020.',
      command: { do: 'spawn', process: 'loader' },
    },
    {
      at: ms(20),
      caption: 'It asks for a map for links: EINVAL, because this kernel does not know the flag.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_swap_v1.s' },
      answers: 'EINVAL',
      note: 'Compare with v6.12 in the Sequence tab: the same calls, other answers.',
    },
    {
      at: ms(60),
      caption: 'A plain map is created.',
      command: { do: 'load', process: 'loader', map: 'B', text: 'bpf_aimd.s' },
    },
    { at: ms(100), caption: 'One update registers it.', command: { do: 'register', process: 'loader', map: 'B' } },
    { at: ms(130), caption: '', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(150),
      caption: 'A connection uses it.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'bpf_aimd' },
    },
    {
      at: ms(400),
      caption: 'Deleted while in use: TOBEFREE, as on every kernel since.',
      command: { do: 'unregister', process: 'loader', map: 'B' },
    },
    { at: ms(450), caption: 'The loader ends.', command: { do: 'exit', process: 'loader' } },
    { at: ms(600), caption: 'The connection is closed.', command: { do: 'close', socket: 1 } },
  ],
  openAt: ms(25),
  until: ms(2600),
  expect: [
    { at: ms(55), text: 'the loader has given up, and closed what it had', errno: '0' },
    { at: ms(90), text: 'a plain map', map: 'B', state: 'INIT', refs: 0 },
    { at: ms(120), text: 'registered', map: 'B', state: 'INUSE', refs: 1 },
    { at: ms(300), text: 'used', map: 'B', state: 'INUSE', refs: 2 },
    { at: ms(430), text: 'deleted', map: 'B', state: 'TOBEFREE', refs: 1 },
    { at: ms(2600), text: 'gone', map: 'B', state: 'FREED', refs: 0 },
  ],
};
