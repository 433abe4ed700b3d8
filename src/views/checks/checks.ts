/*
 * Draws the ordered steps of a system call, and marks the one that answered. Steps of members repeat for each member;
 * their rows name it.
 */
import type { CallRecord, TraceEntry } from '../../engine/index.ts';
import type { PaintName } from '../paint.ts';
import type { Mark, Scene, Size } from '../scene.ts';
import { circle, group, line, mono, path, rect, text, ui } from '../shapes.ts';
import { fitText, textWidth, wrapText } from '../text-metrics.ts';
import type { Words } from '../words.ts';
import { plural } from '../words.ts';

export interface ChecksInput {
  /** null before the first call */
  readonly call: CallRecord | null;
  readonly words: Words;
  /** px of rows above the top edge */
  readonly scroll: number;
}

const ROW = 26;
const HEAD = 64;

/** Height of the whole content, px, for the scroll bar. */
export const checksHeight = (call: CallRecord | null): number => HEAD + (call?.trace.length ?? 0) * ROW + 10;

type Outcome = TraceEntry['outcome'];

const SAYS: Readonly<Record<Outcome, string>> = {
  next: 'passed',
  skip: 'does not apply',
  done: 'answered',
  fail: 'refused',
};

const INK: Readonly<Record<Outcome, PaintName>> = { next: 'muted', skip: 'dim', done: 'text', fail: 'error' };

export function checksScene({ call, words, scroll }: ChecksInput, size: Size): Scene {
  const label = 'Checks of the last system call';
  if (!call) {
    const empty = 'No system call yet';
    const at = { x: size.width / 2, y: size.height / 2 };
    return {
      ...size,
      label,
      layers: [],
      marks: [text('empty', at, empty, ui(12.5), 'muted', { anchor: 'middle', label: empty })],
    };
  }
  const first = Math.max(0, Math.floor(scroll / ROW));
  const last = Math.min(call.trace.length, Math.ceil((scroll + size.height - HEAD) / ROW) + 1);
  const rows = call.trace.slice(first, last).flatMap((entry, i) => {
    const index = first + i;
    return row(entry, index, HEAD + (index + 0.5) * ROW - scroll, index === call.trace.length - 1, words, size);
  });
  return { ...size, label, layers: [], marks: [...rows, ...head(call, words, size)] };
}

function head(call: CallRecord, words: Words, size: Size): Mark[] {
  const refused = call.ret < 0;
  const answer = refused ? `-${words.errno(-call.ret)}` : String(call.ret);
  const font = mono(12.5, 600);
  const title = `#${call.n}  ${call.text} = ${answer}`;
  const verdict = refused
    ? (call.message ?? `Refused by the check at the end of this list`)
    : call.trace.length === 0
      ? 'This call has no table of checks.'
      : `${plural(call.trace.length, 'step')}, none refused.`;
  const [sentence = ''] = wrapText(verdict, size.width - 36, ui(12.5), 1);
  return [
    // rows scroll under the head
    rect('head.ground', { x: 0, y: 0, width: size.width, height: HEAD - 6 }, 0, { fill: 'surface-1' }),
    text('head.call', { x: 18, y: 24 }, fitText(title, size.width - 36, font), font, refused ? 'error' : 'text', {
      label: title,
    }),
    text('head.verdict', { x: 18, y: 44 }, sentence, ui(12.5), 'muted', { label: verdict }),
  ];
}

function glyph(id: string, outcome: Outcome, answered: boolean): Mark[] {
  const at = { x: 0, y: 0 };
  switch (outcome) {
    case 'next':
      return answered
        ? [
            circle(`${id}.glyph`, at, 7, { fill: 'text' }),
            path(`${id}.tick`, 'M -3 0 L -1 2.5 L 3.2 -2.5', { stroke: 'bg', weight: 1.8, round: true }),
          ]
        : [path(`${id}.tick`, 'M -4 0 L -1.2 3 L 4.2 -3.2', { stroke: 'muted', weight: 1.7, round: true })];
    case 'skip':
      return [line(`${id}.skip`, { x: -4, y: 0 }, { x: 4, y: 0 }, { stroke: 'dim', weight: 1.7, dash: [2, 2] })];
    case 'done':
      return [
        circle(`${id}.glyph`, at, 7, { fill: 'text' }),
        path(`${id}.tick`, 'M -3 0 L -1 2.5 L 3.2 -2.5', { stroke: 'bg', weight: 1.8, round: true }),
      ];
    case 'fail':
      return [
        circle(`${id}.glyph`, at, 7, { fill: 'error' }),
        path(`${id}.cross`, 'M -2.6 -2.6 L 2.6 2.6 M 2.6 -2.6 L -2.6 2.6', { stroke: 'bg', weight: 1.8, round: true }),
      ];
    default:
      return outcome satisfies never;
  }
}

/** A row; the step that answered is highlighted. */
function row(entry: TraceEntry, index: number, y: number, last: boolean, words: Words, size: Size): Mark[] {
  const { outcome, member, step } = entry;
  const lit = outcome === 'done' || outcome === 'fail' || last;
  const id = `step.${index}`;
  const memberFont = mono(11);
  const memberWidth = member === null ? 0 : textWidth(member, memberFont) + 14;
  const font = ui(12.5, lit ? 600 : 400);
  const said = words.step(step);
  const label = `${index + 1}. ${said}${member === null ? '' : ` (${member})`}: ${SAYS[outcome]}`;
  const children: Mark[] = [];
  if (lit) {
    const fill = outcome === 'fail' ? 'error-tint' : 'surface-3';
    children.push(
      rect(`${id}.ground`, { x: 10, y: -ROW / 2 + 1, width: size.width - 20, height: ROW - 2 }, 6, { fill }),
    );
  }
  children.push(
    group(`${id}.outcome`, { x: 27, y: 0 }, glyph(id, outcome, lit)),
    text(
      `${id}.text`,
      { x: 44, y: 4.4 },
      fitText(said, size.width - 62 - memberWidth, font),
      font,
      lit && outcome !== 'fail' ? 'text' : INK[outcome],
    ),
  );
  if (member !== null)
    children.push(text(`${id}.member`, { x: size.width - 20, y: 4.2 }, member, memberFont, 'dim', { anchor: 'end' }));
  return [group(id, { x: 0, y }, children, { label })];
}
