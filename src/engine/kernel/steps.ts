/*
 * A system call is an ordered table of steps. Running it yields the kernel's answer and a trace of every step's
 * outcome. The page's "which check fired" and the tests against recorded kernels read the same trace.
 */
import { assertUnreachable } from '../base/assert.ts';

/** Outcome of a step: go on, skip this member, finish with a value, or fail with a (positive) errno. */
export type Outcome =
  | { readonly kind: 'next' }
  | { readonly kind: 'skip' }
  | { readonly kind: 'done'; readonly value: number; readonly undo?: true }
  | { readonly kind: 'fail'; readonly errno: number; readonly message?: string };

export const next: Outcome = { kind: 'next' };
/** Skips the remaining member steps for this member. */
export const skip: Outcome = { kind: 'skip' };
export const done = (value: number): Outcome => ({ kind: 'done', value });
/**
 * Finishes with a value and still undoes everything: a quirk of the kernel, which leaves by an error label without an
 * error.
 */
export const abandon = (value: number): Outcome => ({ kind: 'done', value, undo: true });
/** `message` is what the kernel logs (pr_err, verifier log). */
export const fail = (errno: number, message?: string): Outcome => ({ kind: 'fail', errno, message });

/** `call` steps run once, then `member` steps for each member in BTF order, then `after` steps. */
type Scope = 'call' | 'member' | 'after';

export interface Step<C> {
  /** stable name, unique within its table */
  readonly id: string;
  readonly scope: Scope;
  /** kernel function that this mirrors */
  readonly source: string;
  /** what it checks or does, in our words, for the page */
  readonly text: string;
  /** first and last profile that has it (`PROFILE_ORDER` of profiles.ts) */
  readonly since?: string;
  readonly until?: string;
  readonly run: (ctx: C) => Outcome;
  /** reverses `run` when a later step fails */
  readonly undo?: (ctx: C) => void;
}

export interface TraceEntry {
  readonly step: string;
  /** member name for member steps */
  readonly member: string | null;
  readonly outcome: Outcome['kind'];
}

export interface Ran {
  /** value, or negative errno */
  readonly ret: number;
  readonly trace: readonly TraceEntry[];
  /** what the kernel logged on the way out */
  readonly message: string | null;
}

/**
 * Runs a table. `members` names the members that the member steps visit, and is called after the call steps; `enter`
 * tells the context which member is next.
 * On failure the undos of all steps that ran are called in reverse order, as the kernel's error labels do.
 */
export function runSteps<C>(
  steps: readonly Step<C>[],
  ctx: C,
  members: () => readonly string[] = () => [],
  enter: (ctx: C, index: number) => void = () => {},
): Ran {
  const trace: TraceEntry[] = [];
  const undos: (() => void)[] = [];
  const finish = (ret: number, message: string | null, takeBack = ret < 0): Ran => {
    if (takeBack) for (const undo of undos.toReversed()) undo();
    return { ret, trace, message };
  };
  /** null: all passed or skipped */
  const pass = (scope: Scope, member: string | null): Ran | null => {
    for (const step of steps) {
      if (step.scope !== scope) continue;
      const outcome = step.run(ctx);
      trace.push({ step: step.id, member, outcome: outcome.kind });
      const { undo } = step;
      if (undo && outcome.kind !== 'fail') undos.push(() => undo(ctx));
      switch (outcome.kind) {
        case 'next':
          break;
        case 'skip':
          return null;
        case 'done':
          return finish(outcome.value, null, outcome.undo === true);
        case 'fail':
          return finish(-outcome.errno, outcome.message ?? null);
        default:
          assertUnreachable(outcome);
      }
    }
    return null;
  };
  const early = pass('call', null);
  if (early) return early;
  for (const [i, member] of members().entries()) {
    enter(ctx, i);
    const stop = pass('member', member);
    if (stop) return stop;
  }
  return pass('after', null) ?? finish(0, null);
}
