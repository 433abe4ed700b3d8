import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const namespaceDefault: Scenario = {
  ...about('namespace-default'),
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
      at: ms(100),
      caption: 'The sysctl makes bpf_aimd the default of the network namespace, which takes a reference of its own.',
      command: { do: 'sysctl', process: 'admin', name: 'net.ipv4.tcp_congestion_control', value: 'bpf_aimd' },
    },
    { at: ms(140), caption: '', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(160),
      caption: 'Connection 1 asks for nothing and gets the default, at both of its ends.',
      command: { do: 'connect', process: 'client', socket: 1, bytes: 200_000 },
    },
    {
      at: ms(400),
      caption: 'Map A is deleted: unregistered, and still the default. The namespace and two sockets hold it.',
      command: { do: 'unregister', process: 'loader', map: 'A' },
      note: 'Ask: what does the next connection get?',
    },
    {
      at: ms(500),
      caption:
        'Connection 2 asks for nothing, and still gets bpf_aimd: a default is handed out as long as somebody holds it.',
      command: { do: 'connect', process: 'client', socket: 2, bytes: 200_000 },
    },
    {
      at: ms(700),
      caption: 'The sysctl says reno again: the namespace lets go.',
      command: { do: 'sysctl', process: 'admin', name: 'net.ipv4.tcp_congestion_control', value: 'reno' },
    },
    { at: ms(800), caption: 'Connection 1 is closed.', command: { do: 'close', socket: 1 } },
    { at: ms(850), caption: 'Connection 2 is closed: nobody is left.', command: { do: 'close', socket: 2 } },
    { at: ms(900), caption: 'The loader ends.', command: { do: 'exit', process: 'loader' } },
  ],
  openAt: ms(405),
  until: ms(1600),
  expect: [
    { at: ms(120), text: 'the namespace holds it', map: 'A', state: 'INUSE', refs: 2 },
    { at: ms(300), text: 'and both ends of a connection', map: 'A', state: 'INUSE', refs: 4 },
    { at: ms(450), text: 'deleted, still the default', map: 'A', state: 'TOBEFREE', refs: 3 },
    { at: ms(600), text: 'handed out all the same', map: 'A', state: 'TOBEFREE', refs: 5 },
    { at: ms(750), text: 'the namespace has let go', map: 'A', state: 'TOBEFREE', refs: 4 },
    { at: ms(1600), text: 'gone', map: 'A', state: 'FREED', refs: 0 },
  ],
};
