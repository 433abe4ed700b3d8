/* `lab console [FILE]`: runs console lines from a file or standard input, on a scenario's machine or an empty one. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { DEFAULT_KERNEL, Lab, type Scenario, toBase64 } from '../engine/index.ts';
import { scenarioOf } from './scenario.ts';
import { number, options, readBytes, runTo, shippedParts, Usage, type Verb } from './cli.ts';

/** Most lines that are read; more are refused, so that an endless pipe gets an answer. */
const MOST_LINES = 10_000;
const MOST_BYTES = 4_000_000;

const EMPTY: Scenario = {
  id: 'console',
  title: 'console',
  intro: '',
  path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 50 },
  seed: 1,
  texts: {},
  steps: [],
  openAt: 0,
  until: 0,
  expect: [],
};

const STDIN = 0;

/** Reads standard input to its end, or to the limit. */
function readStdin(): string {
  try {
    return readFileSync(STDIN, 'utf8');
  } catch (error) {
    // standard input is not connected
    if (error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EOF')) return '';
    throw error;
  }
}

function readLines(file: string | undefined): string[] {
  const text = file === undefined ? readStdin() : new TextDecoder().decode(readBytes(file));
  if (text.length > MOST_BYTES)
    throw new Usage(`${file ?? 'standard input'} has ${text.length} bytes; at most ${MOST_BYTES} are read: split it`);
  const lines = text.split('\n');
  if (lines.length > MOST_LINES) throw new Usage(`${lines.length} lines; at most ${MOST_LINES} are run: split them`);
  return lines;
}

function withObjects(id: string | undefined, objects: readonly string[]): Scenario {
  const own = Object.fromEntries(objects.map((path) => [basename(path), toBase64(readBytes(path))]));
  const scenario = id === undefined ? EMPTY : scenarioOf(id);
  return { ...scenario, objects: { ...scenario.objects, ...own } };
}

/** Runs one line; false when its last command failed. */
function runLine(lab: Lab, line: string): boolean {
  const from = lab.history.messages.length;
  lab.command({ do: 'console', line });
  let failed = false;
  for (const { source, text } of lab.history.messages.slice(from)) {
    if (source === 'stdout') process.stdout.write(text);
    else if (source === 'stderr') process.stderr.write(text);
    else if (source === 'status') failed = text !== '0';
  }
  return !failed;
}

const MOST_SLEEP = 3_600;

/** Runs the line `sleep SECONDS`; false when the argument is no valid time. */
function sleep(lab: Lab, text: string): boolean {
  const seconds = text === '' ? Number.NaN : Number(text);
  if (seconds >= 0 && seconds <= MOST_SLEEP) {
    runTo(lab, lab.time + Math.round(seconds * 1e9));
    return true;
  }
  process.stderr.write(`console: sleep takes seconds from 0 to ${MOST_SLEEP}, not "${text}"\n`);
  return false;
}

export const consoleVerb: Verb = {
  name: 'console',
  usage: 'console [FILE] [--scenario ID] [--at SECONDS] [--kernel NAME] [--objects FILE,...]',
  summary: 'types the lines of a file, or of standard input, into the console: bpftool, ss, tc, flow, help',
  run(args) {
    const { values, rest } = options(args, ['scenario', 'at', 'kernel', 'objects']);
    if (rest.length > 1) throw new Usage(`takes one file of lines, not "${rest[1]}" too`);
    const scenario = withObjects(
      values.scenario,
      (values.objects ?? '').split(',').filter((path) => path !== ''),
    );
    const at = number(values.at, scenario.openAt / 1e9, '--at', 0, 3600, false);
    const lab = new Lab(shippedParts(values.kernel ?? scenario.kernel ?? DEFAULT_KERNEL), scenario);
    runTo(lab, Math.round(at * 1e9));
    let failed = 0;
    for (const line of readLines(rest[0])) {
      if (line.trim() === '') continue;
      const wait = /^\s*sleep(?:\s+(.*?))?\s*$/.exec(line);
      if (!(wait ? sleep(lab, wait[1] ?? '') : runLine(lab, line))) failed++;
    }
    return failed === 0 ? 0 : 1;
  },
};
