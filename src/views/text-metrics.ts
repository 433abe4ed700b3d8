/*
 * Computes text widths without a browser, so that a scene is the same everywhere. Kerning is ignored; it only makes
 * lines slightly shorter.
 */
import { entryOf, numberAt } from './lists.ts';
import { MEASURED_CHARACTERS, MONO_WIDTH, UI_WIDTHS } from './text-widths.ts';

type FontFamily = 'ui' | 'mono';

export interface Font {
  readonly family: FontFamily;
  /** px */
  readonly size: number;
  readonly weight: number;
}

const CODE_INDEX = new Map(Array.from(MEASURED_CHARACTERS, (character, index) => [character, index] as const));
/** Index of the character whose width is used for unmeasured ones. */
const WIDE = CODE_INDEX.get('m') ?? 0;
/** Index of the character with the width of all digits, which are tabular. */
const DIGIT = CODE_INDEX.get('0') ?? 0;

function indexOf(character: string): number {
  return character >= '0' && character <= '9' ? DIGIT : (CODE_INDEX.get(character) ?? WIDE);
}

const LIGHTEST = entryOf(UI_WIDTHS, 0);
const HEAVIEST = entryOf(UI_WIDTHS, UI_WIDTHS.length - 1);

/** A variable font's advances run linearly between two measured weights. */
function uiWidth(index: number, weight: number): number {
  const w = Math.min(Math.max(weight, LIGHTEST.weight), HEAVIEST.weight);
  const above = UI_WIDTHS.findIndex((row) => row.weight >= w);
  const high = UI_WIDTHS[above] ?? HEAVIEST;
  const low = UI_WIDTHS[above - 1] ?? LIGHTEST;
  const span = high.weight - low.weight;
  const part = span === 0 ? 0 : (w - low.weight) / span;
  const width = numberAt(low.widths, index);
  return width + (numberAt(high.widths, index) - width) * part;
}

/** Width in px. */
export function textWidth(text: string, font: Font, letterSpacing = 0): number {
  let thousandths = 0;
  let count = 0;
  for (const character of text) {
    count++;
    thousandths += font.family === 'mono' ? MONO_WIDTH : uiWidth(indexOf(character), font.weight);
  }
  return (thousandths * font.size) / 1000 + count * letterSpacing;
}

/** The text, or as much of it as fits in `width` with an ellipsis; empty when not even two characters would. */
export function fitText(text: string, width: number, font: Font): string {
  if (textWidth(text, font) <= width) return text;
  const room = width - textWidth('…', font);
  let end = 0;
  let used = 0;
  for (const character of text) {
    used += textWidth(character, font);
    if (used > room) break;
    end += character.length;
  }
  return end < 2 ? '' : `${text.slice(0, end).trimEnd()}…`;
}

/** Wraps text at spaces; the last of `maxLines` ends with an ellipsis if cut. */
export function wrapText(text: string, width: number, font: Font, maxLines: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || textWidth(longer, font) <= width || lines.length === maxLines - 1) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((one) => fitText(one, width, font));
}
