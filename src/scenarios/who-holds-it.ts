import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const whoHoldsIt: Scenario = {
  ...about('who-holds-it'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: pick('bpf_aimd.s'),
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'loader' } },
    { at: ms(20), caption: '', command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_aimd.s' } },
    { at: ms(60), caption: 'Map A is registered.', command: { do: 'register', process: 'loader', map: 'A' } },
    { at: ms(80), caption: '', command: { do: 'exit', process: 'loader' } },
    { at: ms(90), caption: '', command: { do: 'spawn', process: 'backup' } },
    { at: ms(100), caption: '', command: { do: 'connect', process: 'backup', socket: 1, cc: 'bpf_aimd' } },
    { at: ms(120), caption: '', command: { do: 'spawn', process: 'client' } },
    { at: ms(140), caption: '', command: { do: 'connect', process: 'client', socket: 2, cc: 'bpf_aimd' } },
    { at: ms(180), caption: '', command: { do: 'connect', process: 'client', socket: 3, cc: 'bpf_aimd' } },
    {
      at: ms(400),
      caption: 'An administrator deletes map A.',
      command: { do: 'unregister', process: 'admin', map: 'A' },
    },
    { at: ms(500), caption: '', command: { do: 'close', socket: 2 } },
    { at: ms(600), caption: '', command: { do: 'close', socket: 3 } },
    {
      at: ms(1400),
      caption:
        'A second later map A still exists, with one reference. Who took it? Press the segment of its ring, or look in the ledger.',
      command: { do: 'spawn', process: 'shell' },
      note: 'Go backwards: the ring leads to the call, the call to the process that everybody forgot.',
    },
    { at: ms(1700), caption: 'It was the backup process, which now ends.', command: { do: 'exit', process: 'backup' } },
  ],
  openAt: ms(1405),
  until: ms(2600),
  expect: [
    { at: ms(200), text: 'three connections', map: 'A', state: 'INUSE', refs: 4 },
    { at: ms(1405), text: 'one reference is left', map: 'A', state: 'TOBEFREE', refs: 1 },
    { at: ms(2600), text: 'gone', map: 'A', state: 'FREED', refs: 0 },
  ],
};
