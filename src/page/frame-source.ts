/*
 * The latest frame of the worker, kept outside React: numbers change every frame, and only views that show them
 * subscribe.
 */
import type { HotSnapshot } from '../engine/index.ts';
import { decodeFrame } from '../protocol/frame.ts';
import type { FromWorker } from '../protocol/messages.ts';
import type { MemoryWindow } from '../protocol/moves.ts';
import { entryOf } from '../views/lists.ts';
import { act } from './frame.ts';
import { lab, type LabState, useLab } from './store/lab.ts';

type FrameMessage = Extract<FromWorker, { type: 'frame' }>;

/** How the cursor last moved: views animate steps, but not scrubbing or playing. */
export type Motion = 'step' | 'scrub' | 'play';

export interface Frame {
  readonly hot: HotSnapshot;
  readonly bytes: (window: MemoryWindow) => Uint8Array | null;
}

const START: HotSnapshot = {
  time: 0,
  event: 0,
  nextEventTime: 0,
  queueLength: 0,
  drops: 0,
  executedInsns: 0,
  packetsSent: 0,
  flows: [],
  packets: [],
};

let current: Frame = { hot: START, bytes: () => null };
let waiting: (() => Frame) | null = null;
let moved: Motion = 'scrub';

export const currentFrame = (): Frame => current;
export const currentMotion = (): Motion => moved;
export const setMotion = (motion: Motion): void => {
  moved = motion;
};

const keyOf = ({ address, length }: MemoryWindow): string => `${address}+${length}`;

/** `asked` says which windows the message has. Decoded at the next frame; a newer one takes the place of one that waits. */
export function putFrame({ numbers, windows: parts }: FrameMessage, asked: readonly MemoryWindow[]): void {
  const first = waiting === null;
  waiting = () => {
    const found = new Map(asked.map((window, i) => [keyOf(window), parts[i]]));
    return { hot: decodeFrame(numbers), bytes: (window) => found.get(keyOf(window)) ?? null };
  };
  if (first) act(takeFrame);
}

/** A moment of the run: what the views show that are read rather than watched. */
export interface Moment {
  readonly frame: Frame;
  readonly lab: LabState;
}

/** Such views take turns while playing: in a frame one turn comes, and each turn so seldom, ms. */
const CALM_MS = 80;
const TURNS = 5;

interface Turn {
  moment: Moment;
  at: number;
}

const now: Moment = { frame: current, lab: lab() };
const turns: Turn[] = Array.from({ length: TURNS }, () => ({ moment: now, at: 0 }));
let given = 0;

/** A turn for a view that comes on the page. */
export const newTurn = (): number => given++ % TURNS;

/** The moment that a view of this turn shows; while nothing plays, the latest. */
export const momentOf = (turn: number): Moment => entryOf(turns, turn).moment;

function setAll(): void {
  const moment: Moment = { frame: current, lab: lab() };
  for (const turn of turns) turn.moment = moment;
}

/** The turn that waits longest, where it has waited long enough: on a slow machine all come more seldom. */
function takeTurn(): void {
  const at = performance.now();
  const turn = turns.reduce((first, one) => (one.at < first.at ? one : first));
  if (at - turn.at < CALM_MS) return;
  turn.moment = { frame: current, lab: lab() };
  turn.at = at;
}

function takeFrame(): void {
  if (waiting) current = waiting();
  waiting = null;
  if (lab().playing) takeTurn();
  else setAll();
}

useLab.subscribe(({ playing }) => {
  if (!playing) setAll();
});
