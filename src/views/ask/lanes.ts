/* Draws a watched expression as lanes: a stepped line for each socket, in its own box. */
import { numberAt } from '../lists.ts';
import type { WatchAnswer } from '../../engine/index.ts';

export interface LaneScene {
  readonly socket: number;
  /** SVG path `M0 40 H3 V20 …`: time to the right, value upwards */
  readonly path: string;
  /** min, max and mean in words */
  readonly words: string;
}

const rounded = (n: number): string => (Number.isInteger(n) ? n.toLocaleString('en') : n.toFixed(1));

export function laneScenes({ lanes, until }: WatchAnswer, width: number, height: number): LaneScene[] {
  const most = Math.max(1, ...lanes.map(({ max }) => max));
  const least = Math.min(0, ...lanes.map(({ min }) => min));
  const x = (time: number): number => Math.round((time / Math.max(1, until)) * width * 10) / 10;
  const y = (value: number): number => Math.round((1 - (value - least) / (most - least)) * height * 10) / 10;
  return lanes
    .filter(({ changes }) => changes > 0)
    .map(({ socket, time, value, min, max, mean, changes }) => {
      const steps: string[] = [];
      let last = '';
      for (let i = 0; i < time.length; i++) {
        const [right, up] = [x(numberAt(time, i)), y(numberAt(value, i))];
        const at = i === 0 ? `M${right} ${up}` : `H${right}V${up}`;
        if (at !== last) steps.push(at);
        last = at;
      }
      const words = `min ${rounded(min)}, max ${rounded(max)}, mean ${rounded(mean)}, ${changes} values`;
      return { socket, path: `${steps.join('')}H${width}`, words };
    });
}
