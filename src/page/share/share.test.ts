/** Labs in links and files: decoding gives what was encoded, and damaged input gives a message. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../engine/base/testing/runs.ts';
import type { Scenario } from '../../engine/index.ts';
import { ALL_SCENARIOS } from '../../scenarios/all.ts';
import { isLabFile, labFile, packLab, readLabFile, unpackLab } from './codec.ts';
import { command, MOST_STEPS, VERB_NAMES } from './command-schema.ts';
import { contentOf, isShipped } from './content.ts';
import { bringsPrograms, type LabDoc, labDoc } from './lab-doc.ts';
import { hashOf, readHash } from './link.ts';
import type { Decoded } from './schema.ts';
import { anyLab } from './testing/labs.ts';

const FULL = 10_000;
const problemOf = (decoded: Decoded<unknown> | null): string =>
  decoded?.ok === false ? decoded.problem : expect.fail('it was taken');
const refused = async (packed: string): Promise<string> => problemOf(await unpackLab(packed));

describe('links', () => {
  test('any lab decodes to what was encoded', async () => {
    await fc.assert(
      fc.asyncProperty(anyLab, async (doc) => {
        expect((await readHash(await hashOf(doc))).lab).toEqual({ ok: true, value: doc });
      }),
      { numRuns: runs(300, FULL) },
    );
  });

  test('a scenario, a kernel and a time are written so that a person can type them', async () => {
    expect(await hashOf({ scenario: 'swap-by-link', time: 505_000_000 })).toBe('#scenario=swap-by-link&at=505');
    const doc = { scenario: 'any-struct', kernel: 'v6.1', time: 1_500 };
    expect(await hashOf(doc)).toBe('#scenario=any-struct&kernel=v6.1&at=0.0015');
    expect((await readHash(await hashOf(doc))).lab).toEqual({ ok: true, value: doc });
  });

  test('a damaged one gives a message, and never throws', async () => {
    const places = fc.tuple(anyLab, fc.nat(), fc.stringMatching(/^[\w .%&=#-]{0,3}$/), fc.nat(3));
    await fc.assert(
      fc.asyncProperty(places, async ([doc, at, put, cut]) => {
        const hash = await hashOf(doc);
        const from = 1 + (at % hash.length);
        const { lab } = await readHash(hash.slice(0, from) + put + hash.slice(from + cut));
        if (lab?.ok === false) expect(lab.problem).toMatch(/\w{3}/);
        if (lab?.ok) expect(labDoc(lab.value, '').ok).toBe(true);
      }),
      { numRuns: runs(300, FULL) },
    );
  });

  test('an error message says what is wrong', async () => {
    const good = await packLab({ scenario: 'any-struct', texts: { 'a.s': 'x'.repeat(500) } });
    expect(await refused('')).toMatch(/version/);
    expect(await refused(`2${good.slice(1)}`)).toMatch(/newer version.*format 2.*Reload/);
    expect(await refused(`0${good.slice(1)}`)).toMatch(/never a format 0/);
    expect(await refused(good.slice(0, -8))).toMatch(/not whole/);
    expect(await refused(`${good}!`)).toMatch(/characters/);
    expect(problemOf((await readHash('#scenario=&at=1')).lab)).toMatch(/name of a scenario/);
    expect(problemOf((await readHash('#scenario=a&at=soon')).lab)).toMatch(/milliseconds/);
    expect(problemOf((await readHash('#evil=1')).lab)).toMatch(/evil/);
    expect((await readHash('')).lab).toBeNull();
  });

  test('inflating stops at 1 MB', async () => {
    const bomb = await packLab({ scenario: 'any-struct', texts: { 'a.s': 'a'.repeat(40_000_000) } });
    expect(bomb.length).toBeLessThan(60_000);
    expect(await refused(bomb)).toMatch(/more than 1 MB/);
  });
});

describe('files', () => {
  test('any lab decodes to what was encoded', () => {
    fc.assert(
      fc.property(anyLab, (doc) => {
        const file = labFile(doc);
        expect(isLabFile(file)).toBe(true);
        expect(readLabFile(file)).toEqual({ ok: true, value: doc });
      }),
      { numRuns: runs(300, FULL) },
    );
  });

  test('a damaged one gives a message, and never throws', () => {
    fc.assert(
      fc.property(anyLab, fc.nat(), fc.string({ maxLength: 3 }), fc.nat(5), (doc, at, put, cut) => {
        const file = labFile(doc);
        const from = at % file.length;
        const read = readLabFile(file.slice(0, from) + put + file.slice(from + cut));
        if (!read.ok) expect(read.problem).toMatch(/\w{3}/);
      }),
      { numRuns: runs(300, FULL) },
    );
  });

  test('any JSON gives a lab or a message', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(labDoc(value, '').ok).toBe(false);
        const read = readLabFile(JSON.stringify({ 'ops.play': 1, lab: value }));
        expect(problemOf(read)).toMatch(/\w{3}/);
      }),
      { numRuns: runs(300, FULL) },
    );
  });

  test('an error message says what is wrong, and where', () => {
    const wrong = (lab: unknown, version: unknown = 1): string =>
      problemOf(readLabFile(JSON.stringify({ 'ops.play': version, lab })));
    expect(wrong({ scenario: 'a' }, 7)).toMatch(/newer version.*format 7/);
    expect(wrong({ scenario: 'a', time: -1 })).toBe('lab.time: must be a whole number from 0 to 1000000000000000');
    expect(wrong({ scenario: 'a', tiem: 1 })).toBe('lab.tiem: is a field that this version does not know');
    expect(wrong({ scenario: 'a', commands: [{ event: 1, time: 2, command: { do: 'format' } }] })).toMatch(
      /^lab\.commands\[0\]\.command\.do: must be one of spawn, exit/,
    );
    expect(problemOf(readLabFile('{"ops.play":1,"lab":{"scenario":"a","texts":{"__proto__":"x"}}}'))).toMatch(/name/);
  });

  test('a talk of ten thousand steps is refused with a message', () => {
    const steps = Array.from({ length: 10_000 }, (_, i) => ({
      at: i,
      caption: '',
      command: { do: 'spawn', process: 'p' },
    }));
    const whole = { ...ALL_SCENARIOS[0], steps } as Scenario;
    expect(problemOf(labDoc({ scenario: 'x', whole }, ''))).toBe(
      `whole.steps: has 10000 entries; at most ${MOST_STEPS} are allowed`,
    );
  });
});

test('every shipped scenario fits into a link, and every verb has its row', () => {
  const used = new Set(ALL_SCENARIOS.flatMap(({ steps }) => steps.map((step) => step.command.do)));
  for (const verb of used) expect(VERB_NAMES).toContain(verb);
  for (const whole of ALL_SCENARIOS) {
    const doc: LabDoc = { scenario: whole.id, whole };
    expect(labDoc(JSON.parse(JSON.stringify(doc)), '')).toEqual({ ok: true, value: JSON.parse(JSON.stringify(doc)) });
    for (const step of whole.steps) expect(command(step.command, '').ok).toBe(true);
  }
});

test('a link with programs of somebody else is distinguished from a place in a scenario', () => {
  const doc: LabDoc = {
    scenario: 'any-struct',
    time: 1,
    commands: [{ event: 1, time: 1, command: { do: 'close', socket: 1 } }],
  };
  expect(bringsPrograms(doc)).toBe(false);
  expect(bringsPrograms({ ...doc, texts: { 'a.s': '' } })).toBe(true);
  expect(bringsPrograms({ ...doc, whole: ALL_SCENARIOS[0] })).toBe(true);
  const load = { do: 'load', process: 'p', map: 'A', text: 't', source: 'exit' } as const;
  expect(bringsPrograms({ ...doc, commands: [{ event: 1, time: 1, command: load }] })).toBe(true);
});

test('a scenario is identified by its commands, not by its captions', async () => {
  const [first] = ALL_SCENARIOS;
  expect(await isShipped({ ...first, title: 'Mine' })).toBe(true);
  expect(await isShipped({ ...first, seed: first.seed + 1 })).toBe(false);
  expect(contentOf(first)).toMatch(/^[\da-f]{16}$/);
});
