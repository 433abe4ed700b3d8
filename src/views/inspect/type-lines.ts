/* Draws the lines of a struct: as C with offset and size, or as a tree with the values at the cursor. */
import { type PaintName, STATE_PAINT } from '../paint.ts';
import type { Action, Mark, Scene, Size } from '../scene.ts';
import { arrowHead, group, line as stroke, mono, rect, text, ui } from '../shapes.ts';
import { changed, type Part, stateIn, type StructInput, valueText } from '../struct/fields.ts';
import { fitText, textWidth } from '../text-metrics.ts';
import { plural } from '../words.ts';
import { isDataPointer, type TypeLine } from './lines.ts';

export interface LinesInput extends StructInput {
  readonly lines: readonly TypeLine[];
  /** bytes of such a struct exist: values are shown, and pointers can be followed */
  readonly live: boolean;
}

const ROW = 20;
const TOP = 8;
const FONT = mono(12);
const SMALL = mono(11);
const BASELINE = 14.2;
/** Right edges of the two columns of numbers, and where the text begins. */
const OFFSET_END = 44;
const SIZE_END = 78;
const TEXT = 88;
const INDENT = 8;
/** Most indent levels; deeper lines are not indented further, to leave room for their text. */
const MOST_INDENT = 9;

export const linesHeight = ({ lines }: Pick<LinesInput, 'lines'>): number => TOP * 2 + lines.length * ROW;

/** Top of a field's line, px; null when it is not shown. */
export function lineTop({ lines }: Pick<LinesInput, 'lines'>, path: string): number | null {
  const index = lines.findIndex(({ part }) => part !== null && part.kind === 'field' && part.path === path);
  return index < 0 ? null : TOP + index * ROW;
}

type DrawRow = (line: TypeLine, input: LinesInput, width: number) => RowLook;

interface RowLook {
  readonly marks: readonly Mark[];
  readonly label: string;
  /** px at the right end reserved for another button */
  readonly taken?: number;
}

const scene =
  (title: string, draw: DrawRow) =>
  (input: LinesInput, size: Size): Scene => {
    const first = Math.max(0, Math.floor((input.scroll - TOP) / ROW));
    const last = Math.ceil((input.scroll + size.height) / ROW);
    const marks = input.lines
      .slice(first, last)
      .map((one, i) => drawLine(one, TOP + (first + i) * ROW - input.scroll, first + i, input, size.width, draw));
    return { ...size, label: `${title} ${input.name}`, layers: [], marks };
  };

/** Offset and size of each line, its C text, holes in words, and where cache lines begin. */
export const cLinesScene = scene('C of', cRow);
/** Names and values; a pointer has an arrow to its target. */
export const treeScene = scene('Fields of', treeRow);

const isLit = ({ part }: TypeLine, { lit }: LinesInput): boolean => part?.kind === 'field' && part.path === lit;
const isChanged = ({ part, opens }: TypeLine, { bytes, before, live }: LinesInput): boolean =>
  live && opens !== 'open' && part?.kind === 'field' && changed(part, bytes, before);

function drawLine(one: TypeLine, y: number, index: number, input: LinesInput, width: number, draw: DrawRow): Mark {
  const id = `line.${one.key}`;
  const { marks, label, taken = 0 } = draw(one, input, width);
  const action = actionOf(one);
  return group(
    id,
    { x: 0, y },
    [...ground(one, id, input, width), ...cacheMark(one, id, width), ...numbers(one, id), ...marks],
    {
      label,
      ...(action
        ? {
            action,
            hit: { x: 1, y: 0, width: width - 2 - taken, height: ROW, radius: 4 },
          }
        : {}),
      focus: index,
    },
  );
}

function actionOf({ part, opens, row }: TypeLine): Action | null {
  if (part?.kind !== 'field') return null;
  if (opens !== null) return { command: 'inspect.flip', args: { row } };
  return { command: 'select.field', args: { path: part.path } };
}

function ground(one: TypeLine, id: string, input: LinesInput, width: number): Mark[] {
  const whole = { x: 0, y: 0, width, height: ROW };
  if (one.kind === 'gap') return [rect(`${id}.ground`, whole, 0, { fill: 'hole-hatch', fillOpacity: 0.55 })];
  if (isLit(one, input)) {
    return [
      rect(`${id}.ground`, whole, 0, { fill: 'selection-tint' }),
      rect(`${id}.bar`, { ...whole, width: 3 }, 0, { fill: 'selection' }),
    ];
  }
  return isChanged(one, input) ? [rect(`${id}.ground`, whole, 0, { fill: 'changed-tint' })] : [];
}

function cacheMark({ cacheLine }: TypeLine, id: string, width: number): Mark[] {
  if (cacheLine === null) return [];
  return [stroke(`${id}.cache`, { x: 0, y: 0.5 }, { x: width, y: 0.5 }, { stroke: 'line-strong', dash: [3, 3] })];
}

/** Number of a cache line; not drawn in the tree with values, which has no room for it. */
function cacheWord({ cacheLine }: TypeLine, id: string, width: number): Mark[] {
  if (cacheLine === null) return [];
  const at = { x: width - 10, y: 12.5 };
  return [
    text(`${id}.cache-word`, at, `cache line ${cacheLine}`, mono(10.5), 'dim', { anchor: 'end', halo: 'surface-1' }),
  ];
}

function numbers({ offset, size, part, kind }: TypeLine, id: string): Mark[] {
  if (kind === 'head' || offset < 0) return [];
  const last = part !== null && part.bitSize > 0 ? `:${part.bitSize}` : String(size);
  // text over the hatch needs a rim
  const rim: { readonly halo?: PaintName } = kind === 'gap' ? { halo: 'surface-1' } : {};
  const look = { anchor: 'end' as const, ...rim };
  return [
    text(`${id}.offset`, { x: OFFSET_END, y: BASELINE }, String(offset), FONT, 'dim', look),
    text(`${id}.size`, { x: SIZE_END, y: BASELINE }, last, FONT, 'dim', look),
  ];
}

const indentOf = ({ depth }: TypeLine): number => TEXT + Math.min(depth, MOST_INDENT) * INDENT;

function twist({ opens }: TypeLine, id: string, x: number): Mark[] {
  if (opens === null) return [];
  const at = opens === 'open' ? { x: x - 6.5, y: 13 } : { x: x - 3, y: 9.8 };
  return [arrowHead(`${id}.twist`, at, opens === 'open' ? 90 : 0, 6, 'dim')];
}

const placeWords = ({ offset, size, part }: TypeLine): string =>
  part && part.bitSize > 0
    ? `${plural(part.bitSize, 'bit')} from bit ${part.bit} of byte ${offset}`
    : `${plural(size, 'byte')} at ${offset}`;

function labelOf(one: TypeLine, input: LinesInput): string {
  const { part, kind, opens, text: words } = one;
  if (part === null) return kind === 'head' ? `${words.join('')} ${one.size} bytes` : words.join('');
  if (kind === 'gap') return `${words[1]} at ${one.offset}`;
  const start = `${part.path === '' ? part.type : part.path}, ${placeWords(one)}`;
  if (opens !== null) return `${start}, ${opens}`;
  const value = input.live ? valueText(part, input.bytes, input.resolve) : '';
  return `${start}${value === '' ? '' : `: ${value}`}${isChanged(one, input) ? ', changed' : ''}`;
}

/** Look of a C line: keywords and types are fainter than the declared name. */
function cRow(one: TypeLine, input: LinesInput, width: number): RowLook {
  const id = `line.${one.key}`;
  const label = labelOf(one, input);
  const x = indentOf(one);
  if (one.kind === 'gap') {
    const font = ui(11.5, 500);
    return {
      label,
      marks: [text(`${id}.text`, { x, y: BASELINE }, one.text[1], font, 'muted', { halo: 'surface-1' })],
    };
  }
  const room = width - 10 - x - (one.cacheLine === null ? 0 : 80);
  const marks: Mark[] = [...cacheWord(one, id, width), ...twist(one, id, x)];
  let at = x;
  one.text.forEach((words, i) => {
    const shown = fitText(words, Math.max(0, x + room - at), FONT);
    if (shown !== '') {
      const name = i === 1;
      const font = name ? { ...FONT, weight: 550 } : FONT;
      marks.push(text(`${id}.${i}`, { x: at, y: BASELINE }, shown, font, name ? 'text' : 'muted'));
    }
    at += textWidth(words, FONT);
  });
  return { label, marks };
}

const ARROW_ROOM = 26;

function arrowOf({ part, opens }: TypeLine, { live, bytes }: LinesInput): Part | null {
  if (!live || part === null || opens !== null || !isDataPointer(part)) return null;
  const value = bytes.subarray(part.offset, part.offset + part.size);
  return value.every((byte) => byte === 0) ? null : part;
}

function treeRow(one: TypeLine, input: LinesInput, width: number): RowLook {
  const id = `line.${one.key}`;
  const label = labelOf(one, input);
  const { part, opens } = one;
  if (part === null || part.kind !== 'field') return cRow(one, input, width);
  const x = indentOf(one);
  const arrow = arrowOf(one, input);
  const right = width - (arrow ? ARROW_ROOM + 4 : 12);
  const value =
    !input.live || opens === 'open'
      ? ''
      : fitText(valueText(part, input.bytes, input.resolve), (right - x) * 0.6, SMALL);
  const said = stateIn(part, input);
  const ink: PaintName = said ? STATE_PAINT[said].ink : isChanged(one, input) ? 'changed' : 'text';
  const name = fitText(
    part.name || part.type.replace(/ ?\{\.\.\.\}/, ''),
    right - x - textWidth(value, SMALL) - 10,
    FONT,
  );
  const marks: Mark[] = [
    ...twist(one, id, x),
    text(
      `${id}.name`,
      { x, y: BASELINE },
      name,
      { ...FONT, weight: opens === null ? 400 : 550 },
      opens === null ? 'muted' : 'text',
    ),
    text(`${id}.value`, { x: right, y: BASELINE }, value, { ...SMALL, weight: 500 }, ink, {
      anchor: 'end',
    }),
  ];
  if (!arrow) return { label, marks };
  return { label, marks: [...marks, followArrow(arrow, id, width)], taken: ARROW_ROOM };
}

function followArrow(part: Part, id: string, width: number): Mark {
  return group(
    `${id}.follow`,
    { x: width - ARROW_ROOM - 2, y: 1 },
    [
      rect(`${id}.follow.body`, { x: 0, y: 0, width: 22, height: ROW - 2 }, 5, { fill: 'surface-3' }),
      stroke(`${id}.follow.shaft`, { x: 5, y: 9 }, { x: 15, y: 9 }, { stroke: 'text', weight: 1.5 }),
      arrowHead(`${id}.follow.head`, { x: 18, y: 9 }, 0, 7, 'text'),
    ],
    {
      label: `Follow ${part.path}`,
      action: { command: 'inspect.follow', args: { path: part.path } },
      hit: { x: 0, y: 0, width: 22, height: ROW - 2, radius: 5 },
    },
  );
}
