/* Draws the events of a run as marks on one line of the timeline. */
import type { History } from '../../engine/index.ts';
import { remembered } from '../remembered.ts';
import type { Mark } from '../scene.ts';
import { circle, cross, group, path, rect, text, ui } from '../shapes.ts';
import { textWidth } from '../text-metrics.ts';
import { timeScale, type TimeScale } from '../time-axis.ts';
import { timeText } from '../words.ts';
import type { EventShape, TimelineEvent } from './spans.ts';
import { clusterEvents, eventsOf, FUTURE } from './spans.ts';

function eventGlyph(id: string, shape: EventShape, opacity: number | undefined): Mark {
  const at = { x: 0, y: 0 };
  const fade = opacity === undefined ? {} : { opacity };
  switch (shape) {
    case 'open':
      return { ...circle(id, at, 4, { fill: 'muted' }), ...fade };
    case 'close':
      return { ...circle(id, at, 3.6, { fill: 'surface-1', stroke: 'muted', weight: 1.8 }), ...fade };
    case 'delete':
      return { ...path(id, 'M 0 -6 L 6 5 L -6 5 Z', { fill: 'tobefree' }), ...fade };
    case 'freed':
      return { ...cross(id, at, 3.6, { stroke: 'freed-ink', weight: 2 }), ...fade };
    case 'note':
      return { ...path(id, 'M 0 -6 L 5.5 0 L 0 6 L -5.5 0 Z', { fill: 'error' }), ...fade };
    case 'syscall':
      return { ...rect(id, { x: -4.5, y: -4.5, width: 9, height: 9 }, 2, { fill: 'text' }), ...fade };
    default:
      return shape satisfies never;
  }
}

const tipOf = (all: readonly [TimelineEvent, ...TimelineEvent[]]): string => {
  const [first, ...rest] = all;
  const time = timeText(first.time);
  if (all.length <= 3) return `${time}: ${all.map(({ words }) => words).join('; ')}`;
  return `${time}: ${first.words} and ${rest.length} more`;
};

/** Least distance of two marks of events, px. */
const APART = 7;

const clustersIn = remembered(
  (events: readonly TimelineEvent[], from: number, to: number, left: number, right: number) => {
    const shown = events.filter(({ time }) => time >= from && time <= to);
    return clusterEvents(shown, timeScale([from, to], left, right).x, APART);
  },
);

/** The first caption of each event. */
const captionsByEvent = remembered(
  (captions: History['captions']) => new Map(captions.toReversed().map(({ event, text: words }) => [event, words])),
);

/** Marks of events by shape, each a button; those of one place share a mark. `event`: events passed at the cursor. */
export function eventMarks(
  { history, event: now }: { readonly history: History; readonly event: number },
  scale: TimeScale,
  y: number,
): Mark[] {
  const clusters = clustersIn(eventsOf(history), ...scale.domain, scale.left, scale.right);
  const captions = captionsByEvent(history.captions);
  const font = ui(10.5);
  return clusters.map(({ x, lead, all }, i): Mark => {
    const id = `event.${lead.id}`;
    const future = lead.event > now;
    const next = clusters[i + 1]?.x ?? scale.right + 16;
    const word = lead.word !== '' && x + 18 + textWidth(lead.word, font) < next ? lead.word : '';
    const caption = all.map(({ event }) => captions.get(event)).find((words) => words !== undefined);
    const tip = tipOf(all);
    const children = [eventGlyph(`${id}.glyph`, lead.shape, future ? FUTURE : undefined)];
    if (word !== '') children.push(text(`${id}.word`, { x: 9, y: 3.8 }, word, font, 'muted', { halo: 'surface-1' }));
    return group(id, { x, y }, children, {
      label: tip,
      tip: caption ? `${tip}. ${caption}` : tip,
      action: { command: 'time.event', args: { event: (all.at(-1) ?? lead).event } },
      hit: { x: -7, y: -11, width: 14, height: 22, radius: 6 },
      focus: i,
    });
  });
}
