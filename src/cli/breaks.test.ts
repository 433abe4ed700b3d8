/** Breaks with conditions, tracepoints, and looking back for both, over scenarios. */
import { expect, test } from 'vitest';
import { type Break, Lab, type LineBreak } from '../engine/index.ts';
import { armBreak, armLine, QueryError } from '../engine/late.ts';
import { registerAndRun } from '../scenarios/register-and-run.ts';
import { whoHoldsIt } from '../scenarios/who-holds-it.ts';
import { shippedParts } from './cli.ts';

const parts = shippedParts('v6.12');
const TEXT = 'bpf_reno.s';

function labOf(scenario = registerAndRun): Lab {
  return new Lab(parts, scenario);
}

function arm(lab: Lab, breaks: readonly Break[], lines: readonly LineBreak[] = []): void {
  lab.arm(
    breaks.map((one) => armBreak(one, lab.machine)),
    lines.map((one) => armLine(one, lab.machine)),
  );
}

/** Plays until it stops. Returns the time in ms, or null at the end. */
function next(lab: Lab): number | null {
  return lab.play(lab.scenario.until) === 'stopped' ? lab.time / 1e6 : null;
}

/** Goes back to the last hit. Null: there was none. */
function back(lab: Lab): number | null {
  const search = lab.back();
  let step = search.next();
  while (step.done !== true) step = search.next();
  return step.value ? lab.time / 1e6 : null;
}

/** All times at which it stops. */
function all(lab: Lab): number[] {
  const times: number[] = [];
  for (let time = next(lab); time !== null && times.length < 200; time = next(lab)) times.push(time);
  return times;
}

const number = (lab: Lab, field: string): number => {
  const place = lab.machine.btf.field('tcp_sock', field);
  const sk = lab.machine.tcp.list()[0]?.sk ?? 0;
  return lab.machine.memory.u32[(sk + (place?.byteOffset ?? 0)) >>> 2];
};

test('a condition on a field stops when it becomes true, and again only after it was false', () => {
  const lab = labOf();
  arm(lab, [{ on: 'condition', text: 'tp->snd_cwnd > 30' }]);
  expect(next(lab)).not.toBeNull();
  expect(number(lab, 'snd_cwnd')).toBeGreaterThan(30);
  expect(lab.metWords).toBe('tp->snd_cwnd > 30 for connection 1');
  const first = lab.position.event;
  lab.seekEvent(first - 1);
  expect(number(lab, 'snd_cwnd')).toBeLessThanOrEqual(30);
});

test('every kind of break also works backwards', () => {
  const kinds: readonly Break[] = [
    { on: 'edge', map: null, to: 'INUSE' },
    { on: 'refs', map: null, count: 2 },
    { on: 'call', text: 'bpf(', refused: false },
    { on: 'ca-state', socket: null, state: 3 },
    { on: 'condition', text: 'queue > 40' },
    { on: 'condition', text: 'A.refcnt == 3 || A.state == "TOBEFREE"' },
  ];
  for (const kind of kinds) {
    const lab = labOf();
    arm(lab, [kind]);
    const forward = all(lab);
    expect([kind, forward.length > 0]).toEqual([kind, true]);
    lab.seek(lab.scenario.until);
    const seen: number[] = [];
    for (let time = back(lab); time !== null; time = back(lab)) seen.unshift(time);
    expect([kind, seen]).toEqual([kind, forward]);
  }
});

test('a line with a condition over registers and fields works forwards and backwards', () => {
  const line = registerAndRun.texts[TEXT].split('\n').findIndex((one) => one.includes('snd_cwnd'));
  const plain = labOf();
  arm(plain, [], [{ text: TEXT, line }]);
  const every = all(plain).length;
  expect(every).toBeGreaterThan(1);
  const lab = labOf();
  arm(lab, [], [{ text: TEXT, line, when: 'tp->snd_cwnd >= 20 && r10 != 0' }]);
  expect(next(lab)).not.toBeNull();
  expect(lab.cpu()?.line).toBe(line);
  expect(number(lab, 'snd_cwnd')).toBeGreaterThanOrEqual(20);
  const first = { ...lab.position };
  expect(next(lab)).not.toBeNull();
  const second = { ...lab.position };
  expect(second).not.toEqual(first);
  expect(back(lab)).not.toBeNull();
  expect(lab.position).toEqual(first);
  expect(back(lab)).toBeNull();
  expect(lab.position).toEqual(first);
});

test('hits counts from the beginning of the run, independent of the cursor', () => {
  const spec: Break = { on: 'condition', text: 'queue > 40' };
  const lab = labOf();
  arm(lab, [spec]);
  const times = all(lab);
  const third = labOf();
  arm(third, [{ ...spec, when: 'hits == 3' }]);
  expect(all(third)).toEqual([times[2]]);
  third.seek(third.scenario.until);
  expect(back(third)).toBe(times[2]);
  third.seek(times[2] * 1e6 - 1);
  expect(next(third)).toBe(times[2]);
});

test('a time in a condition stops no earlier', () => {
  const lab = labOf();
  arm(lab, [{ on: 'condition', text: 'ms > 500' }]);
  const [time, ...more] = all(lab);
  expect(time).toBeGreaterThan(500);
  expect(time).toBeLessThan(530);
  expect(more).toEqual([]);
});

test('a tracepoint prints a line at each hit and does not stop; going on from before prints nothing twice', () => {
  const spec: Break = { on: 'ca-state', socket: null, state: 3 };
  const counted = labOf();
  arm(counted, [spec]);
  const hits = all(counted).length;
  const lab = labOf();
  arm(lab, [{ ...spec, trace: true, print: 'tp->snd_cwnd, queue' }]);
  expect(next(lab)).toBeNull();
  expect(lab.traced.lines).toHaveLength(hits);
  expect(lab.traced.lines[0].text).toMatch(/^connection 1 enters CA state 3: tp->snd_cwnd=\d+ queue=\d+$/);
  lab.seek(1);
  expect(next(lab)).toBeNull();
  expect(lab.traced.lines).toHaveLength(hits);
  // another branch: later lines no longer exist
  lab.seek(lab.traced.lines[0].time);
  lab.command({ do: 'console', line: 'echo' });
  expect(lab.traced.lines.length).toBeLessThan(hits);
});

test('a traced line of a program has its registers; many lines are bounded and say so', () => {
  const line = registerAndRun.texts[TEXT].split('\n').findIndex((one) => one.includes('snd_cwnd'));
  const lab = labOf();
  const lines = Array.from({ length: 60 }, (_, i) => i + 1).map(
    (n): LineBreak => ({ text: TEXT, line: n, trace: true }),
  );
  arm(lab, [], [{ text: TEXT, line, trace: true, print: 'r1, tp->snd_cwnd' }, ...lines]);
  expect(next(lab)).toBeNull();
  expect(lab.traced.lines.find(({ text }) => text.includes(`:${line + 1} `))?.text).toMatch(
    /: r1=\d+ tp->snd_cwnd=\d+$/,
  );
  expect(lab.traced.lines).toHaveLength(2000);
  expect(lab.traced.left).toBeGreaterThan(0);
  arm(lab, []);
  expect(lab.traced.lines).toEqual([]);
});

test('playing with breaks leaves the run as it is', () => {
  const straight = labOf(whoHoldsIt);
  straight.advance(whoHoldsIt.until);
  const walked = labOf(whoHoldsIt);
  arm(walked, [{ on: 'condition', text: 'tp->snd_cwnd % 7 == 3' }]);
  for (let i = 0; i < 500 && walked.play(whoHoldsIt.until) === 'stopped'; i++);
  expect(walked.hash()).toBe(straight.hash());
  expect(walked.history).toEqual(straight.history);
});

test.each([
  ['', false, /nothing is said/],
  ['nosuch > 1', false, /column 1: there is no "nosuch" here/],
  ['r1 > 1', false, /no program runs/],
  ['r11 > 1', true, /no register r11/],
  ['tp->nosuch', false, /tcp_sock has no number "nosuch"/],
  ['ms >', false, /the query ends here/],
  ['ms > 1 2', false, /does not belong here/],
  ['A.nosuch', false, /there is no "A.nosuch"/],
  ['hits == "a', false, /string has no end/],
])('a condition without meaning: %s', (when, isLine, message) => {
  const lab = labOf();
  const make = (): void => {
    if (isLine) armLine({ text: TEXT, line: 0, when }, lab.machine);
    else armBreak({ on: 'edge', map: null, to: 'INUSE', when }, lab.machine);
  };
  expect(make).toThrow(QueryError);
  expect(make).toThrow(message);
});
