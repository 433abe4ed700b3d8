/*
 * Draws system calls in order of time: a lane for each process and one for the kernel. One arrow is the call, one its
 * answer.
 */
import type { CallRecord, ColdSnapshot, History } from '../../engine/index.ts';
import type { PaintName } from '../paint.ts';
import { STATE_PAINT } from '../paint.ts';
import type { Mark, Paint, Scene, Size } from '../scene.ts';
import { arrowHead, group, line, mono, rect, text, ui } from '../shapes.ts';
import { fitText, textWidth } from '../text-metrics.ts';
import type { Words } from '../words.ts';
import { timeText } from '../words.ts';

export interface SequenceInput {
  readonly cold: ColdSnapshot;
  readonly history: History;
  /** events passed at the cursor */
  readonly event: number;
  readonly words: Words;
  /** px of rows above the top edge */
  readonly scroll: number;
}

const HEAD = 34;
const ROW = 44;
/** y of the call's arrow in a row, px. */
const IN = 20;
const OUT = 34;
const TIME_COLUMN = 74;
const FIRST_LANE = TIME_COLUMN + 40;
const FUTURE = 0.4;

export const sequenceHeight = (history: History): number => HEAD + history.calls.length * ROW + 12;
/** Top of a call's row, px, for scrolling to it. */
export const sequenceRow = (history: History, n: number): number =>
  Math.max(
    0,
    history.calls.findIndex((call) => call.n === n),
  ) * ROW;

interface Lanes {
  readonly x: ReadonlyMap<string, number>;
  readonly kernel: number;
}

/** Processes in the order of their first call; the kernel on the right. */
function lanesOf(history: History, width: number): Lanes {
  const processes = [...new Set(history.calls.map(({ process }) => process))];
  const from = FIRST_LANE;
  const kernel = width - 50;
  const step = Math.min(110, (kernel - from) / Math.max(2, processes.length + 1));
  return { x: new Map(processes.map((name, i) => [name, from + i * step])), kernel };
}

export function sequenceScene(input: SequenceInput, size: Size): Scene {
  const { history, scroll } = input;
  const lanes = lanesOf(history, size.width);
  const first = Math.max(0, Math.floor(scroll / ROW));
  const last = Math.min(history.calls.length, Math.ceil((scroll + size.height - HEAD) / ROW) + 1);
  const rows = history.calls
    .slice(first, last)
    .map((call, i) => row(call, HEAD + (first + i) * ROW - scroll, lanes, input, i));
  const foot = Math.min(size.height, HEAD + history.calls.length * ROW - scroll + 6);
  return {
    ...size,
    label: 'System calls over time',
    layers: [],
    marks: [...lifelines(lanes, foot), ...rows, ...heads(lanes, input, size)],
  };
}

function lifelines({ x, kernel }: Lanes, foot: number): Mark[] {
  const paint: Paint = { stroke: 'line-strong', dash: [2, 3] };
  const processes = [...x].map(([name, at]) => line(`life.${name}`, { x: at, y: HEAD }, { x: at, y: foot }, paint));
  return [
    ...processes,
    line('life.kernel', { x: kernel, y: HEAD }, { x: kernel, y: foot }, { stroke: 'edge', weight: 2 }),
  ];
}

function heads({ x, kernel }: Lanes, { cold }: SequenceInput, size: Size): Mark[] {
  const marks: Mark[] = [
    rect('head.ground', { x: 0, y: 0, width: size.width, height: HEAD - 4 }, 0, { fill: 'surface-1' }),
  ];
  const font = mono(11, 600);
  const places = [...x.values(), kernel];
  // put names in two rows when lanes are close
  const close = places.some((at, i) => at - (places[i - 1] ?? Number.NEGATIVE_INFINITY) < 84);
  [...x].forEach(([name, at], i) => {
    const alive = cold.processes.some((process) => process.name === name && process.alive);
    const room = (places[i + (close ? 2 : 1)] ?? size.width) - at - 6;
    const y = close ? 14 + (i % 2) * 14 : 20;
    const label = `Process ${name}${alive ? '' : ', not running'}`;
    marks.push(
      text(`head.${name}`, { x: at, y }, fitText(name, Math.min(room, 104), font), font, alive ? 'text' : 'dim', {
        anchor: 'middle',
        label,
      }),
    );
  });
  marks.push(text('head.kernel', { x: kernel, y: 20 }, 'kernel', ui(11, 700), 'text', { anchor: 'middle' }));
  return marks;
}

/** Paint of a call: a delete has that of the resulting state, all others are neutral. */
const inkOf = (call: CallRecord): PaintName =>
  call.ret < 0 ? 'error' : call.shape === 'delete' ? STATE_PAINT.TOBEFREE.ink : 'text';

/** The arrow in with the call's text, the arrow back with the answer. */
function row(call: CallRecord, y: number, lanes: Lanes, { event, words }: SequenceInput, focus: number): Mark {
  const id = `call.${call.n}`;
  const refused = call.ret < 0;
  const future = call.event > event;
  const from = lanes.x.get(call.process) ?? FIRST_LANE;
  const { kernel } = lanes;
  const stroke: PaintName = refused ? 'error' : 'edge';
  const paint: Paint = { stroke, weight: 1.6, ...(future ? { strokeOpacity: FUTURE } : {}) };
  const fade = future ? { opacity: FUTURE } : {};
  const answer = refused ? `-${words.errno(-call.ret)}` : `= ${call.ret}`;
  const font = mono(11.5);
  const small = mono(10.5);
  const answerWidth = textWidth(answer, small);
  const end = { anchor: 'end' as const };
  const ground = { x: kernel - 16 - answerWidth, y: OUT - 6, width: answerWidth + 8, height: 12 };
  const said = fitText(call.text, kernel - TIME_COLUMN - 16, font);
  const children: Mark[] = [
    text(`${id}.time`, { x: TIME_COLUMN - 8, y: IN + 4 }, timeText(call.time), small, 'dim', end),
    line(`${id}.in`, { x: from, y: IN }, { x: kernel - 6, y: IN }, paint),
    { ...arrowHead(`${id}.in.head`, { x: kernel - 1, y: IN }, 0, 7, stroke), ...fade },
    text(`${id}.text`, { x: kernel - 12, y: IN - 5 }, said, font, inkOf(call), { ...end, halo: 'surface-1' }),
    line(`${id}.out`, { x: kernel, y: OUT }, { x: from + 6, y: OUT }, { ...paint, dash: [3, 3] }),
    { ...arrowHead(`${id}.out.head`, { x: from + 1, y: OUT }, 180, 7, stroke), ...fade },
    rect(`${id}.answer.ground`, ground, 2, { fill: 'surface-1' }),
    text(`${id}.answer`, { x: kernel - 12, y: OUT + 3.6 }, answer, small, refused ? 'error' : 'muted', end),
  ];
  return group(id, { x: 0, y }, children, {
    label: `${timeText(call.time)}, ${call.process}: ${call.text} ${answer}${future ? ', not yet' : ''}`,
    action: { command: 'time.event', args: { event: call.event } },
    hit: { x: 8, y: 4, width: kernel + 10, height: ROW - 4, radius: 6 },
    focus,
  });
}
