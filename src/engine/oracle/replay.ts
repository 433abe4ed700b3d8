/*
 * Replays recorded system calls of real kernels and compares each answer with the kernel's. For each recording a script
 * makes the recorder's calls in the same order.
 */
import { own } from '../base/own.ts';
import type { Btf } from '../btf/btf.ts';
import type { Profile } from '../kernel/profiles.ts';
import { links } from './replay/links.ts';
import { mapCreate } from './replay/map-create.ts';
import { mapUpdate } from './replay/map-update.ts';
import { otherCommands } from './replay/other-commands.ts';
import { progLoad } from './replay/prog-load.ts';
import { programs } from './replay/programs.ts';
import { type Answer, compare, type Mismatch, type RecordedStep, type Recording } from './replay/recording.ts';
import { Session } from './replay/session.ts';
import { sockopt } from './replay/sockopt.ts';
import { states } from './replay/states.ts';

export type { Recording } from './replay/recording.ts';

type Script = (s: Session, steps: readonly RecordedStep[]) => Generator<Answer, unknown>;

const SCRIPTS: Readonly<Record<string, Script>> = {
  'b0-progs': programs,
  'b1-map-create': mapCreate,
  'b2-map-update': mapUpdate,
  'b3-states': states,
  'b4-other-cmds': otherCommands,
  'b5-links': links,
  'b6-sockopt': sockopt,
  'b7-prog-load-attr': progLoad,
};

export interface Replayed {
  readonly steps: number;
  readonly mismatches: readonly Mismatch[];
  /** steps that were not compared, with the reason */
  readonly skipped: readonly { readonly n: number; readonly reason: string }[];
}

/** Ids of the recordings that can be replayed. */
export const replayable: readonly string[] = Object.keys(SCRIPTS);

/** Replays a recording; null when there is no script for it. */
export function replay(recording: Recording, btf: Btf, profile: Profile): Replayed | null {
  const script = own(SCRIPTS, recording.id);
  if (!script) return null;
  const steps = recording.steps.filter(({ op }) => op !== 'note');
  const answers = script(new Session(btf, profile), steps);
  const mismatches: Mismatch[] = [];
  const skipped: { n: number; reason: string }[] = [];
  for (const step of steps) {
    const { value, done } = answers.next();
    if (done || !isAnswer(value)) {
      const { n, op, args } = step;
      mismatches.push({ n, op, args, recorded: op, answered: 'the script ends here' });
      break;
    }
    if (value.skip !== undefined) skipped.push({ n: step.n, reason: value.skip });
    else mismatches.push(...[compare(step, value)].filter((m) => m !== null));
  }
  return { steps: steps.length - skipped.length, mismatches, skipped };
}

const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null && 'op' in value;
