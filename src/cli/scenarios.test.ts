/** Runs scenarios as tests: their facts hold, and each can be rewound. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../engine/base/testing/runs.ts';
import { DEFAULT_KERNEL, KERNELS, Lab, plainLine, type Scenario } from '../engine/index.ts';
import { ABOUT, lacks } from '../scenarios/about.ts';
import { loadScenario } from '../scenarios/index.ts';
import { checkFacts } from '../scenarios/facts.ts';
import { ALL_SCENARIOS as SCENARIOS } from '../scenarios/all.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { shippedParts, withSamples } from './cli.ts';
import { parseLink, simScenario } from './sim.ts';

const partsOf = ({ kernel = DEFAULT_KERNEL }: Scenario) => shippedParts(kernel);
const aboutOf = ({ id }: Scenario) => ABOUT.find((one) => one.id === id) ?? expect.fail(`${id} is in no menu`);
const OTHERWISE = /^Not as this scenario says: /;

describe.each(SCENARIOS.map(withSamples))('$id', (scenario) => {
  test.each(KERNELS.map(({ profile }) => profile))(
    'on $name every fact and caption holds, or the page says what the kernel lacks',
    (profile) => {
      const lab = new Lab(shippedParts(profile.name), scenario);
      const broken = checkFacts(lab);
      lab.seek(scenario.until);
      const otherwise = lab.history.captions.filter(({ text }) => OTHERWISE.test(text));
      if (lacks(aboutOf(scenario), profile).length > 0) expect(broken.length + otherwise.length).toBeGreaterThan(0);
      else expect({ broken, otherwise }).toEqual({ broken: [], otherwise: [] });
    },
  );

  test('its captions are for a kernel that has what it needs', () => {
    expect(lacks(aboutOf(scenario), partsOf(scenario).profile)).toEqual([]);
  });

  test('the page fetches the same data', async () => {
    expect((await loadScenario(scenario.id))?.steps).toEqual(scenario.steps);
  });

  test('after a seek the hash equals the hash when that time was first reached', () => {
    const lab = new Lab(partsOf(scenario), scenario);
    const times = Array.from({ length: runs(30, 100) }, (_, i) =>
      Math.floor((scenario.until * ((i * 7919) % 10007)) / 10007),
    );
    const first = new Map<number, number>();
    for (const time of [...times].sort((a, b) => a - b)) {
      lab.seek(time);
      first.set(time, lab.hash());
    }
    expect(new Set(first.values()).size).toBe(first.size);
    lab.seek(scenario.until);
    for (const time of times) {
      lab.seek(time);
      expect(lab.hash(), `at ${time}`).toBe(first.get(time));
    }
  });

  test('flipping any one byte of the state changes the hash', () => {
    const lab = new Lab(partsOf(scenario), scenario);
    lab.seek(scenario.openAt);
    const { memory } = lab.machine;
    const before = lab.hash();
    const used = memory.regions();
    const total = used.reduce((sum, { from, to }) => sum + to - from, 0);
    const addressOf = (n: number): number => {
      let rest = n;
      for (const { from, to } of used) {
        if (rest < to - from) return from + rest;
        rest -= to - from;
      }
      return expect.fail('beyond the used bytes');
    };
    fc.assert(
      fc.property(fc.noBias(fc.nat(total - 1)), fc.integer({ min: 1, max: 255 }), (n, flip) => {
        const address = addressOf(n);
        memory.u8[address] ^= flip;
        const after = lab.hash();
        memory.u8[address] ^= flip;
        return after !== before;
      }),
      { numRuns: runs(100, 20_000) },
    );
    expect(lab.hash()).toBe(before);
  });

  test('stepping by instructions and back changes nothing', () => {
    const lab = new Lab(partsOf(scenario), scenario);
    lab.seek(scenario.until);
    const end = lab.hash();
    lab.seek(scenario.openAt);
    const here = lab.hash();
    const steps = runs(20, 60);
    for (let i = 0; i < steps; i++) lab.stepInstruction(1);
    for (let i = 0; i < steps; i++) lab.stepInstruction(-1);
    lab.seek(scenario.openAt);
    expect(lab.hash()).toBe(here);
    lab.seek(scenario.until);
    expect(lab.hash()).toBe(end);
  });
});

test('the record of a run does not depend on how it was first run', () => {
  const [scenario] = SCENARIOS;
  const until = 400_000_000;
  const straight = new Lab(partsOf(scenario), scenario);
  straight.seek(until);
  const walked = new Lab(partsOf(scenario), scenario);
  walked.seek(105_000_000);
  for (let i = 0; i < 40; i++) walked.stepInstruction(1);
  for (let i = 0; i < 10; i++) walked.stepInstruction(-1);
  walked.arm([], [plainLine({ text: 'bpf_reno.s', line: 37 })]);
  for (let i = 0; i < 20; i++) walked.play(until);
  walked.seek(150_000_000);
  walked.arm([], []);
  walked.play(until);
  expect(walked.hash()).toBe(straight.hash());
  expect(walked.history).toEqual(straight.history);
  const back = (lab: Lab) => Array.from({ length: 30 }, () => [lab.stepInstruction(-1), lab.position]);
  expect(back(walked)).toEqual(back(straight));
});

test('messages of an abandoned event are sent once', () => {
  const base = SCENARIOS.find(({ id }) => id === 'register-and-run') ?? SCENARIOS[0];
  const text = `${base.texts['bpf_reno.s']}\n.section struct_ops/release\nleave:\n  r0 = 0\n  r0 += 1\n  exit\n`;
  const command = { do: 'setsockopt', socket: 1, cc: 'reno' } as const;
  const switched = { at: 150_000_000, caption: 'The connection goes back to reno.', command };
  const scenario = { ...base, texts: { 'bpf_reno.s': text }, steps: [...base.steps.slice(0, 4), switched] };
  const lab = new Lab(partsOf(scenario), scenario);
  lab.seek(149_999_999);
  while (lab.cpu()?.progName !== 'leave') expect(lab.stepInstruction(1)).toBe(true);
  lab.seek(200_000_000);
  expect(lab.history.captions.filter((caption) => caption.text === switched.caption)).toHaveLength(1);
});

test('Reno in BPF gives the same window series as the built-in, instruction by instruction', () => {
  const series = (cc: string) => {
    const scenario = simScenario({ cc, link: parseLink('10mbit,20ms,50'), flows: 2, seconds: 10, seed: 3 });
    const lab = new Lab(partsOf(scenario), scenario);
    lab.seek(scenario.until);
    const rows = lab.history.series.map(({ map: _, ...rest }) => rest);
    return { rows, insns: lab.hot().executedInsns };
  };
  const native = series('reno');
  const bpf = series('bpf_reno');
  expect(bpf.rows).toEqual(native.rows);
  expect(native.insns).toBe(0);
  expect(bpf.insns).toBeGreaterThan(1000);
  expect(native.rows[0].cwnd.length).toBeGreaterThan(200);
});

test('after a program is stopped, the stack continues with the same socket', () => {
  const text = replaceWhileConnected.texts['bpf_reno.s'].replace(
    /reno_cong_avoid:\n/,
    'reno_cong_avoid:\n  r6 = 0\n  *(u64 *)(r6 + 0) = r6\n',
  );
  const lab = new Lab(shippedParts(), replaceWhileConnected, { 'bpf_reno.s': text });
  lab.command({ do: 'verifier', to: 'skip' });
  lab.seek(replaceWhileConnected.until);
  expect(lab.history.notes).toMatchObject([{ kind: 'stopped', title: 'reno_cong_avoid was stopped' }]);
});

test('a caption whose call returned something else says what happened', () => {
  const base = SCENARIOS.find(({ id }) => id === 'name-taken') ?? SCENARIOS[0];
  const captions = (change: Partial<Scenario['steps'][number]>): string[] => {
    const steps = base.steps.map((step) => (step.answers === undefined ? step : { ...step, ...change }));
    const lab = new Lab(shippedParts(), { ...base, steps });
    lab.seek(base.until);
    return lab.history.captions.map(({ text }) => text).filter((text) => OTHERWISE.test(text));
  };
  expect(captions({})).toEqual([]);
  expect(captions({ answers: undefined })[0]).toMatch(
    /BPF_MAP_UPDATE_ELEM.* answered EEXIST; it was expected to succeed/,
  );
  expect(captions({ answers: 'EBUSY' })[0]).toMatch(/answered EEXIST; EBUSY was expected/);
  expect(captions({ command: { do: 'spawn', process: 'x' } })[0]).toMatch(/no call was refused; EEXIST was expected/);
});

test('each kernel refuses a taken name in its own step', () => {
  const base = SCENARIOS.find(({ id }) => id === 'name-taken') ?? SCENARIOS[0];
  const stepOn = (kernel: string): string | undefined => {
    const lab = new Lab(shippedParts(kernel), base);
    lab.seek(base.openAt);
    return lab.history.calls.findLast(({ ret }) => ret < 0)?.trace.at(-1)?.step;
  };
  expect(['v6.1', 'v6.12', 'v6.18'].map(stepOn)).toEqual(['init-member', 'reg', 'reg']);
});
