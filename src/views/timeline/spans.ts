/* Data of the timeline: the states of each map, its counts, and the marked events. */
import type { CallRecord, History, LifecycleState, MapLetter } from '../../engine/index.ts';
import { remembered } from '../remembered.ts';

/** Opacity of what comes after the cursor. */
export const FUTURE = 0.4;

export interface Span {
  readonly state: LifecycleState;
  readonly from: number;
  readonly to: number;
  /** reference 0, waiting for its grace period */
  readonly grace: boolean;
}

/** Letters of maps in the order of creation. */
export const lettersOf = (history: History): MapLetter[] => [...new Set(history.transitions.map(({ map }) => map))];

/** When the count fell to 0 for the last time before `to`; null if it never did. */
function zeroBefore(history: History, map: MapLetter, from: number, to: number): number | null {
  const last = history.refs.filter((ref) => ref.map === map && ref.time >= from && ref.time <= to).at(-1);
  return last && !last.gained && last.refcnt === 0 ? last.time : null;
}

export function spansOf(history: History, map: MapLetter): Span[] {
  const mine = history.transitions.filter((one) => one.map === map);
  return mine.flatMap(({ time: from, to: state }, i): Span[] => {
    const to = mine[i + 1]?.time ?? history.until;
    const zero = state === 'TOBEFREE' || state === 'READY' ? zeroBefore(history, map, from, to) : null;
    if (zero === null) return [{ state, from, to, grace: false }];
    return [
      { state, from, to: zero, grace: false },
      { state, from: zero, to, grace: true },
    ];
  });
}

export interface Step {
  readonly time: number;
  readonly refcnt: number;
}

/** The count from the map's creation on, a point per change. */
export function countsOf(history: History, map: MapLetter): Step[] {
  const created = history.transitions.find((one) => one.map === map);
  if (!created) return [];
  const changes = history.refs.filter((ref) => ref.map === map);
  return [{ time: created.time, refcnt: 0 }, ...changes.map(({ time, refcnt }) => ({ time, refcnt }))];
}

export type EventShape = CallRecord['shape'] | 'freed' | 'note';

export interface TimelineEvent {
  readonly id: string;
  readonly time: number;
  readonly event: number;
  readonly shape: EventShape;
  /** label beside the mark, if there is room */
  readonly word: string;
  readonly words: string;
}

const SHORT: readonly (readonly [RegExp, string])[] = [
  [/MAP_CREATE/, 'create'],
  [/MAP_UPDATE_ELEM/, 'update'],
  [/MAP_DELETE_ELEM/, 'delete'],
];

const shortWord = ({ text, map }: CallRecord): string => {
  const found = SHORT.find(([pattern]) => pattern.test(text));
  return found && map !== null ? `${found[1]} ${map}` : '';
};

/** Events by time. A note or a refusal outranks the call concerned. */
export const eventsOf = (history: History): readonly TimelineEvent[] =>
  eventsFrom(history.calls, history.transitions, history.notes);

/** Made once for a history, whose lists are the same objects while nothing is added to them. */
const eventsFrom = remembered((all: History['calls'], transitions: History['transitions'], told: History['notes']) => {
  const calls = all.map(
    (call): TimelineEvent => ({
      id: `call.${call.n}`,
      time: call.time,
      event: call.event,
      shape: call.shape,
      word: shortWord(call),
      words: `#${call.n} ${call.text}`,
    }),
  );
  const freed = transitions
    .filter(({ to }) => to === 'FREED')
    .map(
      ({ map, time, event }): TimelineEvent => ({
        id: `freed.${map}`,
        time,
        event,
        shape: 'freed',
        word: `free ${map}`,
        words: `Map ${map} is freed`,
      }),
    );
  const notes = told.map(
    (note, i): TimelineEvent => ({
      id: `note.${i}`,
      time: note.time,
      event: note.event,
      shape: 'note',
      word: '',
      words: note.title,
    }),
  );
  return [...calls, ...freed, ...notes].sort((a, b) => a.time - b.time || a.event - b.event);
});

const RANK: Readonly<Record<EventShape, number>> = { note: 0, delete: 1, freed: 2, syscall: 3, open: 4, close: 5 };

/** Events at one place of the picture. */
export interface Cluster {
  readonly x: number;
  /** the most important one, whose mark is shown */
  readonly lead: TimelineEvent;
  readonly all: readonly [TimelineEvent, ...TimelineEvent[]];
}

/** Merges events that are less than `apart` px from each other. */
export function clusterEvents(
  events: readonly TimelineEvent[],
  x: (time: number) => number,
  apart: number,
): readonly Cluster[] {
  const clusters: { x: number; lead: TimelineEvent; all: [TimelineEvent, ...TimelineEvent[]] }[] = [];
  for (const event of events) {
    const at = x(event.time);
    const last = clusters.at(-1);
    if (!last || at - last.x >= apart) {
      clusters.push({ x: at, lead: event, all: [event] });
      continue;
    }
    last.all.push(event);
    if (RANK[event.shape] < RANK[last.lead.shape] || (last.lead.word === '' && event.word !== '')) last.lead = event;
  }
  return clusters;
}
