/* The console's output at a time, as rows with links. */
import type { MessageRecord } from '../../engine/index.ts';
import { linker, type Named, type Piece } from './links.ts';

export interface ConsoleRow {
  readonly key: number;
  readonly kind: 'typed' | 'stdout' | 'stderr';
  readonly pieces: readonly Piece[];
}

/** Most lines shown at once, and most characters of a row. */
const MOST_ROWS = 150;
const MOST_CHARACTERS = 12_000;
const isConsole = ({ source }: MessageRecord): boolean =>
  source === 'typed' || source === 'stdout' || source === 'stderr';

function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  return `${text.slice(0, MOST_CHARACTERS)}\n[${text.length - MOST_CHARACTERS} characters more are not shown: pipe the command to head or grep]`;
}

export interface ConsoleOutput {
  readonly rows: readonly ConsoleRow[];
  /** number of rows before those shown */
  readonly earlier: number;
  /** lines typed so far, oldest first */
  readonly typed: readonly string[];
}

/**
 * Rows of the previous call, kept so that only new messages are split: runs have many messages, and frames are
 * frequent.
 */
interface Kept {
  readonly named: Named;
  readonly apart: (text: string) => Piece[];
  readonly pieces: WeakMap<MessageRecord, readonly Piece[]>;
}
let kept: Kept | null = null;

const isSame = (a: Named, b: Named): boolean =>
  a.maps === b.maps && a.links === b.links && a.sockets === b.sockets && a.texts.join('\n') === b.texts.join('\n');

function keeper(named: Named): Kept {
  if (!kept || !isSame(kept.named, named)) kept = { named, apart: linker(named), pieces: new WeakMap() };
  return kept;
}

function piecesOf(message: MessageRecord, { apart, pieces }: Kept): readonly Piece[] {
  const known = pieces.get(message);
  if (known) return known;
  const words = shortened(message.text).replace(/\n$/, '');
  const made = message.source === 'typed' ? [{ text: words, target: null }] : apart(words);
  pieces.set(message, made);
  return made;
}

/** A line that clears the console. */
const CLEAR = /^\s*clear\s*$/;

/** Lines typed and written up to an event, after the last `clear`. */
export function consoleOutput(messages: readonly MessageRecord[], event: number, named: Named): ConsoleOutput {
  const said = messages.filter((message) => message.event <= event && isConsole(message));
  const cleared = said.findLastIndex(({ source, text }) => source === 'typed' && CLEAR.test(text));
  const after = said.slice(cleared + 1);
  const shown = after.slice(-MOST_ROWS);
  const first = after.length - shown.length;
  const all = keeper(named);
  const rows = shown.map((message, i): ConsoleRow => {
    const { source } = message;
    const kind = source === 'typed' ? 'typed' : source === 'stderr' ? 'stderr' : 'stdout';
    return { key: cleared + 1 + first + i, kind, pieces: piecesOf(message, all) };
  });
  return { rows, earlier: first, typed: said.filter(({ source }) => source === 'typed').map(({ text }) => text) };
}
