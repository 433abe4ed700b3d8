/* Formats numbers and names for views. */
import type { Holder, HolderKind } from '../engine/index.ts';

/** Lookups provided by other folders: the text of a step, the name of an errno. */
export interface Words {
  readonly step: (id: string) => string;
  readonly errno: (errno: number) => string;
}

/** Formats nanoseconds as `612.4 ms`, or as seconds from 10 s on. */
export function timeText(ns: number): string {
  return ns >= 10e9 ? `${(ns / 1e9).toFixed(3)} s` : `${(ns / 1e6).toFixed(1)} ms`;
}

/** Formats a rate in bits a second. */
export function rateText(bps: number): string {
  if (bps >= 1e9) return `${+(bps / 1e9).toFixed(1)} Gbit/s`;
  return bps >= 1e6 ? `${+(bps / 1e6).toFixed(1)} Mbit/s` : `${+(bps / 1e3).toFixed(1)} kbit/s`;
}

export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** Whether a holder is part of the shown count; fds and pins keep the map object but are not. */
export const counts = (kind: HolderKind): boolean => kind !== 'file' && kind !== 'pin';

/** Words for holders beside the ring. */
export const HOLDER_TAG: Readonly<Record<HolderKind, string>> = {
  file: 'fd',
  pin: 'pin',
  registration: 'reg',
  link: 'link',
  'netns-default': 'netns',
  prog: 'prog',
  map: 'map',
  socket: 'sk',
};

export function holderName({ kind, id }: Pick<Holder, 'kind' | 'id'>): string {
  switch (kind) {
    case 'file':
      return `fd ${id}`;
    case 'pin':
      return 'pin';
    case 'registration':
      return 'registration';
    case 'link':
      return `link ${id}`;
    case 'netns-default':
      return 'netns default';
    case 'socket':
      return `socket ${id}`;
    case 'prog':
      return `program ${id}`;
    case 'map':
      return `map ${id}`;
    default:
      return kind satisfies never;
  }
}

/** `registration, sockets 4, 5 and 6`; empty for nobody. */
export function holderNames(holders: readonly Pick<Holder, 'kind' | 'id'>[]): string {
  const sockets = holders.filter(({ kind }) => kind === 'socket').map(({ id }) => String(id));
  const named = holders.filter(({ kind }) => kind !== 'socket').map(holderName);
  if (sockets.length > 0) named.push(`${sockets.length === 1 ? 'socket' : 'sockets'} ${joinWords(sockets)}`);
  return joinWords(named);
}

const CLOSING: ReadonlySet<string> = new Set([
  'FIN_WAIT1',
  'FIN_WAIT2',
  'CLOSING',
  'TIME_WAIT',
  'LAST_ACK',
  'CLOSE_WAIT',
  'CLOSE',
]);

/** Whether a connection is closing. */
export const isClosing = (tcpState: string): boolean => CLOSING.has(tcpState);

export const joinWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
