import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

export const linkDetached: Scenario = {
  ...about('link-detached'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: pick('bpf_swap_v1.s'),
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'Map A is made for links.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'bpf_swap_v1.s' },
    },
    {
      at: ms(60),
      caption: 'The update gives it its value: READY, and not registered.',
      command: { do: 'register', process: 'loader', map: 'A' },
    },
    {
      at: ms(100),
      caption: 'A link registers bpf_swap.',
      command: { do: 'link', process: 'loader', map: 'A', link: 1 },
    },
    { at: ms(130), caption: '', command: { do: 'spawn', process: 'client' } },
    {
      at: ms(150),
      caption: 'Connection 1 uses it.',
      command: { do: 'connect', process: 'client', socket: 1, cc: 'bpf_swap' },
    },
    {
      at: ms(180),
      caption: 'Connection 2 too.',
      command: { do: 'connect', process: 'client', socket: 2, cc: 'bpf_swap' },
    },
    {
      at: ms(400),
      caption:
        'The link is detached: bpf_swap is unregistered at once. The map stays READY, because two sockets hold it.',
      command: { do: 'detach', process: 'loader', link: 1 },
      note: 'Detaching does for a map with a link what deleting does for one without.',
    },
    {
      at: ms(500),
      caption: 'A third connection asks for it, and is told ENOENT: the name is gone.',
      command: { do: 'connect', process: 'client', socket: 3, cc: 'bpf_swap' },
      answers: 'ENOENT',
    },
    { at: ms(600), caption: 'Connection 1 is closed.', command: { do: 'close', socket: 1 } },
    {
      at: ms(700),
      caption: 'Connection 2 is closed: the map is freed after the last reference.',
      command: { do: 'close', socket: 2 },
    },
    {
      at: ms(900),
      caption: 'The loader ends; its fds kept the map’s memory, not its registration.',
      command: { do: 'exit', process: 'loader' },
    },
  ],
  openAt: ms(405),
  until: ms(1500),
  expect: [
    { at: ms(80), text: 'READY', map: 'A', state: 'READY', refs: 0 },
    { at: ms(120), text: 'linked', map: 'A', state: 'READY', refs: 1 },
    { at: ms(390), text: 'two connections', map: 'A', state: 'READY', refs: 3 },
    { at: ms(450), text: 'detached', map: 'A', state: 'READY', refs: 2 },
    { at: ms(501), text: 'the name is gone', errno: 'ENOENT' },
    { at: ms(1500), text: 'gone', map: 'A', state: 'FREED', refs: 0 },
  ],
};
