/* Draws the run along the bottom of the stage: a band per map; the past is solid, the future pale. */
import type { History, MapLetter } from '../../engine/index.ts';
import { dashOf, STATE_PAINT } from '../paint.ts';
import type { Mark, Paint, Size } from '../scene.ts';
import { clamp, line, path, pathOf, type Point, rect, text, ui } from '../shapes.ts';
import { textWidth } from '../text-metrics.ts';
import { lettersOf, spansOf } from '../timeline/spans.ts';
import { plural } from '../words.ts';

/** `time`: the moment on the stage, engine ns. */
export interface StripInput {
  readonly history: History;
  readonly time: number;
}

interface Rows {
  readonly letters: readonly MapLetter[];
  /** number of maps of the run without a band */
  readonly hidden: number;
}

const LETTERS = 25;
const ROW = 54;
const AROUND = 46;
/** Height of the line that says how many maps have no band. */
const MORE = 34;
const MOST_ROWS = 5;
/** Largest part of the stage's height; the idea needs the rest. */
const MOST_OF_STAGE = 0.4;

/** Chooses the maps that fit: the newest ones at the moment, and then later ones. */
function rowsOf({ history, time }: StripInput, { height }: Size, u: number): Rows {
  const all = lettersOf(history);
  const room = (height * MOST_OF_STAGE) / u - AROUND;
  const fits = (rows: number, more: number): boolean => rows * ROW + more <= room;
  let most = Math.min(MOST_ROWS, all.length);
  while (most > 1 && !fits(most, most < all.length ? MORE : 0)) most--;
  const made = new Set(history.transitions.filter((one) => one.time <= time).map(({ map }) => map));
  const last = all.findLastIndex((letter) => made.has(letter));
  const from = clamp(last - most + 1, 0, all.length - most);
  return { letters: all.slice(from, from + most), hidden: all.length - most };
}

export interface Strip {
  readonly height: number;
  readonly marks: readonly Mark[];
}

/** `u`: px per unit. */
export function stripOf(input: StripInput, size: Size, u: number): Strip {
  const rows = rowsOf(input, size, u);
  const height = (AROUND + ROW * Math.max(1, rows.letters.length) + (rows.hidden > 0 ? MORE : 0)) * u;
  return { height, marks: stripMarks(input, rows, size, u, height) };
}

function stripMarks(
  { history, time }: StripInput,
  { letters, hidden }: Rows,
  size: Size,
  u: number,
  height: number,
): Mark[] {
  const top = size.height - height;
  const left = 124 * u;
  const right = size.width - 72 * u;
  const until = Math.max(1, history.until);
  const x = (at: number): number => left + ((right - left) * clamp(at, 0, until)) / until;
  const marks: Mark[] = [
    rect('strip', { x: 0, y: top, width: size.width, height }, 0, { fill: 'surface-2' }),
    path('strip.edge', pathOf('M', 0, top, 'L', size.width, top), { stroke: 'line', weight: 1.5 * u }),
  ];
  for (const [row, letter] of letters.entries()) {
    const y = top + (24 + ROW * row) * u;
    marks.push(text(`strip.${letter}`, { x: 72 * u, y: y + 27 * u }, letter, ui(LETTERS * u, 700), 'text'));
    for (const [i, span] of spansOf(history, letter).entries()) {
      for (const [part, from, to] of [
        ['past', span.from, Math.min(span.to, time)],
        ['future', Math.max(span.from, time), span.to],
      ] as const) {
        if (to > from)
          marks.push(
            ...band(
              `strip.${letter}.${i}.${part}`,
              span,
              { x: x(from), width: Math.max(2, x(to) - x(from) - 2 * u), y },
              part === 'future',
              u,
            ),
          );
      }
    }
  }
  const at = x(time);
  return [
    ...marks,
    line('strip.now', { x: at, y: top + 4 * u }, { x: at, y: size.height - 8 * u }, { stroke: 'text', weight: 4 * u }),
    path('strip.tip', pathOf('M', at - 11 * u, top + 4 * u, 'L', at + 11 * u, top + 4 * u, at, top + 18 * u, 'Z'), {
      fill: 'text',
    }),
    ...(hidden > 0 ? [moreMark(hidden, { x: left, y: top + (24 + ROW * letters.length + 22) * u }, u)] : []),
  ];
}

/** Drawn over the line of the moment, which crosses this text at the beginning of a run. */
const moreMark = (hidden: number, at: Point, u: number): Mark =>
  text('strip.more', at, `${plural(hidden, 'more map')} in this run`, ui(LETTERS * 0.8 * u, 500), 'muted', {
    halo: 'surface-2',
  });

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function band(
  id: string,
  span: ReturnType<typeof spansOf>[number],
  { x, y, width }: Bar,
  future: boolean,
  u: number,
): Mark[] {
  const look = STATE_PAINT[span.state];
  const height = (span.grace ? 16 : 38) * u;
  const solid = span.state === 'INUSE' || span.state === 'READY';
  const dash = dashOf(span.state, 2.4 * u);
  const paint: Paint = {
    fill: solid ? look.solid : look.fill,
    stroke: look.line,
    weight: 2 * u,
    ...(dash ? { dash, round: true } : {}),
  };
  const box = rect(id, { x, y: y + (38 * u - height) / 2, width, height }, 7 * u, paint);
  const font = ui(21 * u, 700);
  const words = span.state;
  const named = !future && !span.grace && textWidth(words, font) + 24 * u < width;
  const fill = solid ? 'on-state' : look.ink;
  const halo = span.state === 'TOBEFREE' ? { halo: 'surface-1' as const } : {};
  return [
    future ? { ...box, opacity: 0.4 } : box,
    ...(named ? [text(`${id}.name`, { x: x + 14 * u, y: y + 26 * u }, words, font, fill, halo)] : []),
  ];
}
