/* The console's output at a time, as rows; what in a row names a map leads to it. */
import type { MapLetter, MapSnapshot, MessageRecord } from '../../engine/index.ts';

export interface Piece {
  readonly text: string;
  /** the map that it names */
  readonly map: MapLetter | null;
}

export interface ConsoleRow {
  readonly key: number;
  readonly kind: 'typed' | 'stdout' | 'stderr';
  readonly pieces: readonly Piece[];
}

/** Lines that are shown at once, and characters of one row. */
const MOST_ROWS = 150;
const MOST_CHARACTERS = 12_000;
/** Pieces of a row: a page with more links than this is nobody's to walk through. */
const MOST_PIECES = 200;

const isConsole = ({ source }: MessageRecord): boolean =>
  source === 'typed' || source === 'stdout' || source === 'stderr';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A pattern for ids and names of these maps; null where there are none. */
function mapPattern(maps: readonly MapSnapshot[]): RegExp | null {
  if (maps.length === 0) return null;
  const ids = maps.map(({ id }) => id).join('|');
  const names = maps.flatMap(({ name, ccName }) => [name, ccName]).filter((name) => name !== '');
  const byName = names.length === 0 ? '' : `|\\b(?:${names.map(escaped).join('|')})\\b`;
  return new RegExp(
    `\\b(?:map )?id (?:${ids})\\b|^(?:${ids})(?=: struct_ops|: \\S+ +\\w+_ops)|"id": ?(?:${ids})(?=,"(?:type":"struct_ops|name))${byName}`,
    'gm',
  );
}

function mapOf(text: string, maps: readonly MapSnapshot[]): MapLetter | null {
  const id = /(\d+)$/.exec(text);
  const byId = id && maps.findLast((map) => map.id === Number(id[1]));
  const found = byId ?? maps.findLast(({ name, ccName }) => name === text || ccName === text);
  return found?.letter ?? null;
}

/** A text in pieces, those that name a map apart. */
export function linked(text: string, maps: readonly MapSnapshot[]): Piece[] {
  const pattern = mapPattern(maps);
  if (!pattern) return [{ text, map: null }];
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (pieces.length >= MOST_PIECES) break;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), map: null });
    pieces.push({ text: match[0], map: mapOf(match[0], maps) });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), map: null });
  return pieces;
}

function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}\n[${text.length - MOST_CHARACTERS} characters more are not shown: pipe the command to head or grep]`;
}

export interface ConsoleOutput {
  readonly rows: readonly ConsoleRow[];
  /** rows before those that are shown */
  readonly earlier: number;
  /** lines that were typed up to now, the oldest first */
  readonly typed: readonly string[];
}

/** What was typed and written up to an event. */
export function consoleOutput(
  messages: readonly MessageRecord[],
  event: number,
  maps: readonly MapSnapshot[],
): ConsoleOutput {
  const said = messages.filter((message) => message.event <= event && isConsole(message));
  const shown = said.slice(-MOST_ROWS);
  const first = said.length - shown.length;
  const rows = shown.map(({ source, text }, i): ConsoleRow => {
    const kind = source === 'typed' ? 'typed' : source === 'stderr' ? 'stderr' : 'stdout';
    const words = shortened(text).replace(/\n$/, '');
    return { key: first + i, kind, pieces: kind === 'typed' ? [{ text: words, map: null }] : linked(words, maps) };
  });
  return { rows, earlier: first, typed: said.filter(({ source }) => source === 'typed').map(({ text }) => text) };
}
