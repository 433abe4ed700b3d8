import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  isConsoleRecording,
  PROFILES,
  type Recording,
  replay,
  replayConsole,
  type Replayed,
  replayable,
} from '../engine/index.ts';
import { readBytes, shippedParts, Usage, type Verb } from './cli.ts';

function recordingIn(path: string): Recording {
  try {
    const recording = JSON.parse(new TextDecoder().decode(readBytes(path))) as Recording;
    if (Array.isArray(recording.steps)) return recording;
  } catch (error) {
    if (error instanceof Usage) throw error;
  }
  throw new Usage(`${path} is not a recording of system calls`);
}

/** Result for one file: steps compared, and mismatches. */
interface Report {
  readonly steps: number;
  readonly mismatches: number;
  readonly known: number;
}

/** Finds an object of a bpftool recording: next to the recording, or among its kernel's objects. */
function objectBeside(path: string, kernel: string): (name: string) => Uint8Array | null {
  const folders = [dirname(path), join(dirname(path), '..', '..', 'objects', kernel)];
  return (name) => {
    const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
    return found === undefined ? null : readBytes(found);
  };
}

const MOST_TEXT = 600;
const short = (text: string): string => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text);

/** Index shortly before the first difference of two texts. */
function parting(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return Math.max(0, at - 60);
}

function reportConsole(path: string, recording: Recording): Report {
  const kernel = `v${recording.kernel_short}`;
  const done = replayConsole(recording, shippedParts(kernel), objectBeside(path, recording.kernel_short));
  for (const { n, args, recorded, answered, known } of done.mismatches) {
    if (known) {
      console.log(`${basename(path)} step ${n}: ${String(args)}\n  known: ${known.reason} (${known.source})`);
      continue;
    }
    const at = parting(recorded, answered);
    console.log(
      `${basename(path)} step ${n}: ${JSON.stringify(args)}\n  recorded ${short(recorded.slice(at))}\n  here     ${short(answered.slice(at))}`,
    );
  }
  tellSkipped(path, done.skipped);
  const known = done.mismatches.filter((one) => one.known).length;
  return { steps: done.steps, mismatches: done.mismatches.length, known };
}

function tellSkipped(path: string, skipped: Replayed['skipped']): void {
  for (const reason of new Set(skipped.map((step) => step.reason))) {
    const steps = skipped.filter((step) => step.reason === reason).map(({ n }) => n);
    console.log(`${basename(path)}: not compared, ${reason}: steps ${steps.join(', ')}`);
  }
}

function replayFile(path: string, recording: Recording): Replayed {
  const kernel = `v${recording.kernel_short}`;
  const profile = Object.hasOwn(PROFILES, kernel) ? PROFILES[kernel] : undefined;
  if (!profile) throw new Usage(`${path}: no profile ${kernel}; there are ${Object.keys(PROFILES).join(', ')}`);
  const done = replay(recording, shippedParts(kernel).btf, profile);
  if (!done) throw new Usage(`${path}: no script for "${recording.id}"; there are ${replayable.join(', ')}`);
  return done;
}

function report(path: string): Report {
  const recording = recordingIn(path);
  if (isConsoleRecording(recording)) return reportConsole(path, recording);
  const done = replayFile(path, recording);
  for (const { n, op, args, recorded, answered } of done.mismatches) {
    console.log(
      `${basename(path)} step ${n}: ${op} ${JSON.stringify(args)}\n  recorded ${recorded}\n  here     ${answered}`,
    );
  }
  tellSkipped(path, done.skipped);
  return { steps: done.steps, mismatches: done.mismatches.length, known: 0 };
}

export const replayVerb: Verb = {
  name: 'replay',
  usage: 'replay FILE...',
  summary: 'makes recorded system calls of a real kernel again and compares the answers',
  run(paths) {
    if (paths.length === 0) throw new Usage('which recordings?');
    const all = paths.map(report);
    const steps = all.reduce((sum, done) => sum + done.steps, 0);
    const mismatches = all.reduce((sum, done) => sum + done.mismatches, 0);
    const known = all.reduce((sum, done) => sum + done.known, 0);
    if (known > 0) console.log(`${known} of the mismatches are known, each with its reason above`);
    console.log(`${steps} steps, ${mismatches} mismatches`);
    return mismatches === known ? 0 : 1;
  },
};
