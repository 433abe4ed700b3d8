/** Sixty questions with their answers, wrong questions with the place of the error, and limits of answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answerText, Lab, type QueryAnswer } from '../engine/index.ts';
import { completeQuestion, parseQuery, QueryError, runQuery } from '../engine/late.ts';
import { replaceWhileConnected } from '../scenarios/replace-while-connected.ts';
import { askVerb } from './ask.ts';
import { CASES } from './ask-cases.ts';
import { shippedParts, Usage } from './cli.ts';

const parts = shippedParts();
const lab = new Lab(parts, replaceWhileConnected);
lab.seek(replaceWhileConnected.until);

function ask(query: string): QueryAnswer {
  const fresh = (): Lab => new Lab(parts, replaceWhileConnected);
  const search = runQuery(parseQuery(query), lab, fresh, replaceWhileConnected.until);
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}

/** By query: the summary, and the text of maps or of the first and last rows. */
export const short = ({ summary, rows, total, maps }: QueryAnswer) => ({
  summary,
  total,
  rows: [rows[0]?.text ?? null, rows.at(-1)?.text ?? null],
  maps: answerText({ summary: '', rows: [], total, maps }).trim(),
});

const ANSWERS = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/ask-answers.json'), 'utf8')) as Record<
  string,
  unknown
>;

test('at least sixty questions have their answer', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
  expect(Object.keys(ANSWERS)).toEqual([...CASES]);
});

test.each(CASES)('%s', (query) => {
  expect(short(ask(query))).toEqual(ANSWERS[query]);
});

test('answers agree with the history', () => {
  const { calls, refs, transitions, series } = lab.history;
  expect(ask('how often syscall').total).toBe(calls.length);
  expect(ask('who took').total).toBe(refs.filter(({ gained }) => gained).length);
  expect(ask('show transitions').total).toBe(transitions.length);
  const points = series.reduce((sum, { time }) => sum + time.length, 0);
  expect(ask('tcp:cwnd { @ = count() }').maps[0].entries[0].value).toBe(points);
  const freed = transitions.find(({ map, to }) => map === 'A' && to === 'FREED')?.time ?? 0;
  const left = transitions.find(({ map, to }) => map === 'A' && to === 'TOBEFREE')?.time ?? 0;
  expect(ask('longest TOBEFREE of map A').summary).toContain(((freed - left) / 1e9).toFixed(6));
});

test('completion: verbs, subjects, maps, probes, fields', () => {
  const known = {
    maps: ['A', 'B'],
    sockets: [1],
    programs: [{ name: 'reno_ssthresh', member: 'ssthresh' }],
    processes: ['loader'],
    fields: ['snd_cwnd', 'snd_ssthresh'],
  };
  const words = (text: string): readonly string[] => completeQuestion(text, known).words;
  expect(words('wh')).toEqual(['when', 'who']);
  expect(words('who ')).toEqual(['called', 'gave', 'took', 'wrote']);
  expect(words('who took of map ')).toEqual(['A', 'B']);
  expect(words('who wrote snd_c')).toEqual(['snd_cwnd']);
  expect(words('when was TOB')).toEqual(['TOBEFREE']);
  expect(words('struct_ops:ss')).toEqual(['ssthresh']);
  expect(words('tcp:cwnd { @ = hi')).toEqual(['hist(']);
  expect(words('tcp:cwnd /ssth')).toEqual(['ssthresh']);
  expect(words('watch tp->snd_s')).toEqual(['tp->snd_ssthresh']);
  expect(words('nosuch ')).toEqual([]);
  expect(words('show messages where text == "lo')).toEqual([]);
});

test.each([
  ['tcp:cwnd { @a = count(); } queue:* { @a = sum(length); }', /@a is count before, and sum here/],
  ['tcp:cwnd { @a = count(); @a = 5 }', /@a is count before, and a value here/],
  ['tcp:cwnd { @a[cwnd] = count(); @a = count() }', /0 parts of its key/],
])('a map has one type: %s', (query, message) => {
  expect(() => parseQuery(query)).toThrow(message);
});

test.each([
  ['', 0, /empty/],
  ['who', 3, /ends here/],
  ['who tok', 4, /"tok"/],
  ['what is this', 0, /"what"/],
  ['when was NEVER', 9, /nothing that a run has/],
  ['when was refcnt x', 16, /"x"/],
  ['how many syscalls', 4, /"many"/],
  ['who took of map', 15, /ends here/],
  ['who took after 2', 15, /"2"/],
  ['who took where cwnd > 1', 15, /no field "cwnd"/],
  ['kprobe:tcp_ack { }', 0, /"kprobe"/],
  ['syscall:* /ret < /', 17, /"\/"/],
  ['syscall:* /ret < 0 { }', 19, /"\{"/],
  ['tcp:cwnd { @ = hist() }', 15, /0 arguments/],
  ['tcp:cwnd { @ = nosuch(cwnd) }', 15, /no field "nosuch"/],
  ['tcp:cwnd { print(cwnd }', 22, /"\}"/],
  ['tcp:cwnd { printf(cwnd) }', 18, /"cwnd"/],
  ['syscall:* { print("a) }', 18, /no end/],
  ['tcp:cwnd { @[cwnd = count() }', 18, /"="/],
  ['tcp:cwnd { exit() }', 11, /"exit"/],
  ['show syscalls where §', 20, /"§"/],
  [`show syscalls where ${'('.repeat(100)}1`, 84, /too many parentheses/],
  ['x'.repeat(5000), 4000, /5000 characters/],
])('wrong: %.30s', (query, at, message) => {
  try {
    parseQuery(query);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    expect(error.problem).toMatch(message);
    expect(error.at).toBe(at);
    expect(error.expected.length).toBeGreaterThan(2);
  }
});

test('a field that tcp_sock does not have is refused when the run is asked', () => {
  expect(() => ask('who wrote nosuch')).toThrow(/no number "nosuch"/);
});

test('an answer is bounded and says so', () => {
  const many = ask('struct_ops:*, tcp:cwnd, queue { print(time) }');
  expect(many.total).toBeGreaterThan(1000);
  expect(many.rows).toHaveLength(1000);
  expect(many.summary).toMatch(/the first 1000 are listed/);
  const keys = ask('tcp:cwnd, queue, struct_ops:* { @[time, event] = count() }');
  expect(keys.maps[0].entries.length).toBeLessThanOrEqual(2000);
});

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

test('lab ask: JSON, and wrong lines', () => {
  expect(askVerb.run(['replace-while-connected', 'how often was transition', '--json'])).toBe(0);
  const said = vi.mocked(console.log).mock.calls[0][0] as string;
  expect(JSON.parse(said)).toMatchObject({ total: ask('how often was transition').total });
  expect(askVerb.run(['replace-while-connected', 'who tok'])).toBe(2);
  expect(vi.mocked(console.error).mock.calls[0][0]).toMatch(/\^ "tok".*\nexpected: took/s);
  for (const args of [
    [],
    ['nosuch', 'who took'],
    ['replace-while-connected'],
    ['replace-while-connected', 'who', 'took'],
    ['--nosuch'],
  ]) {
    expect(() => askVerb.run(args)).toThrow(Usage);
  }
});
