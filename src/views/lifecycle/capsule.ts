/*
 * Draws a map in a station: its letter, its count, and the ring of its holders. Fds and pins keep the map object alive
 * without being counted: they are on an outer, thinner ring.
 */
import { entryOf } from '../lists.ts';
import type { CallRecord, MapSnapshot, SocketSnapshot } from '../../engine/index.ts';
import type { StatePaint } from '../paint.ts';
import { dashOf, STATE_PAINT } from '../paint.ts';
import type { Mark, Paint, Theme } from '../scene.ts';
import { arcPath, circle, clamp, group, line, mono, path, polar, text, ui } from '../shapes.ts';
import { counts, HOLDER_TAG, holderName, holderNames, isClosing, joinWords, plural, timeText } from '../words.ts';
import type { Capsule, Measure } from './layout.ts';
import type { Leaver, Ring, RingHolder } from './ring.ts';
import { layRing } from './ring.ts';

/** A socket that dropped its reference a moment ago; `progress` 0 to 1. */
export interface Leaving extends Leaver {
  readonly progress: number;
}

/** The parts of a map that its capsule shows. */
export type CapsuleMap = Pick<MapSnapshot, 'letter' | 'name' | 'ccName' | 'state' | 'inGrace' | 'refcnt' | 'holders'>;

export interface CapsuleInput {
  readonly map: CapsuleMap;
  readonly sockets: readonly Pick<SocketSnapshot, 'id' | 'state'>[];
  readonly calls: readonly CallRecord[];
  readonly leaving: readonly Leaving[];
  /** progress of the grace period, 0 to 1; null outside it */
  readonly grace: number | null;
  readonly theme: Theme;
  /** the connection whose program is stopped; null for none */
  readonly running: number | null;
  /** text scale factor */
  readonly text: number;
  /** only the ring, without tokens and words around it */
  readonly bare?: boolean;
  /** keyboard order of the first mark */
  readonly focus: number;
}

/** Below this radius letter and count share a line, px. */
const ONE_LINE = 23;
const CENTRE = { x: 0, y: 0 };
const FADED = 0.25;

/** "4 references: registration, sockets 4, 5 and 6" */
function holdersInWords(map: CapsuleMap): string {
  const named = holderNames(map.holders.filter(({ kind }) => counts(kind)));
  const keepers = map.holders.filter(({ kind }) => !counts(kind)).map(holderName);
  const kept = keepers.length > 0 ? `; kept open by ${joinWords(keepers)}` : '';
  return `${plural(map.refcnt, 'reference')}${named === '' ? '' : `: ${named}`}${kept}`;
}

function capsuleLabel(map: CapsuleMap): string {
  const name = map.ccName || map.name;
  const grace = map.inGrace ? ', waiting for its grace period' : '';
  return `Map ${map.letter}, ${name}, ${map.state}${grace}, ${holdersInWords(map)}`;
}

/** Label of a holder: who, when, by which call. */
function holderLabel(input: CapsuleInput, { kind, id, holder }: RingHolder): string {
  const { map, sockets, calls } = input;
  const who = holderName({ kind, id });
  const name = who.charAt(0).toUpperCase() + who.slice(1);
  if (!holder) return `${name} has just dropped its reference to map ${map.letter}`;
  const call = calls.find(({ n }) => n === holder.call);
  const state = kind === 'socket' ? sockets.find((socket) => socket.id === id)?.state : undefined;
  const since = `holds map ${map.letter} since ${timeText(holder.time)}`;
  const by = call ? `, #${call.n} ${call.text}` : '';
  return `${name}${state ? `, ${state},` : ''} ${since}${by}`;
}

function body({ map, theme, grace }: CapsuleInput, { radius, ring }: Measure, look: StatePaint): Mark[] {
  const id = `map.${map.letter}`;
  const dash = dashOf(map.state, 2.5);
  const marks: Mark[] = [];
  if (theme.contrast === 'normal' && look.glow !== 'none')
    marks.push(circle(`${id}.glow`, CENTRE, radius * 1.9, { fill: look.glow }));
  marks.push(circle(`${id}.ground`, CENTRE, radius, { fill: 'surface-1' }));
  if (look.fill !== 'none') marks.push(circle(`${id}.fill`, CENTRE, radius, { fill: look.fill }));
  marks.push(
    circle(`${id}.outline`, CENTRE, radius, { stroke: look.line, weight: 2.5, ...(dash ? { dash, round: true } : {}) }),
  );
  if (map.state === 'READY') marks.push(circle(`${id}.double`, CENTRE, radius - 5, { stroke: look.line, weight: 1.5 }));
  if (grace !== null)
    marks.push(
      path(`${id}.grace`, arcPath(0, 0, ring, -90, -90 + 360 * (1 - grace)), {
        stroke: look.line,
        weight: 2,
        round: true,
      }),
    );
  return marks;
}

function figures({ map, grace, text: k }: CapsuleInput, { radius }: Measure): Mark[] {
  const id = `map.${map.letter}`;
  const halo = map.state === 'TOBEFREE' ? { halo: 'surface-1' as const } : {};
  const middle = { anchor: 'middle' as const, ...halo };
  if (radius < ONE_LINE) {
    const words = `${map.letter} ${map.refcnt}`;
    return [text(`${id}.count`, { x: 0, y: 4 }, words, ui(Math.max(10.5, radius * 0.6), 750), 'text', middle)];
  }
  const letter = Math.max(11, Math.min(12 * k, radius * 0.34));
  const count = radius * 0.62;
  const roomy = radius >= 34;
  const below = roomy ? radius * 0.28 : radius * 0.46;
  const marks: Mark[] = [
    text(`${id}.letter`, { x: 0, y: -radius * 0.3 }, map.letter, ui(letter, 700), 'text', middle),
    text(`${id}.count`, { x: 0, y: below }, String(map.refcnt), ui(count, 750), 'text', middle),
  ];
  if (roomy) {
    const word = grace === null ? (map.refcnt === 1 ? 'ref' : 'refs') : 'grace';
    const size = clamp(11.5 * k, 10.5, radius * 0.26);
    marks.push(text(`${id}.refs`, { x: 0, y: radius * 0.6 }, word, ui(size, 500), 'muted', middle));
  }
  return marks;
}

const segmentPath = (size: Measure, { from, to }: RingHolder): string => arcPath(0, 0, size.ring, from, to);

/** All sockets of a crowded ring as one arc, with a dash each while dashes are distinguishable. */
function crowdArc(input: CapsuleInput, size: Measure, sockets: readonly RingHolder[], look: StatePaint): Mark {
  const { from } = entryOf(sockets, 0);
  const { to } = entryOf(sockets, sockets.length - 1);
  const each = (((to - from) / 360) * 2 * Math.PI * size.ring) / sockets.length;
  return path(`map.${input.map.letter}.segment.sockets`, arcPath(0, 0, size.ring, from, to), {
    stroke: look.line,
    weight: size.ringWeight,
    ...(each >= 4 ? { dash: [each - 1.5, 1.5] } : {}),
  });
}

function segmentMarks(input: CapsuleInput, size: Measure, ring: Ring, look: StatePaint): Mark[] {
  const { map, sockets } = input;
  const detached = map.state === 'READY' && !map.holders.some(({ kind }) => kind === 'link');
  const own = ring.crowded ? ring.segments.filter(({ kind }) => kind !== 'socket') : ring.segments;
  const crowd = ring.crowded ? ring.segments.filter(({ kind }) => kind === 'socket') : [];
  const merged = crowd.length > 0 ? [crowdArc(input, size, crowd, look)] : [];
  return merged.concat(
    own.map((segment) => {
      const closing = sockets.some(
        ({ id, state }) => segment.kind === 'socket' && id === segment.id && isClosing(state),
      );
      const paint: Paint = {
        stroke: segment.kind === 'socket' ? look.line : 'text',
        weight: size.ringWeight,
        ...(segment.holder === null ? { strokeOpacity: FADED } : {}),
        ...(closing && segment.holder ? { dash: [3, 2.5] } : {}),
        ...(detached ? { strokeOpacity: 0.55 } : {}),
      };
      return path(`map.${map.letter}.segment.${segment.kind}${segment.id}`, segmentPath(size, segment), paint);
    }),
  );
}

/** A word outside the ring at an angle, aligned so that it extends away from the ring. */
function tag(id: string, radius: number, at: number, words: string, k: number): Mark {
  const size = Math.max(10.5, 11.5 * k);
  const point = polar(0, 0, radius, at);
  const side = Math.cos((at * Math.PI) / 180);
  const anchor = Math.abs(side) < 0.4 ? 'middle' : side > 0 ? 'start' : 'end';
  return text(id, { x: point.x, y: point.y + size * 0.36 }, words, mono(size, 500), 'muted', {
    anchor,
    halo: 'surface-1',
  });
}

function wordMarks(input: CapsuleInput, size: Measure, ring: Ring): Mark[] {
  const { map, text: k } = input;
  return ring.segments
    .filter(({ kind }) => kind !== 'socket')
    .map((segment, index): Mark => {
      const id = `map.${map.letter}.holder.${segment.kind}${segment.id}`;
      const label = holderLabel(input, segment);
      const word = tag(`${id}.word`, size.tag, segment.at, HOLDER_TAG[segment.kind], k);
      const at = polar(0, 0, size.ring, segment.at);
      return group(id, CENTRE, [word], {
        label,
        // back to the call that took it
        action: { command: 'time.event', args: { event: segment.holder?.event ?? 0 } },
        hit: { x: at.x - 12, y: at.y - 12, width: 24, height: 24, radius: 12 },
        focus: input.focus + 1 + index,
      });
    });
}

function keeperMarks(input: CapsuleInput, size: Measure, ring: Ring): Mark[] {
  if (ring.keepers.length === 0) return [];
  const id = `map.${input.map.letter}.outer`;
  const marks: Mark[] = [circle(id, CENTRE, size.outer, { stroke: 'line-strong', weight: 1 })];
  for (const { kind, count, at } of ring.keepers) {
    const word = count > 1 ? `${HOLDER_TAG[kind]} ×${count}` : HOLDER_TAG[kind];
    marks.push(
      path(`${id}.${kind}`, arcPath(0, 0, size.outer, at - 23, at + 23), { stroke: 'muted', weight: 2.6, round: true }),
      tag(`${id}.${kind}.word`, size.tag, at, word, input.text),
    );
  }
  return marks;
}

function tokenMark(input: CapsuleInput, size: Measure, segment: RingHolder, look: StatePaint, index: number): Mark {
  const { map, sockets, text: k } = input;
  const id = `map.${map.letter}.holder.socket${segment.id}`;
  const leaving = segment.holder === null ? input.leaving.find((one) => one.id === segment.id) : undefined;
  const closing = leaving !== undefined || sockets.some((one) => one.id === segment.id && isClosing(one.state));
  const lift = closing ? size.token * (0.6 + 1.2 * (leaving?.progress ?? 0)) : 0;
  const middle = (segment.from + segment.to) / 2;
  const foot = polar(0, 0, size.ring + size.ringWeight / 2, middle);
  const at = polar(0, 0, size.tether + lift, segment.at);
  const near = polar(0, 0, size.tether + lift - size.token, segment.at);
  const dash = closing ? { dash: [2, 4] } : {};
  const rim: Paint = {
    fill: closing ? 'surface-1' : look.solid,
    stroke: closing ? look.line : look.solid,
    weight: 1.5,
  };
  const digits = String(segment.id);
  const font = ui(clamp(11.5 * k, 10.5, size.token * (digits.length > 2 ? 0.75 : 0.95)), 700);
  const runs = input.running === segment.id;
  const inner: Mark[] = [
    ...(runs ? [circle(`${id}.runs`, CENTRE, size.token + 3, { stroke: 'text', weight: 2 })] : []),
    circle(`${id}.disc`, CENTRE, size.token, { ...rim, ...(closing ? { dash: [3, 3] } : {}) }),
    text(`${id}.number`, { x: 0, y: font.size * 0.36 }, digits, font, closing ? look.ink : 'on-state', {
      anchor: 'middle',
    }),
  ];
  const hit = {
    x: -size.token - 2,
    y: -size.token - 2,
    width: size.token * 2 + 4,
    height: size.token * 2 + 4,
    radius: size.token + 2,
  };
  const label = `${holderLabel(input, segment)}${runs ? ', its program is stopped' : ''}`;
  const action = { command: 'select.socket', args: { socket: segment.id, map: map.letter } };
  const token = group(id, at, inner, { label, action, hit, focus: input.focus + 10 + index });
  const faded = leaving ? { strokeOpacity: 1 - leaving.progress } : {};
  return group(`${id}.place`, CENTRE, [
    line(`${id}.tether`, foot, near, { stroke: look.line, weight: 1.5, ...dash, ...faded }),
    token,
  ]);
}

function crowdMark({ map, text: k }: CapsuleInput, size: Measure, sockets: number): Mark {
  return text(
    `map.${map.letter}.crowd`,
    { x: 0, y: -size.ring - size.ringWeight - 6 },
    plural(sockets, 'socket'),
    ui(Math.max(10.5, 12 * k), 600),
    STATE_PAINT[map.state].ink,
    { anchor: 'middle', halo: 'surface-1' },
  );
}

export function capsuleMark(capsule: Capsule, input: CapsuleInput): Mark {
  const { map } = input;
  const size = capsule.measure;
  const look = STATE_PAINT[map.state];
  const ring = layRing(map.holders, input.leaving, size.clearance);
  const sockets = ring.segments.filter(({ kind }) => kind === 'socket');
  const outside = ring.crowded
    ? [crowdMark(input, size, sockets.length)]
    : sockets.map((segment, index) => tokenMark(input, size, segment, look, index));
  const { radius } = size;
  const face = group(`map.${map.letter}.face`, CENTRE, figures(input, size), {
    label: capsuleLabel(map),
    action: { command: 'select.map', args: { map: map.letter } },
    hit: { x: -radius, y: -radius, width: radius * 2, height: radius * 2, radius },
    focus: input.focus,
  });
  const inside = [...body(input, size, look), ...segmentMarks(input, size, ring, look)];
  if (input.bare) return group(`map.${map.letter}`, capsule, [...inside, face]);
  return group(`map.${map.letter}`, capsule, [
    ...inside,
    ...keeperMarks(input, size, ring),
    ...outside,
    ...wordMarks(input, size, ring),
    face,
  ]);
}
