import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const acceptedSide: Scenario = {
  ...about('accepted-side'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: pick('bpf_aimd.s'),
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'Map A is created.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_aimd.s' },
    },
    { at: ms(60), caption: 'It is registered.', command: { do: 'register', process: 'loader', map: 'A' } },
    {
      at: ms(80),
      caption: 'It becomes the default, also for sockets that a listener accepts.',
      command: { do: 'sysctl', process: 'admin', name: 'net.ipv4.tcp_congestion_control', value: 'bpf_aimd' },
    },
    { at: ms(100), caption: '', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(120),
      caption:
        'Connection 1 chooses reno for itself. The accepted side chooses nothing: it takes the default, and a reference.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'reno' },
      note: 'Select the map: the holder is the accepted end of connection 1, not its client.',
    },
    {
      at: ms(300),
      caption: 'The default is reno again. Accepted sockets keep what they have.',
      command: { do: 'sysctl', process: 'admin', name: 'net.ipv4.tcp_congestion_control', value: 'reno' },
    },
    {
      at: ms(350),
      caption: 'Map A is deleted: the accepted socket, which never chose it, still holds it.',
      command: { do: 'unregister', process: 'loader', map: 'A' },
    },
    { at: ms(380), caption: 'The loader ends.', command: { do: 'exit', process: 'loader' } },
    {
      at: ms(600),
      caption: 'The client closes the connection; the map is freed with the accepted socket.',
      command: { do: 'close', socket: 1 },
    },
  ],
  openAt: ms(355),
  until: ms(1600),
  expect: [
    { at: ms(110), text: 'the default', map: 'A', state: 'INUSE', refs: 2 },
    { at: ms(250), text: 'the accepted side took one', map: 'A', state: 'INUSE', refs: 3 },
    { at: ms(340), text: 'the default let go', map: 'A', state: 'INUSE', refs: 2 },
    { at: ms(370), text: 'deleted', map: 'A', state: 'TOBEFREE', refs: 1 },
    { at: ms(1600), text: 'gone', map: 'A', state: 'FREED', refs: 0 },
  ],
};
