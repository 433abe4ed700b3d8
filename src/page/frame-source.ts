/*
 * The latest frame of the worker, kept outside React: numbers change every frame, and only views that show them
 * subscribe.
 */
import type { HotSnapshot } from '../engine/index.ts';
import { decodeFrame } from '../protocol/frame.ts';
import type { FromWorker } from '../protocol/messages.ts';
import type { MemoryWindow } from '../protocol/moves.ts';
import { act, keepDrawing } from './frame.ts';
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

/**
 * Stores a message; `asked`: the windows that it contains. It is decoded at the next animation frame; a newer message replaces a waiting
 * one.
 */
export function putFrame({ numbers, windows: parts }: FrameMessage, asked: readonly MemoryWindow[]): void {
  const first = waiting === null;
  waiting = () => {
    const found = new Map(asked.map((window, i) => [keyOf(window), parts[i]]));
    return { hot: decodeFrame(numbers), bytes: (window) => found.get(keyOf(window)) ?? null };
  };
  if (first) act(takeFrame);
}

/** A moment of the run, as shown by views that are read rather than watched. */
export interface Moment {
  readonly frame: Frame;
  readonly lab: LabState;
}

/**
 * While playing such views are redrawn in turn, one group per frame: the costly ones each alone, the others together.
 */
export type TurnName = 'wire' | 'series' | 'timeline' | 'objects' | 'rest';

/** Least time between two drawings of a group, ms. */
const CALM_MS = 80;

interface Turn {
  moment: Moment;
  at: number;
}

const now: Moment = { frame: current, lab: lab() };
const first = (): Turn => ({ moment: now, at: 0 });
const turns: Readonly<Record<TurnName, Turn>> = {
  wire: first(),
  series: first(),
  timeline: first(),
  objects: first(),
  rest: first(),
};

/** The moment that views of a group show; the latest one while nothing plays. */
export const momentOf = (turn: TurnName): Moment => turns[turn].moment;

function setAll(): void {
  const moment: Moment = { frame: current, lab: lab() };
  for (const turn of Object.values(turns)) turn.moment = moment;
}

/** Redraws the group that has waited longest, if long enough; on a slow machine each is redrawn less often. */
function takeTurn(): void {
  const at = performance.now();
  const turn = Object.values(turns).reduce((first, one) => (one.at < first.at ? one : first));
  if (at - turn.at < CALM_MS) return;
  turn.moment = { frame: current, lab: lab() };
  turn.at = at;
}

/** Time for which names of buttons and text twins stay while playing, ms. */
const WORDS_MS = 250;

/** A number that stays as long as words for screen readers should; null while nothing plays. */
export const wordsTurn = (): number | null => (lab().playing ? Math.floor(performance.now() / WORDS_MS) : null);

function takeFrame(): void {
  if (waiting) current = waiting();
  waiting = null;
  if (lab().playing) takeTurn();
  else setAll();
}

useLab.subscribe(({ playing }, before) => {
  if (playing !== before.playing) keepDrawing(playing);
  if (!playing) setAll();
});
