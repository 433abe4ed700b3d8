import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { ms } from './units.ts';

const OBJECT = 'watched.bpf.o';

/** An object built by clang with its own maps: counters, socket storage, a ring buffer. */
export const builtByClang: Scenario = {
  ...about('built-by-clang'),
  path: { rateBps: 10_000_000, delayNs: ms(10), queuePackets: 24, accessNs: ms(4) },
  seed: 13,
  texts: {},
  samples: [OBJECT],
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'libbpf opens watched.bpf.o, adjusts its offsets to this kernel, creates its maps, loads and registers.',
      command: { do: 'load-object', process: 'loader', map: 'A', object: OBJECT, attach: true },
    },
    { at: ms(90), caption: '', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(100),
      caption: 'Connection 1 uses it: each ACK is counted by its window in the map windows.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'c_watched' },
    },
    {
      at: ms(300),
      caption: 'Connection 2 joins; what the program keeps for each socket is stored with the socket.',
      command: { do: 'connect', process: 'client', socket: 2, cc: 'c_watched' },
    },
    {
      at: ms(1200),
      caption: 'The loader reads the ring buffer: a record for each loss.',
      command: { do: 'read-ring', process: 'loader', object: OBJECT, map: 'losses' },
    },
    {
      at: ms(1500),
      caption: 'Connection 1 is closed, and what was stored with it is gone.',
      command: { do: 'close', socket: 1 },
    },
  ],
  openAt: ms(1100),
  until: ms(2000),
  expect: [
    { at: ms(60), text: 'registered', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(1100), text: 'two connections', map: 'A', state: 'INUSE', refs: 3 },
    {
      at: ms(1201),
      text: 'the last record: a window of 11, the second loss of its socket',
      said: '0b 00 00 00 02 00 00 00',
    },
    { at: ms(2000), text: 'one connection', map: 'A', state: 'INUSE', refs: 2 },
  ],
};
