import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const registerAndRun: Scenario = {
  ...about('register-and-run'),
  path: { rateBps: 10_000_000, delayNs: ms(10), queuePackets: 50, accessNs: ms(4) },
  seed: 1,
  texts: pick('bpf_reno.s'),
  steps: [
    { at: ms(10), caption: 'A loader starts.', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'The map is created and its programs are loaded: INIT.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_reno.s' },
    },
    {
      at: ms(60),
      caption: 'One update builds the trampolines and registers bpf_reno: INUSE.',
      command: { do: 'register', process: 'loader', map: 'A' },
    },
    {
      at: ms(100),
      caption: 'A connection chooses bpf_reno; its window is now this program’s work.',
      command: { do: 'connect', process: 'loader', socket: 1, cc: 'bpf_reno' },
    },
    { at: ms(1500), caption: 'The connection is closed.', command: { do: 'close', socket: 1 } },
    {
      at: ms(2000),
      caption: 'The map is deleted. Nobody holds it but the loader’s fd: TOBEFREE with 0 references.',
      command: { do: 'unregister', process: 'loader', map: 'A' },
    },
    {
      at: ms(2100),
      caption: 'The loader exits, the last fd is closed, and after the grace period the map is FREED.',
      command: { do: 'exit', process: 'loader' },
    },
  ],
  openAt: ms(110),
  until: ms(2300),
  expect: [
    { at: ms(50), text: 'created', map: 'A', state: 'INIT', refs: 0 },
    { at: ms(80), text: 'registered', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(200), text: 'one connection', map: 'A', state: 'INUSE', refs: 2 },
    { at: ms(1950), text: 'the connection is gone', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(2050), text: 'deleted, still held by a fd', map: 'A', state: 'TOBEFREE', refs: 0 },
    { at: ms(2300), text: 'freed', map: 'A', state: 'FREED', refs: 0 },
  ],
};
