import type { Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { COUNTER_NONE, COUNTER_PROGRAM, COUNTER_VALUE } from './programs.ts';
import { ms } from './units.ts';

export const ownValueStruct: Scenario = {
  ...about('own-value-struct'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 3,
  texts: { 'counter.s': COUNTER_PROGRAM, 'counter_none.s': COUNTER_NONE, 'types.h': COUNTER_VALUE },
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption:
        'types.h declares the value struct itself, longer than the kernel’s macro makes it. Map A takes its size.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'counter_none.s' },
    },
    {
      at: ms(60),
      caption: 'The type’s init checks the value before anything is registered: no member is set, EINVAL.',
      command: { do: 'register', process: 'loader', map: 'A' },
      answers: 'EINVAL',
      note: 'This is the question of the review: what can a subsystem check that the map cannot?',
    },
    {
      at: ms(120),
      caption: 'Map B implements two members.',
      command: { do: 'load', process: 'loader', map: 'B', text: 'counter.s' },
    },
    {
      at: ms(160),
      caption: 'init accepts it, and the map is registered.',
      command: { do: 'register', process: 'loader', map: 'B' },
    },
    {
      at: ms(200),
      caption: 'A member is called by hand.',
      command: { do: 'call-member', process: 'loader', map: 'B', member: 'step', args: ['05000000', 3] },
    },
  ],
  openAt: ms(65),
  until: ms(400),
  expect: [
    { at: ms(50), text: 'of its own size', map: 'A', state: 'INIT', refs: 0 },
    { at: ms(65), text: 'init refused', errno: 'EINVAL' },
    { at: ms(190), text: 'registered', map: 'B', state: 'INUSE', refs: 1 },
    { at: ms(201), text: 'called', said: 'step(05000000, 3) = 8' },
  ],
};
