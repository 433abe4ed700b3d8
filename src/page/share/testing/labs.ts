/* Random labs for the tests of links, files and saved labs. */
import fc from 'fast-check';
import type { Command, LoggedCommand } from '../../../engine/index.ts';
import { ABOUT } from '../../../scenarios/about.ts';
import type { LabDoc } from '../lab-doc.ts';

const name = fc.stringMatching(/^[a-z][\w.-]{0,20}$/);
const map = fc.constantFrom('A', 'B', 'C');
const count = fc.nat(1000);
const program = fc.string({ maxLength: 300, unit: 'grapheme' });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant('spawn' as const), process: name }),
  fc.record({ do: fc.constant('exit' as const), process: name, killed: fc.boolean() }),
  fc.record({ do: fc.constant('load' as const), process: name, map, text: name, source: program }),
  fc.record({ do: fc.constant('register' as const), process: name, map }),
  fc.record({ do: fc.constant('unregister' as const), process: name, map }),
  fc.record({ do: fc.constant('link' as const), process: name, map, link: count }),
  fc.record({ do: fc.constant('pin' as const), process: name, path: name, link: count }),
  fc.record({ do: fc.constant('pin' as const), process: name, path: name, map }),
  fc.record({ do: fc.constant('connect' as const), process: name, socket: count, cc: name }),
  fc.record({ do: fc.constant('close' as const), socket: count }),
  fc.record({
    do: fc.constant('call-member' as const),
    process: name,
    map,
    member: name,
    args: fc.array(fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constant('05ff')), { maxLength: 4 }),
  }),
  fc.record({ do: fc.constant('poke' as const), address: count, bytes: fc.array(fc.nat(255), { maxLength: 8 }) }),
);

const time = fc.nat(2_000_000_000);
const logged: fc.Arbitrary<LoggedCommand> = fc.record({ event: count, time, command });
const texts = fc.dictionary(name, program, { maxKeys: 4 });

export const anyLab: fc.Arbitrary<LabDoc> = fc.record(
  {
    scenario: fc.constantFrom(...ABOUT.map(({ id }) => id)),
    content: fc.stringMatching(/^[\da-f]{16}$/),
    kernel: fc.constantFrom('v5.6', 'v6.1', 'v6.18'),
    texts,
    machine: texts,
    commands: fc.array(logged, { maxLength: 20 }),
    time,
    view: fc.record(
      {
        preset: fc.constantFrom('inspect', 'flows'),
        tabs: fc.dictionary(name, name, { maxKeys: 3 }),
        text: name,
        breakpoints: fc.array(fc.record({ text: name, line: count }), { maxLength: 4 }),
        watches: fc.array(fc.string({ maxLength: 30 }), { maxLength: 4 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['scenario'] },
);
