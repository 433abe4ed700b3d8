/*
 * The lifecycle of struct_ops maps as a line of stations: INIT, INUSE, TOBEFREE, FREED, and READY below for maps
 * created with BPF_F_LINK. Empty stations are small outlines; those with maps become capsules.
 */
import type { CallRecord, ColdSnapshot, History, LifecycleState, MapSnapshot, Transition } from '../../engine/index.ts';
import { dashOf, STATE_PAINT } from '../paint.ts';
import type { Mark, Scene, Size, Theme } from '../scene.ts';
import { circle, clamp, cross, group, rect, text, ui } from '../shapes.ts';
import { fitText, textWidth, wrapText } from '../text-metrics.ts';
import { counts, plural } from '../words.ts';
import type { Leaving } from './capsule.ts';
import { capsuleMark } from './capsule.ts';
import { edgeMarks, pillRoom, readyFootOf, readyNames } from './edges.ts';
import type { Layout, Occupant, Station } from './layout.ts';
import { layOut } from './layout.ts';

export interface LifecycleInput {
  readonly cold: ColdSnapshot;
  readonly history: History;
  /** the cursor: engine time, ns, and events passed */
  readonly time: number;
  readonly event: number;
  /** name of an errno, for a call that was refused */
  readonly errno: (errno: number) => string;
  /** where a program is stopped; null when none is */
  readonly stop?: { readonly words: string; readonly socket: number } | null;
}

/** Time that a token takes to leave, engine ns: 300 ms at the lesson speed of 0.25. */
const LEAVE_NS = 75e6;
/** Opacity of strokes that a scenario does not use. */
const UNUSED = 0.3;

const NOTE: Readonly<Partial<Record<LifecycleState, string>>> = { INIT: 'map created', FREED: 'after grace' };

/** Height below which words are left out in favour of the picture, px. */
const LOW = 230;
const LOW_WORDS = 190;

const MAP_FOCUS = 20;
const FOCUS_PER_MAP = 30;

export function lifecycleScene(input: LifecycleInput, size: Size, theme: Theme): Scene {
  const { cold, history, event } = input;
  const k = clamp(Math.min(size.width / 634, size.height / 352), 0.9, 1.35) * theme.scale;
  const header = headline(input, size, k);
  const passed = history.transitions.filter((one) => one.event <= event);
  const linksUsed = history.transitions.some(({ to }) => to === 'READY');
  const occupants = cold.maps.map((map): Occupant => occupantOf(map, leavingOf(map, input)));
  const layOutWith = (readyFoot: number): Layout => layOut(size, header.bottom, occupants, pillRoom(k), k, readyFoot);
  const beside = layOutWith(0);
  const foot = readyFootOf(beside, cold.maps, size.width);
  const layout = foot === 0 ? beside : layOutWith(foot);
  const edges = edgeMarks({ layout, maps: cold.maps, taken: passed.at(-1) ?? null, linksUsed, width: size.width }, 1);
  const marks: Mark[] = [
    ...header.marks,
    ...edges,
    ...Object.values(layout.stations).flatMap((station) => stationMarks(station, cold.maps, linksUsed, layout)),
    ...mapMarks(input, layout, theme),
    ...Object.values(layout.stations).flatMap((station) => restMarks(station, layout, size)),
    ...linkNote(layout, size),
  ];
  return { ...size, label: 'Lifecycle of the maps', layers: [], marks };
}

const occupantOf = (map: MapSnapshot, leaving: readonly Leaving[]): Occupant => ({
  letter: map.letter,
  state: map.state,
  hasTokens: leaving.length > 0 || map.holders.some(({ kind }) => kind === 'socket'),
  hasKeepers: map.holders.some(({ kind }) => !counts(kind)),
  hasTags: map.holders.some(({ kind }) => kind !== 'socket'),
});

/** Sockets that dropped their reference to the map within the last moment. */
function leavingOf(map: MapSnapshot, { history, time, event }: LifecycleInput): Leaving[] {
  return history.refs
    .filter((ref) => ref.map === map.letter && !ref.gained && ref.event <= event && time - ref.time < LEAVE_NS)
    .filter(({ kind, id }) => kind === 'socket' && !map.holders.some((one) => one.kind === 'socket' && one.id === id))
    .map((ref) => ({ id: ref.id, progress: (time - ref.time) / LEAVE_NS }));
}

/** Whether the picture changes while only time passes: a token is leaving, or a grace period runs. */
export const movesByItself = ({ cold, history, time, event }: LifecycleInput): boolean =>
  cold.maps.some(({ inGrace }) => inGrace) ||
  history.refs.some((ref) => !ref.gained && ref.event <= event && time - ref.time < LEAVE_NS);

/** Progress of the grace period, from the last reference to its end, if the end is already known. */
function graceOf(map: MapSnapshot, { history, time, event }: LifecycleInput): number | null {
  if (!map.inGrace) return null;
  const start = history.refs.filter((ref) => ref.map === map.letter && ref.event <= event).at(-1)?.time ?? time;
  const end = history.transitions.find((one) => one.map === map.letter && one.to === 'FREED')?.time;
  return end === undefined || end <= start ? 0.25 : clamp((time - start) / (end - start), 0, 1);
}

function callLine(call: CallRecord, errno: (errno: number) => string): string {
  const answer = call.ret < 0 ? ` = -${errno(-call.ret)}` : '';
  return `#${call.n}  ${call.text}${answer}`;
}

function headline(
  { cold, history, errno, stop }: LifecycleInput,
  size: Size,
  k: number,
): { marks: Mark[]; bottom: number } {
  const call = history.calls.find(({ n }) => n === cold.lastCall);
  const caption = history.captions.find(({ n }) => n === cold.lastCaption);
  const x = 18;
  const room = size.width - 2 * x;
  const marks: Mark[] = [];
  let y = size.height >= LOW ? 26 * k : 4;
  if (call && size.height >= LOW) {
    const font = ui(Math.max(11, 12 * k));
    const words = callLine(call, errno);
    const paint = call.ret < 0 ? 'error' : 'muted';
    marks.push(
      text('headline.call', { x, y }, fitText(words, room, font), font, paint, { label: `Last call ${words}` }),
    );
  }
  const said = stop?.words ?? caption?.text;
  if (said === undefined) return { marks, bottom: y + 8 };
  const font = ui(14.5 * k, 650);
  wrapText(said, room, font, size.height >= LOW_WORDS ? 2 : 1).forEach((words, i) => {
    y += 20 * k;
    const label = i === 0 ? { label: said } : {};
    marks.push(text(`headline.${i}`, { x, y }, words, font, 'text', label));
  });
  return { marks, bottom: y + 10 };
}

function stationLabel(state: LifecycleState, maps: readonly MapSnapshot[]): string {
  const here = maps.filter((map) => map.state === state);
  return here.length === 0 ? `${state}: no map` : `${state}: ${here.map(({ letter }) => `map ${letter}`).join(', ')}`;
}

/** Outline of a station without maps; FREED is always an outline, with the letters of freed maps. */
function outline(station: Station, letters: string, faded: boolean): Mark[] {
  const { state, radius } = station;
  const look = STATE_PAINT[state];
  const id = `station.${state}`;
  const weight = clamp(radius * 0.08, 2, 3);
  const dash = dashOf(state, weight);
  const fade = faded ? { strokeOpacity: UNUSED } : {};
  const paint = { stroke: look.line, weight, round: true, ...(dash ? { dash } : {}), ...fade };
  const marks: Mark[] = [circle(id, station, radius, { fill: 'surface-1', ...paint })];
  if (state === 'TOBEFREE')
    marks.push(circle(`${id}.hatch`, station, radius - 4, { fill: 'tobefree-hatch', fillOpacity: 0.6 }));
  if (state === 'READY')
    marks.push(circle(`${id}.double`, station, radius - 5, { stroke: look.line, weight: 1.5, ...fade }));
  if (state === 'FREED') {
    const glyph = letters === '' ? station : { x: station.x, y: station.y - radius * 0.36 };
    marks.push(cross(`${id}.cross`, glyph, radius * (letters === '' ? 0.3 : 0.17), { stroke: look.line, weight: 2 }));
  }
  if (letters !== '') {
    const font = ui(clamp(radius * 0.56, 11, 20), 700);
    marks.push(
      text(
        `${id}.letters`,
        { x: station.x, y: station.y + radius * 0.5 },
        fitText(letters, radius * 1.7, font),
        font,
        look.ink,
        {
          anchor: 'middle',
        },
      ),
    );
  }
  return marks;
}

/** An invisible mark with a label for screen readers. */
const unseen = (id: string, label: string): Mark => ({ kind: 'circle', id, cx: 0, cy: 0, r: 0, label });

function stationMarks(station: Station, maps: readonly MapSnapshot[], linksUsed: boolean, layout: Layout): Mark[] {
  const { state } = station;
  const k = layout.text;
  if (layout.flat && !layout.flat.includes(state)) return [unseen(`station.${state}`, stationLabel(state, maps))];
  const freed = state === 'FREED' ? maps.filter((map) => map.state === state).map(({ letter }) => letter) : [];
  const faded = state === 'READY' && !linksUsed;
  const marks = station.capsules.length > 0 ? [] : outline(station, freed.join(' '), faded);
  const label = stationLabel(state, maps);
  if (state === 'READY' && !layout.flat) {
    const [name, ...notes] = readyNames(layout, maps);
    return name ? [...marks, { ...name, label }, ...notes] : marks;
  }
  const font = ui(Math.max(10.5, (layout.compact ? 10.5 : 13) * k), 750);
  const middle = { anchor: 'middle' as const, spacing: layout.compact ? 0 : 0.6 };
  marks.push(
    text(`station.${state}.name`, { x: station.x, y: station.nameY }, state, font, STATE_PAINT[state].ink, {
      ...middle,
      label,
    }),
  );
  const note = noteOf(station, maps);
  if (note && !layout.compact && !layout.flat) {
    const at = { x: station.x, y: station.nameY + 16 * k };
    marks.push(text(`station.${state}.note`, at, note, ui(Math.max(10.5, 11.5 * k)), 'muted', { anchor: 'middle' }));
  }
  return marks;
}

function noteOf({ state, capsules }: Station, maps: readonly MapSnapshot[]): string | undefined {
  if (state === 'TOBEFREE' && maps.some((map) => map.inGrace)) return 'grace period';
  return capsules.length === 0 || state === 'INIT' ? NOTE[state] : undefined;
}

/** Half the side of such a button, and the distance of two, px. */
const REST_HALF = 9;
const REST_PITCH = 20;

/** Buttons with the letters of maps that have no capsule: below their station's name, or on both sides of it if there is no room below. */
function restMarks({ state, x, nameY, rest }: Station, { text: k }: Layout, size: Size): Mark[] {
  if (rest.length === 0) return [];
  const half = REST_HALF;
  const pitch = REST_PITCH;
  const font = ui(11, 700);
  const below = nameY + 16 * k + half + 2 <= size.height;
  const nameHalf = below ? 0 : textWidth(state, ui(13 * k, 750)) / 2 + 6;
  const before = clamp(Math.floor((x - nameHalf - 24) / pitch), 0, Math.floor(rest.length / 2));
  const wanted = below ? x - (rest.length * pitch) / 2 : x - nameHalf - before * pitch;
  const length = rest.length * pitch + nameHalf * 2;
  const left = clamp(wanted, 24, Math.max(24, size.width - length - 8));
  const xOf = (i: number): number => left + pitch * (i + 0.5) + (i < before ? 0 : nameHalf * 2);
  const y = Math.min(below ? nameY + 16 * k : nameY - 4, size.height - half - 2);
  return [
    text(`rest.${state}`, { x: left - 10, y: y + 4 }, '+', font, 'muted', {
      label: `No room for ${rest.length} more in ${state}`,
    }),
    ...rest.map((letter, i): Mark => {
      const look = STATE_PAINT[state];
      const box = rect(`rest.${letter}.box`, { x: -half, y: -half, width: half * 2, height: half * 2 }, 5, {
        fill: 'surface-1',
        stroke: look.line,
        weight: 1.3,
      });
      const word = text(`rest.${letter}.name`, { x: 0, y: 4 }, letter, font, look.ink, { anchor: 'middle' });
      return group(`rest.${letter}`, { x: xOf(i), y }, [box, word], {
        label: `Map ${letter}, ${state}`,
        action: { command: 'select.map', args: { map: letter } },
        hit: { x: -half, y: -half, width: half * 2, height: half * 2, radius: 5 },
        focus: MAP_FOCUS + 1000 + i,
      });
    }),
  ];
}

function mapMarks(input: LifecycleInput, layout: Layout, theme: Theme): Mark[] {
  const { cold, history } = input;
  const capsules = Object.values(layout.stations).flatMap((station) => station.capsules);
  return cold.maps.flatMap((map, index) => {
    const capsule = capsules.find(({ letter }) => letter === map.letter);
    if (!capsule) return [];
    return [
      capsuleMark(capsule, {
        map,
        sockets: cold.sockets,
        calls: history.calls,
        leaving: leavingOf(map, input),
        grace: graceOf(map, input),
        theme,
        running: input.stop?.socket ?? null,
        text: layout.text,
        bare: layout.bare,
        focus: MAP_FOCUS + index * FOCUS_PER_MAP,
      }),
    ];
  });
}

/** Explains READY, in the corner below INIT, if there is room. */
function linkNote({ stations, text: k, compact, flat }: Layout, size: Size): Mark[] {
  const font = ui(Math.max(10.5, 10.5 * k));
  const words = 'map created with';
  const flag = 'BPF_F_LINK';
  const x = 18;
  const reach = stations.READY.capsules[0]?.measure.reach ?? stations.READY.left;
  const room = (stations.READY.capsules[0]?.x ?? stations.READY.x) - reach - x - 12;
  const flagX = x + textWidth(`${words} `, font);
  const width = textWidth(`${words} `, font) + textWidth(flag, { ...font, family: 'mono' });
  if (compact || flat || width > room) return [];
  const y = Math.min(size.height - 10, stations.READY.y + 22 * k);
  return [
    text('link.note', { x, y }, words, font, 'muted'),
    text('link.flag', { x: flagX, y }, flag, { ...font, family: 'mono' }, 'muted'),
  ];
}

/** Sentence for the live region when a map changes its state. */
export function spokenTransition(transition: Transition, map: MapSnapshot | undefined): string {
  const refs = map ? `, ${plural(map.refcnt, 'reference')}` : '';
  return transition.from === null
    ? `Map ${transition.map} is created: ${transition.to}`
    : `Map ${transition.map}: ${transition.from} to ${transition.to}${refs}`;
}
