/*
 * Places the holders of a map around it. Every counted holder has an equal segment of the ring; a socket also has a
 * token outside it. Tokens avoid the edges at the left and right and the name below.
 */
import { numberAt } from '../lists.ts';
import type { Holder, HolderKind } from '../../engine/index.ts';
import { counts } from '../words.ts';

export interface RingHolder {
  readonly kind: HolderKind;
  readonly id: number;
  /** null: it has just left */
  readonly holder: Holder | null;
  /** degrees, the segment's ends */
  readonly from: number;
  readonly to: number;
  /** angle of its token or word, degrees */
  readonly at: number;
}

export interface Ring {
  readonly segments: readonly RingHolder[];
  /** too many sockets for tokens: their segments merge and a number is shown */
  readonly crowded: boolean;
  /** fds and pins on the outer ring */
  readonly keepers: readonly { readonly kind: HolderKind; readonly count: number; readonly at: number }[];
}

/** A socket that has just left, shown for a moment in its old place. */
export interface Leaver {
  readonly id: number;
}

const MOST_TOKENS = 9;

/** Angles blocked for tokens: centre and half width, degrees. */
type Blocked = readonly (readonly [number, number])[];
const BOTTOM = 90;
/** Least angle between two tokens, degrees. */
const APART = 21;

const turn = (degrees: number): number => ((degrees % 360) + 360) % 360;
/** Signed difference between two angles, -180 to 180 degrees. */
const between = (from: number, to: number): number => turn(to - from + 180) - 180;

function blockedBy(degrees: number, blocked: Blocked): number {
  let depth = 0;
  for (const [middle, half] of blocked) depth = Math.max(depth, half - Math.abs(between(middle, degrees)));
  return depth;
}

function nudge(degrees: number, blocked: Blocked): number {
  for (const [middle, half] of blocked) {
    const off = between(middle, degrees);
    if (Math.abs(off) >= half) continue;
    // move up from an edge, and to the nearer side of the name
    if (middle === BOTTOM) return turn(middle + (off < 0 ? -half : half));
    return turn(middle === 0 ? -half : 180 + half);
  }
  return turn(degrees);
}

/** Spreads tokens in ring order, in a few passes. */
function spread(angles: readonly number[], blocked: Blocked): number[] {
  const out = angles.map((angle) => nudge(angle, blocked));
  for (let pass = 0; pass < 4; pass++) {
    for (let i = 0; i < out.length; i++) {
      const next = (i + 1) % out.length;
      const gap = turn(numberAt(out, next) - numberAt(out, i));
      if (next === i || gap >= APART || gap === 0) continue;
      const push = (APART - gap) / 2;
      out[i] = turn(numberAt(out, i) - push);
      out[next] = turn(numberAt(out, next) + push);
    }
  }
  return out;
}

type Member = Pick<RingHolder, 'kind' | 'id' | 'holder'>;

/** Members clockwise: first those that are not sockets, which belong at the bottom, then sockets by number. */
function membersOf(holders: readonly Holder[], leavers: readonly Leaver[]): Member[] {
  const held = holders.filter(({ kind }) => counts(kind)).map((holder): Member => ({ ...holder, holder }));
  const gone = leavers.map(({ id }): Member => ({ kind: 'socket', id, holder: null }));
  const sockets = [...held.filter(({ kind }) => kind === 'socket'), ...gone].sort((a, b) => a.id - b.id);
  return [...held.filter(({ kind }) => kind !== 'socket'), ...sockets];
}

/** Start angle of the ring: with the fewest blocked tokens, and of those the smallest turn. */
function bestStart(members: readonly Member[], step: number, blocked: Blocked): number {
  const others = members.filter(({ kind }) => kind !== 'socket').length;
  // centre the other holders at the bottom; with sockets only, put the middle one on top
  const home = others > 0 ? BOTTOM - (others * step) / 2 : -90 - (members.length * step) / 2;
  const reach = Math.min(step, 60);
  let best = home;
  let least = Number.POSITIVE_INFINITY;
  for (let offset = 0; offset <= reach; offset += 3) {
    for (const start of offset === 0 ? [home] : [home - offset, home + offset]) {
      let cost = offset * 0.05;
      members.forEach((member, i) => {
        const middle = start + (i + 0.5) * step;
        if (member.kind === 'socket') cost += blockedBy(middle, blocked);
        else cost += Math.max(0, 24 - Math.min(Math.abs(between(0, middle)), Math.abs(between(180, middle)))) * 2;
      });
      if (cost < least - 1e-9) {
        least = cost;
        best = start;
      }
    }
  }
  return best;
}

/** Angles for keepers on the outer ring, best first; 28 degrees apart suffices. */
const KEEPER_PLACES = [90, 60, 120, 45, 135, 70, 110, 30, 150];

function keepersOf(holders: readonly Holder[], taken: readonly number[]): Ring['keepers'] {
  const kinds = (['file', 'pin'] as const)
    .map((kind) => ({ kind, count: holders.filter((holder) => holder.kind === kind).length }))
    .filter(({ count }) => count > 0);
  const used = [...taken];
  const air = (at: number): number => used.reduce((least, other) => Math.min(least, Math.abs(between(at, other))), 28);
  return kinds.map(({ kind, count }) => {
    const at = KEEPER_PLACES.reduce((best, place) => (air(place) > air(best) + 1e-9 ? place : best));
    used.push(at);
    return { kind, count, at };
  });
}

/** Lays out the ring; `clearance`: distance of tokens from the edges on either side, degrees. */
export function layRing(holders: readonly Holder[], leavers: readonly Leaver[], clearance: number): Ring {
  const blocked: Blocked = [
    [0, clearance],
    [180, clearance],
    [BOTTOM, 26],
  ];
  const members = membersOf(holders, leavers);
  const sockets = members.filter(({ kind }) => kind === 'socket').length;
  const step = members.length > 0 ? 360 / members.length : 360;
  const start = bestStart(members, step, blocked);
  const gap = members.length > 1 ? Math.min(step * 0.16, 12) : 0;
  const placed = members.map((member, i) => ({ member, middle: start + (i + 0.5) * step }));
  const places = spread(
    placed.flatMap(({ member, middle }) => (member.kind === 'socket' ? [middle] : [])),
    blocked,
  );
  let token = 0;
  const segments = placed.map(({ member, middle }): RingHolder => {
    const at = member.kind === 'socket' ? numberAt(places, token++) : turn(middle);
    return { ...member, from: middle - (step - gap) / 2, to: middle + (step - gap) / 2, at };
  });
  const crowded = sockets > MOST_TOKENS;
  const taken = segments.filter(({ kind }) => !crowded || kind !== 'socket').map(({ at }) => at);
  return { segments, crowded, keepers: keepersOf(holders, taken) };
}
