import { basename } from 'node:path';
import { PROFILES, type Recording, replay, type Replayed, replayable } from '../engine/index.ts';
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

function replayFile(path: string): Replayed {
  const recording = recordingIn(path);
  const kernel = `v${recording.kernel_short}`;
  const profile = Object.hasOwn(PROFILES, kernel) ? PROFILES[kernel] : undefined;
  if (!profile) throw new Usage(`${path}: no profile ${kernel}; there are ${Object.keys(PROFILES).join(', ')}`);
  const done = replay(recording, shippedParts(kernel).btf, profile);
  if (!done) throw new Usage(`${path}: no script for "${recording.id}"; there are ${replayable.join(', ')}`);
  return done;
}

function report(path: string): Replayed {
  const done = replayFile(path);
  for (const { n, op, args, recorded, answered } of done.mismatches) {
    console.log(
      `${basename(path)} step ${n}: ${op} ${JSON.stringify(args)}\n  recorded ${recorded}\n  here     ${answered}`,
    );
  }
  for (const reason of new Set(done.skipped.map((step) => step.reason))) {
    const steps = done.skipped.filter((step) => step.reason === reason).map(({ n }) => n);
    console.log(`${basename(path)}: not compared, ${reason}: steps ${steps.join(', ')}`);
  }
  return done;
}

export const replayVerb: Verb = {
  name: 'replay',
  usage: 'replay FILE...',
  summary: 'makes recorded system calls of a real kernel again and compares the answers',
  run(paths) {
    if (paths.length === 0) throw new Usage('which recordings?');
    const all = paths.map(report);
    const steps = all.reduce((sum, done) => sum + done.steps, 0);
    const mismatches = all.reduce((sum, done) => sum + done.mismatches.length, 0);
    console.log(`${steps} steps, ${mismatches} mismatches`);
    return mismatches === 0 ? 0 : 1;
  },
};
