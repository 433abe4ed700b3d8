/* Finds links in the console's output: ids, names, addresses and paths, each with its target. */
import type { ColdSnapshot, MapLetter } from '../../engine/index.ts';

export type Target =
  | { readonly kind: 'map'; readonly map: MapLetter }
  | { readonly kind: 'program'; readonly map: MapLetter; readonly member: string }
  | { readonly kind: 'socket'; readonly socket: number }
  | { readonly kind: 'text'; readonly text: string; readonly line: number };

/** A part of a text; `target`: the object that it names. */
export interface Piece {
  readonly text: string;
  readonly target: Target | null;
}

/** Objects that output can name. */
export interface Named extends Pick<ColdSnapshot, 'maps' | 'links' | 'sockets'> {
  readonly texts: readonly string[];
}

interface Linker {
  /** null when there are no such objects */
  readonly pattern: (named: Named) => RegExp | null;
  readonly target: (match: RegExpMatchArray, named: Named) => Target | null;
}

/** Most pieces of a row; nobody steps through more links. */
const MOST_PIECES = 300;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** A pattern made from words; null when there are none. */
function ofWords(words: readonly (string | number)[], make: (names: string) => string): RegExp | null {
  const known = [...new Set(words.map(String))].filter((word) => word !== '').map(escaped);
  return known.length === 0 ? null : new RegExp(make(known.join('|')), 'gm');
}

const asMap = (map: MapLetter | undefined): Target | null => (map === undefined ? null : { kind: 'map', map });
const mapById = ({ maps }: Named, id: number): Target | null => asMap(maps.findLast((map) => map.id === id)?.letter);

function programBy({ maps }: Named, wanted: (prog: Named['maps'][number]['progs'][number]) => boolean): Target | null {
  for (const { letter, progs } of maps.toReversed()) {
    const prog = progs.find(wanted);
    if (prog) return { kind: 'program', map: letter, member: prog.member };
  }
  return null;
}

const programs = ({ maps }: Named) => maps.flatMap(({ progs }) => progs);

/** The first that matches at a place wins. */
const LINKERS: readonly Linker[] = [
  // 1: struct_ops  name reno  flags; a program's line has its tag, a link's the map
  {
    pattern: ({ maps }) =>
      ofWords(
        maps.map(({ id }) => id),
        (ids) => `^(?:${ids})(?=: (?:struct_ops  name .*flags|\\S+ +\\w+_ops))`,
      ),
    target: ([text], named) => mapById(named, Number(text)),
  },
  {
    pattern: ({ maps }) =>
      ofWords(
        maps.map(({ id }) => id),
        (ids) => `\\b(?:map_ids? |map |id )(?:${ids})\\b`,
      ),
    target: ([text], named) => mapById(named, Number(/\d+$/.exec(text)?.[0])),
  },
  {
    pattern: ({ maps }) =>
      ofWords(
        maps.map(({ id }) => id),
        (ids) => `"id": ?(?:${ids})(?=,"(?:type":"struct_ops|name))|"map_id": ?(?:${ids})\\b`,
      ),
    target: ([text], named) => mapById(named, Number(/\d+$/.exec(text)?.[0])),
  },
  // programs by id, in lists of programs and beside members
  {
    pattern: (named) =>
      ofWords(
        programs(named).map(({ id }) => id),
        (ids) => `^(?:${ids})(?=: \\w+  name .*tag)|(?:\\bprog_id:|"prog_id": ?)(?:${ids})\\b`,
      ),
    target: ([text], named) => programBy(named, ({ id }) => id === Number(/\d+$/.exec(text)?.[0])),
  },
  // bpf_prog_TAG_name and bpf__struct_member of kallsyms, with the address before them
  {
    pattern: (named) =>
      ofWords(
        programs(named).map(({ name }) => name),
        (names) => `^[0-9a-f]{16} t bpf_prog_[0-9a-f]{16}_(?:${names})\\b`,
      ),
    target: ([text], named) => programBy(named, ({ name }) => text.endsWith(`_${name}`)),
  },
  {
    pattern: (named) =>
      ofWords(
        programs(named).map(({ member }) => member),
        (names) => `^[0-9a-f]{16} t bpf__\\w+_(?:${names})\\b`,
      ),
    target: ([text], named) => programBy(named, ({ member }) => text.endsWith(`_${member}`)),
  },
  // connections: the port of the sender, `flow 2`, `socket 2`
  {
    pattern: ({ sockets }) =>
      ofWords(
        sockets.map(({ id }) => id),
        (ids) => `\\b(?:flow|socket|accepted|sender)[ -](?:${ids})\\b`,
      ),
    target: ([text]) => ({ kind: 'socket', socket: Number(/\d+$/.exec(text)?.[0]) }),
  },
  {
    pattern: ({ sockets }) =>
      ofWords(
        sockets.map(({ id }) => FIRST_PORT + id),
        (ports) => `\\b10\\.0\\.0\\.1:(?:${ports})\\b`,
      ),
    target: ([text]) => ({ kind: 'socket', socket: Number(/\d+$/.exec(text)?.[0]) - FIRST_PORT }),
  },
  // texts of the run, with a line where one follows
  {
    pattern: ({ texts }) => ofWords(texts, (names) => `(?:^|(?<=[\\s"]))(?:${names})(?::(\\d+))?(?=[\\s:",]|$)`),
    target: ([text, line], { texts }) => {
      const name = texts.find((one) => text === one || text === `${one}:${line}`);
      return name === undefined ? null : { kind: 'text', text: name, line: line === undefined ? 0 : Number(line) - 1 };
    },
  },
  {
    pattern: ({ maps }) =>
      ofWords(
        maps.flatMap(({ pins }) => pins),
        (paths) => `(?:${paths})(?![\\w/])`,
      ),
    target: ([text], { maps }) => asMap(maps.findLast(({ pins }) => pins.includes(text))?.letter),
  },
  {
    pattern: (named) =>
      ofWords(
        programs(named).map(({ name }) => name),
        (names) => `\\b(?:${names})\\b`,
      ),
    target: ([text], named) => programBy(named, ({ name }) => name === text),
  },
  {
    pattern: ({ maps }) =>
      ofWords(
        maps.flatMap(({ name, ccName }) => [name, ccName]),
        (names) => `\\b(?:${names})\\b`,
      ),
    target: ([text], { maps }) => asMap(maps.findLast(({ name, ccName }) => name === text || ccName === text)?.letter),
  },
];

/** Ports of senders begin here (src/engine/console/tools/proc-net.ts). */
const FIRST_PORT = 40_000;

interface Found {
  readonly at: number;
  readonly end: number;
  readonly target: Target;
}

/** Makes a function that splits a text into pieces, with and without targets. */
export function linker(named: Named): (text: string) => Piece[] {
  const ready = LINKERS.flatMap(({ pattern, target }) => {
    const made = pattern(named);
    return made ? [{ made, target }] : [];
  });
  return (text) => {
    const found: Found[] = [];
    for (const { made, target } of ready) {
      for (const match of text.matchAll(made)) {
        const [at, end] = [match.index, match.index + match[0].length];
        const leads = found.some((other) => at < other.end && end > other.at) ? null : target(match, named);
        if (leads) found.push({ at, end, target: leads });
        if (found.length > MOST_PIECES) break;
      }
    }
    return piecesOf(
      text,
      found.toSorted((a, b) => a.at - b.at),
    );
  };
}

function piecesOf(text: string, found: readonly Found[]): Piece[] {
  const pieces: Piece[] = [];
  let last = 0;
  for (const { at, end, target } of found) {
    if (at > last) pieces.push({ text: text.slice(last, at), target: null });
    pieces.push({ text: text.slice(at, end), target });
    last = end;
  }
  if (last < text.length || pieces.length === 0) pieces.push({ text: text.slice(last), target: null });
  return pieces;
}

/** Text of a link's tip. */
export function targetWords(target: Target): string {
  switch (target.kind) {
    case 'map':
      return `Show map ${target.map}`;
    case 'program':
      return `Show ${target.member} of map ${target.map}`;
    case 'socket':
      return `Show connection ${target.socket}`;
    case 'text':
      return `Show ${target.text}, line ${target.line + 1}`;
    default:
      return target satisfies never;
  }
}
