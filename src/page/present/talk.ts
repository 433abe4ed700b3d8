/*
 * A talk: the captions of a run as steps, with a snapshot of the machine at each. Made in advance, so that the stage
 * never waits.
 */
import { entryOf } from '../../engine/index.ts';
import { create } from 'zustand';
import type { History, Scenario } from '../../engine/index.ts';
import type { Moment } from '../../protocol/asks/talk.ts';
import { ask, currentLog, move, openAgain } from '../engine/engine.ts';
import type { CommandLog } from '../engine/command-log.ts';
import { currentFrame } from '../frame-source.ts';
import { lab, type LabState, notify, useLab } from '../store/lab.ts';
import { showOverlay } from '../store/overlay.ts';

export interface TalkStep extends Moment {
  readonly headline: string;
  /** speaker's note; empty when there is none */
  readonly note: string;
}

export interface Talk {
  readonly title: string;
  readonly history: History;
  readonly steps: readonly TalkStep[];
}

export interface Presenting {
  readonly talk: Talk | null;
  /** index of the step on the stage */
  readonly at: number;
  readonly blank: boolean;
  readonly laser: boolean;
  readonly qr: boolean;
  /** notes under the stage, for a speaker with one screen */
  readonly notes: boolean;
  /** text scale of the stage, 0.8 to 1.6 */
  readonly scale: number;
  /** the run to return to while live on a branch; null otherwise */
  readonly live: CommandLog | null;
  /** wall clock at which the talk left its first step, ms; 0 before that */
  readonly startedAt: number;
}

const BEGIN: Presenting = {
  talk: null,
  at: 0,
  blank: false,
  laser: false,
  qr: false,
  notes: false,
  scale: 1,
  live: null,
  startedAt: 0,
};

export const usePresenting = create<Presenting>(() => BEGIN);
export const presenting = (): Presenting => usePresenting.getState();
export const present = (change: Partial<Presenting>): void => usePresenting.setState(change);

/** Makes the talk of the page's run; null when it has no captions. */
export async function makeTalk(): Promise<Talk | null> {
  const { history, scenario } = lab();
  const captions = history?.captions ?? [];
  if (!history || !scenario || captions.length === 0) return null;
  const moments = await momentsOf(captions.map(({ event }) => event));
  if (!moments) return null;
  const notes = notesOf(scenario.steps);
  const steps = moments.map((moment, i): TalkStep => {
    const headline = captions[i]?.text ?? '';
    return { ...moment, headline, note: notes.get(headline)?.shift() ?? '' };
  });
  return { title: scenario.title, history, steps };
}

/** Most moments in one message: all of a long talk at once would keep the worker from answering anything else. */
const AT_ONCE = 100;

/** Snapshots at the events; null if another run was opened meanwhile. */
async function momentsOf(events: readonly number[]): Promise<Moment[] | null> {
  const moments: Moment[] = [];
  while (moments.length < events.length) {
    const part = await ask('talk', { events: events.slice(moments.length, moments.length + AT_ONCE) }, 'talk');
    if (!part) return null;
    if (part.length === 0) break;
    moments.push(...part);
  }
  return moments;
}

/** Notes by caption, in order, since two steps may have the same caption. */
function notesOf(steps: Scenario['steps']): Map<string, string[]> {
  const notes = new Map<string, string[]>();
  for (const { caption, note } of steps)
    if (caption !== undefined) notes.set(caption, [...(notes.get(caption) ?? []), note ?? '']);
  return notes;
}

/** The step at a time, or the last before it. */
function stepAt({ steps }: Talk, time: number): number {
  return Math.max(
    0,
    steps.findLastIndex((step) => step.time <= time),
  );
}

/** Longest wait for a run that is being repeated, ms. */
const LONGEST_WAIT_MS = 10_000;

/** Resolves when the engine has reached the page's place, or after the longest wait. */
function settled(): Promise<void> {
  const isSettled = ({ phase, job, history }: LabState): boolean =>
    phase === 'ready' && job === null && history !== null;
  if (isSettled(lab())) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, LONGEST_WAIT_MS);
    const unsubscribe = useLab.subscribe((state) => {
      if (isSettled(state)) end();
    });
  });
}

/** Opens the stage at the step where the run stands; while the run is still being repeated, waits for it. */
export async function startTalk(): Promise<void> {
  await settled();
  // a run that took the place of the asked one has its own captions
  const talk = (await makeTalk()) ?? (await settled().then(makeTalk));
  const { time } = currentFrame().hot;
  if (!talk) {
    const detail = 'Open a scenario with captions, or record one: each caption is a step of a talk.';
    notify({ kind: 'info', title: 'There is nothing to present yet', detail });
    return;
  }
  present({ ...BEGIN, talk, at: stepAt(talk, time), scale: presenting().scale });
  showOverlay('stage');
}

export function endTalk(): void {
  present(BEGIN);
  showOverlay(null);
}

/** Shows a step, and moves the run to it, so that going live starts there. Ends a live branch. */
export function showStep(at: number): void {
  const { talk, startedAt, live } = presenting();
  if (!talk) return;
  if (live) toggleLive();
  const to = Math.min(talk.steps.length - 1, Math.max(0, at));
  present({ at: to, blank: false, qr: false, startedAt: startedAt === 0 && to > 0 ? Date.now() : startedAt });
  move({ type: 'seek', time: entryOf(talk.steps, to).time });
}

/** Leaves the stage for the page, on a branch; called again, returns to the talk's run and step. */
export function toggleLive(): void {
  const { live, talk, at } = presenting();
  if (!talk) return;
  if (live) {
    const { time } = entryOf(talk.steps, at);
    if (currentLog() !== live) openAgain(live, time);
    else move({ type: 'seek', time });
    present({ live: null });
    showOverlay('stage');
    return;
  }
  present({ live: currentLog() });
  showOverlay(null);
}

const SCALES = { least: 0.8, most: 1.6, step: 0.1 };

/**
 * Handles a key of a keyboard or clicker; true when the talk uses it. During a live branch only the way back works: the audience sees the
 * page, and a step would move its run.
 */
export function talkKey(key: string): boolean {
  const { at, talk, blank, laser, qr, notes, scale, live } = presenting();
  const act = KEYS.get(key.length === 1 ? key.toLowerCase() : key);
  if (!talk || !act || (live && act !== toggleLive)) return false;
  act({ at, last: talk.steps.length - 1, blank, laser, qr, notes, scale });
  return true;
}

interface KeyState extends Pick<Presenting, 'at' | 'blank' | 'laser' | 'qr' | 'notes' | 'scale'> {
  readonly last: number;
}

const rescale = (scale: number): void =>
  present({ scale: Math.round(Math.min(SCALES.most, Math.max(SCALES.least, scale)) * 10) / 10 });

type Act = (state: KeyState) => void;
const next: Act = ({ at, blank }) => (blank ? present({ blank: false }) : showStep(at + 1));
const previous: Act = ({ at, blank }) => (blank ? present({ blank: false }) : showStep(at - 1));
/** Escape closes the code that lies over the stage; only without it the talk ends. */
const leave: Act = ({ qr }) => (qr ? present({ qr: false }) : endTalk());
const blankOut: Act = ({ blank }) => present({ blank: !blank });

const KEYS = new Map<string, Act>([
  [' ', next],
  ['Enter', next],
  ['ArrowRight', next],
  ['ArrowDown', next],
  ['PageDown', next],
  ['ArrowLeft', previous],
  ['ArrowUp', previous],
  ['PageUp', previous],
  ['Backspace', previous],
  ['Home', () => showStep(0)],
  ['End', ({ last }) => showStep(last)],
  ['b', blankOut],
  ['.', blankOut],
  ['l', ({ laser }) => present({ laser: !laser })],
  ['q', ({ qr }) => present({ qr: !qr })],
  ['n', ({ notes }) => present({ notes: !notes })],
  ['g', toggleLive],
  ['+', ({ scale }) => rescale(scale + SCALES.step)],
  ['=', ({ scale }) => rescale(scale + SCALES.step)],
  ['-', ({ scale }) => rescale(scale - SCALES.step)],
  ['0', () => rescale(1)],
  ['Escape', leave],
]);
