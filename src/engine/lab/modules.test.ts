/** The lens adds no states of its own: its verbs and map calls give the same table. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import type { Command, Scenario } from './commands.ts';
import { installLateTools } from '../late.ts';
import { Lab } from './lab.ts';
import { linkPath } from './verbs/modules.ts';

installLateTools();
const btf = shippedBtf();
const parts = { profile: V6_12, btf, symbols: symbolsFromBtf(btf) };

/** A minimal congestion control that registers; `link` sets BPF_F_LINK on its map. */
const text = (name: string, link: boolean): string => `
.struct_ops${link ? '.link' : ''} tcp_congestion_ops
.name "${name}"
.section struct_ops/ssthresh
ssthresh:
  r0 = 2
  exit
.section struct_ops/undo_cwnd
undo_cwnd:
  r0 = 2
  exit
.section struct_ops/cong_avoid
cong_avoid:
  r0 = 0
  exit
`;

const TEXTS = {
  'a.s': text('a', false),
  'b.s': text('b', false),
  'l.s': text('l', true),
  'library.s': `${text('base', false)}\n.globl twice\n.section .text\ntwice:\n  r1 += r1\n  call once\n  exit\nonce:\n  r0 = r1\n  r0 += 1\n  exit\n`,
  'user.s': text('user', false).replace('  r0 = 2\n', '  r1 = 3\n  call twice\n').concat('\n.extern twice\n'),
};

const scenario: Scenario = {
  id: 'test',
  title: '',
  intro: '',
  path: { rateBps: 1e7, delayNs: 1e6, queuePackets: 10 },
  seed: 1,
  texts: TEXTS,
  steps: [],
  openAt: 0,
  until: 0,
  expect: [],
};

/** Runs commands a millisecond apart. */
function lab(commands: readonly Command[]): Lab {
  const made = new Lab(parts, scenario);
  commands.forEach((command, i) => {
    made.seek((i + 1) * 1e6);
    made.command(command);
  });
  return made;
}

/** What lsmod shows: ids and times left out, since processes come and go. */
const lsmod = (of: Lab) =>
  of.cold().maps.map(({ letter, ccName, state, refcnt, holders, forLinks }) => ({
    letter,
    ccName,
    state,
    refcnt,
    forLinks,
    kinds: holders.map(({ kind }) => kind).sort(),
  }));

type Verb = { readonly verb: 'in' | 'out'; readonly which: number };
const NAMES = ['a.s', 'b.s', 'l.s'] as const;

/** The same acts, once as verbs of the lens and once as calls on maps and links. */
function both(verbs: readonly Verb[]): { asVerbs: Lab; asCalls: Lab } {
  const asVerbs = lab([]);
  const asCalls = lab([]);
  let links = 0;
  verbs.forEach(({ verb, which }, i) => {
    const time = (i + 1) * 1e6;
    for (const one of [asVerbs, asCalls]) one.seek(time);
    const letters = asVerbs.cold().maps.map(({ letter }) => letter);
    if (verb === 'in') {
      const name = NAMES[which % NAMES.length];
      const map = String.fromCharCode(65 + letters.length);
      asVerbs.command({ do: 'insmod', map, text: name });
      const process = `loader-${map}`;
      asCalls.command({ do: 'spawn', process });
      asCalls.command({ do: 'load', process, map, text: name });
      asCalls.command({ do: 'register', process, map });
      if (name === 'l.s') {
        links++;
        asCalls.command({ do: 'link', process, map, link: links });
        const loaded = asCalls.machine.user.map(map);
        const made = asCalls.machine.user.state.links.get(links);
        if (loaded && made) asCalls.command({ do: 'pin', process, path: linkPath(loaded), link: links });
        else links--;
      }
      asCalls.command({ do: 'exit', process });
      return;
    }
    const map = letters[which % Math.max(1, letters.length)];
    if (map === undefined) return;
    asVerbs.command({ do: 'rmmod', map });
    const held = asCalls.cold().links.find((link) => link.map === map);
    if (held) {
      asCalls.command({ do: 'detach', process: 'admin', link: held.link });
      for (const path of held.pins) asCalls.command({ do: 'unpin', process: 'admin', path });
    } else asCalls.command({ do: 'unregister', process: 'admin', map });
    asCalls.command({ do: 'exit', process: 'admin' });
  });
  return { asVerbs, asCalls };
}

test('any sequence of map and link calls gives the lsmod table of the equivalent verbs', () => {
  const verb = fc.record({ verb: fc.constantFrom('in' as const, 'in' as const, 'out' as const), which: fc.nat(11) });
  fc.assert(
    fc.property(fc.array(verb, { maxLength: 14 }), (verbs) => {
      const { asVerbs, asCalls } = both(verbs);
      expect(lsmod(asVerbs)).toEqual(lsmod(asCalls));
    }),
    { numRuns: runs(12, 300) },
  );
});

describe('insmod', () => {
  test('insmod registers the map and exits', () => {
    const made = lab([{ do: 'insmod', map: 'A', text: 'a.s' }]);
    expect(lsmod(made)).toMatchObject([{ state: 'INUSE', refcnt: 1, kinds: ['registration'] }]);
    expect(made.cold().processes.every(({ alive }) => !alive)).toBe(true);
  });

  test('pins the link of a map that is made for links, so that it outlives insmod', () => {
    const made = lab([{ do: 'insmod', map: 'A', text: 'l.s' }]);
    expect(lsmod(made)).toMatchObject([{ state: 'READY', refcnt: 1, kinds: ['link'] }]);
    expect(made.cold().links).toMatchObject([{ map: 'A', fds: 0, pins: ['/sys/fs/bpf/l'] }]);
  });

  test('leaves nothing behind when the name is taken', () => {
    const made = lab([
      { do: 'insmod', map: 'A', text: 'a.s' },
      { do: 'insmod', map: 'B', text: 'a.s' },
    ]);
    expect(made.history.calls.some(({ ret }) => ret === -17)).toBe(true);
    made.seek(1e9);
    expect(lsmod(made)).toMatchObject([
      { letter: 'A', state: 'INUSE' },
      { letter: 'B', state: 'FREED' },
    ]);
  });
});

describe('rmmod', () => {
  const used: Command[] = [
    { do: 'insmod', map: 'A', text: 'a.s' },
    { do: 'connect', process: 'client', socket: 1, cc: 'a' },
  ];

  test('never refuses: the module is going', () => {
    const made = lab([...used, { do: 'rmmod', map: 'A' }]);
    expect(lsmod(made)).toMatchObject([{ state: 'TOBEFREE', refcnt: 1 }]);
  });

  test('strict, it refuses, names the holder, and says that no kernel does this', () => {
    const made = lab([...used, { do: 'rmmod', map: 'A', strict: true }]);
    expect(lsmod(made)).toMatchObject([{ state: 'INUSE', refcnt: 2 }]);
    const call = made.history.calls.find(({ ret }) => ret === -16);
    expect(call?.message).toMatch(/socket 1.*Not kernel behaviour/);
  });

  test('rmmod of a map that was never updated gives the kernel’s error', () => {
    const made = lab([
      { do: 'load', process: 'p', map: 'A', text: 'a.s' },
      { do: 'rmmod', map: 'A' },
    ]);
    expect(made.history.calls.findLast(({ shape }) => shape === 'delete')?.ret).toBe(-2);
  });
});

describe('replace', () => {
  test('replacing a module by itself is refused by the lens, since Linux would panic', () => {
    const made = lab([
      { do: 'insmod', map: 'A', text: 'l.s' },
      { do: 'replace', from: 'A', to: 'A' },
    ]);
    expect(made.cold().panic).toBeNull();
    expect(made.history.calls.some(({ ret, message }) => ret === -22 && message?.includes('panics'))).toBe(true);
  });

  test('without the lens the kernel panics, and going back undoes it', () => {
    const made = lab([
      { do: 'load', process: 'p', map: 'A', text: 'l.s' },
      { do: 'register', process: 'p', map: 'A' },
      { do: 'link', process: 'p', map: 'A', link: 1 },
      { do: 'update-link', process: 'p', link: 1, map: 'A' },
    ]);
    expect(made.cold().panic).toMatch(/list_add double add/);
    const calls = made.history.calls.length;
    made.command({ do: 'spawn', process: 'late' });
    made.seek(1e9);
    expect(made.history.calls).toHaveLength(calls);
    expect(made.time).toBe(4e6);
    made.seek(2e6);
    expect(made.cold().panic).toBeNull();
  });
});

describe('libraries', () => {
  test('insmod takes missing functions from loaded objects, with all that they call', () => {
    const made = lab([
      { do: 'insmod', map: 'A', text: 'library.s' },
      { do: 'insmod', map: 'B', text: 'user.s' },
    ]);
    expect(made.cold().maps[1]).toMatchObject({ state: 'INUSE', libraries: [{ name: 'twice', letter: 'A' }] });
    const progs = made.cold().maps[1].progs;
    // ssthresh alone calls: mov, call, exit; then twice: 3; then once: 3
    expect(progs.map(({ insnCount }) => insnCount)).toEqual([9, 2, 2]);
  });

  test('nothing holds the library: it can be unloaded first', () => {
    const made = lab([
      { do: 'insmod', map: 'A', text: 'library.s' },
      { do: 'insmod', map: 'B', text: 'user.s' },
      { do: 'rmmod', map: 'A' },
    ]);
    made.seek(1e9);
    expect(lsmod(made)).toMatchObject([{ state: 'FREED' }, { state: 'INUSE' }]);
  });

  test('without a library it says which name is missing', () => {
    const made = lab([{ do: 'insmod', map: 'A', text: 'user.s' }]);
    expect(made.history.calls.find(({ ret }) => ret === -2)?.message).toBe('extern twice: no loaded object has it');
    expect(made.cold().maps).toEqual([]);
  });

  test('a plain load looks for no library', () => {
    const made = lab([
      { do: 'insmod', map: 'A', text: 'library.s' },
      { do: 'load', process: 'p', map: 'B', text: 'user.s' },
    ]);
    expect(made.history.calls.find(({ ret }) => ret === -2)?.message).toMatch(/only insmod/);
  });
});

describe('grace clocks', () => {
  const freed: Command[] = [
    { do: 'insmod', map: 'A', text: 'a.s' },
    { do: 'rmmod', map: 'A' },
  ];
  const stateAt = (made: Lab, time: number) => {
    made.seek(time);
    return made.cold().maps[0].state;
  };

  test('a held clock keeps the map until it is released', () => {
    const made = lab([{ do: 'grace', clock: 'tasks', to: 'hold' }, ...freed]);
    expect(stateAt(made, 1e9)).toBe('TOBEFREE');
    made.command({ do: 'grace', clock: 'tasks', to: 'go' });
    expect(made.cold().maps[0].state).toBe('FREED');
  });

  test('a clock that is ended by hand does not wait', () => {
    const made = lab(freed);
    made.seek(5e6);
    made.command({ do: 'grace', clock: 'tasks', to: 'end' });
    expect(made.cold().maps[0].grace.map(({ endsAt }) => endsAt > 0)).toEqual([false, true, false]);
    made.command({ do: 'grace', clock: 'rcu', to: 'end' });
    expect(made.cold().maps[0].state).toBe('FREED');
  });
});
