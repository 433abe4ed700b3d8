import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

/**
 * Each loader exits after registering, so that no fd holds its map. Neither map is the namespace's default, clients
 * choose before connect, and servers use reno. So a connection holds exactly one reference, until the sender's tcp_sock
 * is destroyed.
 */
export const replaceWhileConnected: Scenario = {
  ...about('replace-while-connected'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 7,
  texts: pick('bpf_reno.s', 'bpf_aimd.s'),
  steps: [
    { at: ms(10), caption: 'A loader starts.', command: { do: 'spawn', process: 'loader-a' } },
    {
      at: ms(20),
      caption: 'Map A is created and its programs are loaded: INIT.',
      command: { do: 'load', process: 'loader-a', map: 'A', text: 'bpf_reno.s' },
    },
    {
      at: ms(60),
      caption: 'One update registers bpf_reno: map A is INUSE.',
      command: { do: 'register', process: 'loader-a', map: 'A' },
      note: 'An update of key 0 is all it takes: the kernel checks, then reg() puts the name into its list.',
    },
    {
      at: ms(80),
      caption: 'The loader exits. The registration alone keeps map A.',
      command: { do: 'exit', process: 'loader-a' },
      note: 'Ask: what holds it now? No process does. The registration is a reference of its own.',
    },
    { at: ms(90), caption: 'Clients start.', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(110),
      caption: 'Connection 1 chooses bpf_reno and takes a reference.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'bpf_reno' },
      note: 'The reference is the socket’s: watch the ring grow a segment for each connection.',
    },
    {
      at: ms(140),
      caption: 'Connection 2 chooses bpf_reno.',
      command: { do: 'connect', process: 'client', socket: 2, cc: 'bpf_reno' },
    },
    {
      at: ms(170),
      caption: 'Connection 3 chooses bpf_reno.',
      command: { do: 'connect', process: 'client', socket: 3, cc: 'bpf_reno' },
    },
    { at: ms(580), caption: 'A second loader starts.', command: { do: 'spawn', process: 'loader-b' } },
    {
      at: ms(600),
      caption: 'Map B is created for another congestion control, bpf_aimd.',
      command: { do: 'load', process: 'loader-b', map: 'B', text: 'bpf_aimd.s' },
    },
    {
      at: ms(700),
      caption: 'Map B is registered: two implementations are available at once.',
      command: { do: 'register', process: 'loader-b', map: 'B' },
      note: 'No running connection has changed yet: only a new one can choose map B.',
    },
    { at: ms(720), caption: 'Its loader exits too.', command: { do: 'exit', process: 'loader-b' } },
    {
      at: ms(860),
      caption: 'Connection 4 chooses bpf_aimd.',
      command: { do: 'connect', process: 'client', socket: 4, cc: 'bpf_aimd' },
    },
    {
      at: ms(920),
      caption: 'Connection 5 chooses bpf_aimd.',
      command: { do: 'connect', process: 'client', socket: 5, cc: 'bpf_aimd' },
    },
    { at: ms(980), caption: 'An administrator takes bpf_reno away.', command: { do: 'spawn', process: 'admin' } },
    {
      at: ms(1000),
      caption: 'Map A is deleted while three connections use it: TOBEFREE, and they run on.',
      command: { do: 'unregister', process: 'admin', map: 'A' },
      note: 'Ask: who expects the old code to stop now? Wait for hands. Delete gives back the registration only; each socket took a reference of its own.',
    },
    { at: ms(1020), caption: 'The administrator is done.', command: { do: 'exit', process: 'admin' } },
    {
      at: ms(1100),
      caption: 'Connection 3 is closed. Its reference stays until its tcp_sock is destroyed.',
      command: { do: 'close', socket: 3 },
      note: 'close() begins the end of a connection. The segment stays, dashed, until the socket is really gone.',
    },
    { at: ms(1200), caption: 'Connection 1 is closed.', command: { do: 'close', socket: 1 } },
    {
      at: ms(1300),
      caption: 'Connection 2, the last on map A, is closed.',
      command: { do: 'close', socket: 2 },
      note: 'With the last reference a grace period begins: some CPU may still run the program.',
    },
    {
      at: ms(1700),
      caption: 'Connection 6 chooses bpf_aimd: new connections are served by map B.',
      command: { do: 'connect', process: 'client', socket: 6, cc: 'bpf_aimd' },
      note: 'Nobody restarted anything. That is the whole point.',
    },
  ],
  openAt: ms(1005),
  until: ms(2000),
  expect: [
    { at: ms(50), text: 'created and loaded', map: 'A', state: 'INIT', refs: 0 },
    { at: ms(70), text: 'registered', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(95), text: 'registered without a loader', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(550), text: 'three connections', map: 'A', state: 'INUSE', refs: 4 },
    { at: ms(750), text: 'the second map', map: 'B', state: 'INUSE', refs: 1 },
    { at: ms(1005), text: 'deleted with three holders', map: 'A', state: 'TOBEFREE', refs: 3 },
    { at: ms(1005), text: 'map B serves two', map: 'B', state: 'INUSE', refs: 3 },
    { at: ms(1101), text: 'closed, but its tcp_sock lives on', map: 'A', state: 'TOBEFREE', refs: 3 },
    { at: ms(1450), text: 'connections 1 and 3 are gone', map: 'A', state: 'TOBEFREE', refs: 1 },
    { at: ms(2000), text: 'freed after its grace period', map: 'A', state: 'FREED', refs: 0 },
    { at: ms(2000), text: 'map B serves three', map: 'B', state: 'INUSE', refs: 4 },
  ],
};
