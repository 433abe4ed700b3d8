/*
 * What the worker sent last, outside of React: numbers change every frame, and only the views that show them look.
 */
import type { HotSnapshot } from '../engine/index.ts';
import { decodeFrame } from '../protocol/frame.ts';
import type { FromWorker } from '../protocol/messages.ts';
import type { MemoryWindow } from '../protocol/moves.ts';
import { act } from './frame.ts';

type FrameMessage = Extract<FromWorker, { type: 'frame' }>;

/** How the cursor last moved: views ease between steps, and never while scrubbing or playing. */
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

/** While playing, what only has to be readable is drawn this seldom, ms. */
const CALM_MS = 50;

let current: Frame = { hot: START, bytes: () => null };
let waiting: (() => Frame) | null = null;
let moved: Motion = 'scrub';

/** The same moments, fewer of them while playing. */
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

/** `asked` says which windows the message has. Decoded at the next frame; a newer one takes the place of one that waits. */
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
