import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { pick } from './programs.ts';
import { ms } from './units.ts';

const PIN = '/sys/fs/bpf/bpf_swap';

export const loaderKilled: Scenario = {
  ...about('loader-killed'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 5,
  texts: pick('bpf_aimd.s', 'bpf_swap_v1.s'),
  steps: [
    { at: ms(10), caption: 'The first loader starts.', command: { do: 'spawn', process: 'loader-a' } },
    {
      at: ms(20),
      caption: 'Map A is a plain map.',
      command: { do: 'load', process: 'loader-a', map: 'A', text: 'bpf_aimd.s' },
    },
    {
      at: ms(60),
      caption: 'The update registers it.',
      command: { do: 'register', process: 'loader-a', map: 'A' },
    },
    {
      at: ms(120),
      caption: 'The loader is killed. Map A stays registered, with no process that knows of it.',
      command: { do: 'exit', process: 'loader-a', killed: true },
    },
    { at: ms(200), caption: 'The second loader starts.', command: { do: 'spawn', process: 'loader-b' } },
    {
      at: ms(220),
      caption: 'Map B is made for links.',
      command: { do: 'load', process: 'loader-b', map: 'B', text: 'bpf_swap_v1.s' },
    },
    { at: ms(260), caption: 'Map B is READY.', command: { do: 'register', process: 'loader-b', map: 'B' } },
    {
      at: ms(300),
      caption: 'A link registers it, held by an fd alone.',
      command: { do: 'link', process: 'loader-b', map: 'B', link: 1 },
    },
    {
      at: ms(360),
      caption: 'The loader is killed: its fds close, the link goes, and map B is unregistered and freed.',
      command: { do: 'exit', process: 'loader-b', killed: true },
    },
    { at: ms(460), caption: 'The third loader starts.', command: { do: 'spawn', process: 'loader-c' } },
    {
      at: ms(480),
      caption: 'Map C, again for links.',
      command: { do: 'load', process: 'loader-c', map: 'C', text: 'bpf_swap_v1.s' },
    },
    { at: ms(520), caption: 'Map C is READY.', command: { do: 'register', process: 'loader-c', map: 'C' } },
    {
      at: ms(560),
      caption: 'A link registers it.',
      command: { do: 'link', process: 'loader-c', map: 'C', link: 2 },
    },
    {
      at: ms(600),
      caption: 'This link is pinned.',
      command: { do: 'pin', process: 'loader-c', path: PIN, link: 2 },
    },
    {
      at: ms(660),
      caption: 'The loader is killed: the pin keeps the link, and the link the registration.',
      command: { do: 'exit', process: 'loader-c', killed: true },
    },
    {
      at: ms(760),
      caption: 'Map A can only be found by its id, and deleted: bpftool struct_ops unregister does that.',
      command: { do: 'unregister', process: 'admin', map: 'A' },
    },
    {
      at: ms(860),
      caption: 'Map C is unregistered by removing a file.',
      command: { do: 'unpin', process: 'admin', path: PIN },
    },
  ],
  openAt: ms(125),
  until: ms(1000),
  expect: [
    { at: ms(150), text: 'registered without a loader', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(310), text: 'linked', map: 'B', state: 'READY', refs: 1 },
    { at: ms(440), text: 'gone with its loader', map: 'B', state: 'FREED', refs: 0 },
    { at: ms(700), text: 'kept by the pin', map: 'C', state: 'READY', refs: 1 },
    { at: ms(850), text: 'A was found and deleted', map: 'A', state: 'FREED', refs: 0 },
    { at: ms(1000), text: 'C went with its pin', map: 'C', state: 'FREED', refs: 0 },
  ],
};
