import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const nameTaken: Scenario = {
  ...about('name-taken'),
  path: { rateBps: 10_000_000, delayNs: ms(10), queuePackets: 50, accessNs: ms(4) },
  seed: 1,
  texts: pick('bpf_reno.s'),
  steps: [
    { at: ms(10), caption: 'The first loader starts.', command: { do: 'spawn', process: 'loader-a' } },
    {
      at: ms(20),
      caption: 'Map A is created.',
      command: { do: 'load', process: 'loader-a', map: 'A', text: 'bpf_reno.s' },
    },
    {
      at: ms(60),
      caption: 'Map A registers the name bpf_reno.',
      command: { do: 'register', process: 'loader-a', map: 'A' },
    },
    {
      at: ms(100),
      caption: 'A connection uses it.',
      command: { do: 'connect', process: 'loader-a', socket: 1, cc: 'bpf_reno' },
    },
    { at: ms(140), caption: 'A second loader starts.', command: { do: 'spawn', process: 'loader-b' } },
    {
      at: ms(160),
      caption: 'Map B is created with the same name inside.',
      command: { do: 'load', process: 'loader-b', map: 'B', text: 'bpf_reno.s' },
    },
    {
      at: ms(200),
      caption: 'The update is refused with EEXIST: the name is registered. Map B is INIT again, all zero.',
      command: { do: 'register', process: 'loader-b', map: 'B' },
      answers: 'EEXIST',
    },
    {
      at: ms(300),
      caption: 'Map A is deleted. Its name is free at once, though a connection still holds it.',
      command: { do: 'unregister', process: 'loader-a', map: 'A' },
    },
    {
      at: ms(340),
      caption: 'The same update again: now map B registers.',
      command: { do: 'register', process: 'loader-b', map: 'B' },
    },
    {
      at: ms(400),
      caption: 'A new connection by that name is served by map B; the old one stays with map A.',
      command: { do: 'connect', process: 'loader-b', socket: 2, cc: 'bpf_reno' },
    },
  ],
  openAt: ms(205),
  until: ms(900),
  expect: [
    { at: ms(205), text: 'refused by the registration', errno: 'EEXIST' },
    { at: ms(205), text: 'back to INIT', map: 'B', state: 'INIT', refs: 0 },
    { at: ms(320), text: 'A keeps its connection', map: 'A', state: 'TOBEFREE', refs: 1 },
    { at: ms(380), text: 'B registers', map: 'B', state: 'INUSE', refs: 1 },
    { at: ms(500), text: 'B serves the new connection', map: 'B', state: 'INUSE', refs: 2 },
  ],
};
