/*
 * Undo and redo of texts, commands, and choices of a lab. A state consists of the choices and the log of the run, both
 * immutable, so keeping one costs a pointer. Going back to a state of another run opens that run and repeats its
 * actions.
 */
import { create } from 'zustand';
import type { CommandLog } from '../engine/command-log.ts';
import { currentLog, onLog, openAgain } from '../engine/engine.ts';
import { currentFrame } from '../frame-source.ts';
import { choices, choose, draftOf, useChoices } from '../store/choices.ts';
import { setPending, usePending } from '../share/pending.ts';
import type { Draft } from './draft.ts';

interface Done {
  readonly draft: Draft;
  readonly log: CommandLog | null;
  /** engine time at which it was left, ns */
  readonly time: number;
  /** somebody else's lab was only shown, and waited to be run: nothing to go back to, since its run without steps offers no way on */
  readonly waits: boolean;
}

interface Undo {
  readonly past: readonly Done[];
  readonly future: readonly Done[];
}

export const useUndo = create<Undo>(() => ({ past: [], future: [] }));

const MOST = 300;
/** Time within which typed letters count as one change, ms. */
const TYPING_MS = 900;

let now: Done | null = null;
let restoring = false;
let typedAt = Number.NEGATIVE_INFINITY;
let waiting = false;

const taken = (): Done => ({
  draft: draftOf(choices()),
  log: currentLog(),
  time: currentFrame().hot.time,
  waits: usePending.getState().pending !== null,
});

const KEYS = ['scenario', 'kernel', 'edits', 'activeText', 'breakpoints', 'breaks', 'watches'] as const;

const differs = (a: Done, b: Done): boolean => a.log !== b.log || KEYS.some((key) => a.draft[key] !== b.draft[key]);

/** Whether two states differ only in the content of a text. */
const isTyping = (a: Done, b: Done): boolean =>
  a.log === b.log && KEYS.every((key) => key === 'edits' || a.draft[key] === b.draft[key]);

function look(): void {
  waiting = false;
  const next = taken();
  const before = now;
  now = next;
  if (restoring || !before?.log || !differs(before, next)) return;
  const typing = isTyping(before, next);
  const goesOn = typing && performance.now() - typedAt < TYPING_MS;
  typedAt = typing ? performance.now() : Number.NEGATIVE_INFINITY;
  if (goesOn || before.waits) return;
  const left = { ...before, time: next.log === before.log ? before.time : next.time };
  useUndo.setState({ past: [...useUndo.getState().past, left].slice(-MOST), future: [] });
}

/** Records a step soon, so that changes made together (a text, and which is shown) are one step. */
function lookSoon(): void {
  if (waiting) return;
  waiting = true;
  queueMicrotask(look);
}

export function followUndo(): void {
  useChoices.subscribe(lookSoon);
  onLog(lookSoon);
}

/** The present state, if it is one to come back to. */
function kept(): Done[] {
  const here = taken();
  return here.waits ? [] : [here];
}

function restore(to: Done): void {
  const from = now;
  restoring = true;
  setPending(null);
  choose(to.draft);
  if (to.log && to.log !== from?.log) openAgain(to.log, to.time);
  queueMicrotask(() => {
    look();
    restoring = false;
    typedAt = Number.NEGATIVE_INFINITY;
  });
}

export function undo(): void {
  const { past, future } = useUndo.getState();
  const to = past.at(-1);
  if (!to || !now) return;
  useUndo.setState({ past: past.slice(0, -1), future: [...kept(), ...future] });
  restore(to);
}

export function redo(): void {
  const { past, future } = useUndo.getState();
  const [to, ...rest] = future;
  if (!to || !now) return;
  useUndo.setState({ past: [...past, ...kept()], future: rest });
  restore(to);
}
