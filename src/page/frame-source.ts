/*
 * The latest frame of the worker, kept outside React: numbers change every frame, and only views that show them
 * subscribe.
 */
import type { HotSnapshot } from '../engine/index.ts';
import { decodeFrame } from '../protocol/frame.ts';
import type { FromWorker } from '../protocol/messages.ts';
import type { MemoryWindow } from '../protocol/moves.ts';
import { act } from './frame.ts';

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

/** Time between two drawings of views that are read rather than watched, while playing, ms. */
const CALM_MS = 50;

let current: Frame = { hot: START, bytes: () => null };
let waiting: (() => Frame) | null = null;
let moved: Motion = 'scrub';

/** The latest frame for such views. */
let calm: Frame = current;
let calmAt = 0;
let playing = false;

export const currentFrame = (): Frame => current;
export const calmFrame = (): Frame => calm;
export const currentMotion = (): Motion => moved;
export const setMotion = (motion: Motion): void => {
  moved = motion;
};

const keyOf = ({ address, length }: MemoryWindow): string => `${address}+${length}`;

/**
 * Stores a message; `asked`: the windows that it contains. It is decoded at the next animation frame; a newer message
 * replaces a waiting one.
 */
export function putFrame(
  { numbers, windows: parts, playing: plays }: FrameMessage,
  asked: readonly MemoryWindow[],
): void {
  playing = plays;
  const first = waiting === null;
  waiting = () => {
    const found = new Map(asked.map((window, i) => [keyOf(window), parts[i]]));
    return { hot: decodeFrame(numbers), bytes: (window) => found.get(keyOf(window)) ?? null };
  };
  if (first) act(takeFrame);
}

function takeFrame(): void {
  if (waiting) current = waiting();
  waiting = null;
  const now = performance.now();
  if (playing && now - calmAt < CALM_MS) return;
  calm = current;
  calmAt = now;
}
