import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

const PIN = '/sys/fs/bpf/bpf_swap';

export const swapByLink: Scenario = {
  ...about('swap-by-link'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: pick('bpf_swap_v1.s', 'bpf_swap_v2.s'),
  steps: [
    { at: ms(10), caption: 'A loader starts.', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'Map A is created with BPF_F_LINK.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_swap_v1.s' },
    },
    {
      at: ms(60),
      caption: 'The update checks and prepares map A: READY, but registered nowhere.',
      command: { do: 'register', process: 'loader', map: 'A' },
    },
    {
      at: ms(90),
      caption: 'A link registers it. The state stays READY; the link is a holder.',
      command: { do: 'link', process: 'loader', map: 'A', link: 1 },
    },
    { at: ms(110), caption: 'Clients start.', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(120),
      caption: 'Connection 1 is served by map A.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'bpf_swap' },
    },
    {
      at: ms(150),
      caption: 'Connection 2 too.',
      command: { do: 'connect', process: 'client', socket: 2, cc: 'bpf_swap' },
    },
    {
      at: ms(400),
      caption: 'Map B is the next version, under the same name.',
      command: { do: 'load', process: 'loader', map: 'B', text: 'bpf_swap_v2.s' },
    },
    { at: ms(440), caption: 'Map B is READY.', command: { do: 'register', process: 'loader', map: 'B' } },
    {
      at: ms(500),
      caption: 'The link is updated: B is registered in place of A. Nothing was unregistered in between.',
      command: { do: 'update-link', process: 'loader', link: 1, map: 'B', old: 'A' },
    },
    {
      at: ms(540),
      caption: 'Connection 3 gets version 2; 1 and 2 keep version 1.',
      command: { do: 'connect', process: 'client', socket: 3, cc: 'bpf_swap' },
    },
    {
      at: ms(600),
      caption: 'The link is pinned, so that it outlives its maker.',
      command: { do: 'pin', process: 'loader', path: PIN, link: 1 },
    },
    {
      at: ms(640),
      caption: 'The loader exits. Map A is kept by its two connections, map B by the link.',
      command: { do: 'exit', process: 'loader' },
    },
    { at: ms(700), caption: 'Connection 1 is closed.', command: { do: 'close', socket: 1 } },
    { at: ms(750), caption: 'Connection 2 is closed: map A is freed.', command: { do: 'close', socket: 2 } },
    {
      at: ms(1200),
      caption: 'The pin is removed: without references the link goes, and bpf_swap is unregistered.',
      command: { do: 'unpin', process: 'admin', path: PIN },
    },
    { at: ms(1300), caption: 'Connection 3, the last user, is closed.', command: { do: 'close', socket: 3 } },
  ],
  openAt: ms(505),
  until: ms(1700),
  expect: [
    { at: ms(70), text: 'updated, not registered', map: 'A', state: 'READY', refs: 0 },
    { at: ms(100), text: 'registered by the link', map: 'A', state: 'READY', refs: 1 },
    { at: ms(300), text: 'two connections', map: 'A', state: 'READY', refs: 3 },
    { at: ms(505), text: 'the link has left A', map: 'A', state: 'READY', refs: 2 },
    { at: ms(505), text: 'and holds B', map: 'B', state: 'READY', refs: 1 },
    { at: ms(590), text: 'new connections get B', map: 'B', state: 'READY', refs: 2 },
    { at: ms(650), text: 'B outlives its loader', map: 'B', state: 'READY', refs: 2 },
    { at: ms(1190), text: 'A has gone with its connections', map: 'A', state: 'FREED', refs: 0 },
    { at: ms(1250), text: 'unregistered, still used', map: 'B', state: 'READY', refs: 1 },
    { at: ms(1700), text: 'B has gone', map: 'B', state: 'FREED', refs: 0 },
  ],
};
