import type { Command, Scenario } from '../engine/index.ts';
import { about } from './about.ts';
import { COUNTER_PROGRAM, COUNTER_TYPES } from './programs.ts';
import { ms } from './units.ts';

const call = (member: string, ...args: (number | string)[]): Command => ({
  do: 'call-member',
  process: 'tester',
  map: 'A',
  member,
  args,
});

/** struct_ops is not only congestion control: a type declared in C, implemented, registered, called by hand. */
export const anyStruct: Scenario = {
  ...about('any-struct'),
  path: { rateBps: 20_000_000, delayNs: ms(10), queuePackets: 64, accessNs: ms(4) },
  seed: 11,
  texts: { 'counter.s': COUNTER_PROGRAM, 'types.h': COUNTER_TYPES },
  steps: [
    { at: ms(10), caption: '', command: { do: 'spawn', process: 'loader' } },
    {
      at: ms(20),
      caption: 'A map for counter_ops, the type of types.h, is created; a program for each member is loaded.',
      command: { do: 'load', process: 'loader', map: 'A', text: 'counter.s' },
    },
    {
      at: ms(60),
      caption: 'One update registers it: each implemented slot now points at a trampoline.',
      command: { do: 'register', process: 'loader', map: 'A' },
    },
    { at: ms(90), caption: '', command: { do: 'spawn', process: 'tester' } },
    {
      at: ms(100),
      caption: 'step is called by hand with a counter of 5, by 3: the program writes the memory that it is given.',
      command: call('step', '05000000', 3),
    },
    {
      at: ms(140),
      caption: 'scale takes a number, and gives three times as much.',
      command: call('scale', 14),
    },
    {
      at: ms(180),
      caption: 'reset was left out: its slot is NULL, so a subsystem must not call it.',
      command: call('reset', '00'),
      answers: 'EPERM',
    },
    {
      at: ms(240),
      caption: 'The element is deleted; the map is freed after its last reference.',
      command: { do: 'unregister', process: 'loader', map: 'A' },
    },
    { at: ms(260), caption: 'The loader ends.', command: { do: 'exit', process: 'loader' } },
  ],
  openAt: ms(105),
  until: ms(400),
  expect: [
    { at: ms(40), text: 'created', map: 'A', state: 'INIT', refs: 0 },
    { at: ms(80), text: 'registered', map: 'A', state: 'INUSE', refs: 1 },
    { at: ms(101), text: 'the memory was written', said: 'step(05000000, 3) = 8; argument 1: {\n    "value": 8,' },
    { at: ms(141), text: 'a number', said: 'scale(14) = 42' },
    { at: ms(181), text: 'not implemented', said: 'reset is not implemented' },
    { at: ms(400), text: 'gone', map: 'A', state: 'FREED', refs: 0 },
  ],
};
