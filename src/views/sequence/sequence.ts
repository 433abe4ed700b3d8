/*
 * System calls in the order of time: a lane for each process, one for the kernel. An arrow goes in with the call and
 * comes back with its answer.
 */
import type { CallRecord, ColdSnapshot, History } from '../../engine/lab/snapshot.ts';
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
const TIME_COLUMN = 74;

export const sequenceHeight = (history: History): number => HEAD + history.calls.length * ROW + 12;
/** Where a call stands, for scrolling to it: px from the top of the rows. */
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
  const from = TIME_COLUMN + 40;
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
  [...x].forEach(([name, at], i) => {
    const alive = cold.processes.some((process) => process.name === name && process.alive);
    const room = places[i + 1] - at - 6;
    const label = `Process ${name}${alive ? '' : ', not running'}`;
    marks.push(
      text(`head.${name}`, { x: at, y: 20 }, fitText(name, Math.min(room, 104), font), font, alive ? 'text' : 'dim', {
        anchor: 'middle',
        label,
      }),
    );
  });
  marks.push(text('head.kernel', { x: kernel, y: 20 }, 'kernel', ui(11, 700), 'text', { anchor: 'middle' }));
  return marks;
}

/** Paint of the map's state is for what made it: delete. All else is neutral. */
const inkOf = (call: CallRecord): PaintName =>
  call.ret < 0 ? 'error' : call.shape === 'delete' ? STATE_PAINT.TOBEFREE.ink : 'text';

function row(call: CallRecord, y: number, lanes: Lanes, { event, words }: SequenceInput, focus: number): Mark {
  const id = `call.${call.n}`;
  const future = call.event > event;
  const from = lanes.x.get(call.process) ?? TIME_COLUMN + 40;
  const { kernel } = lanes;
  const paint: Paint = {
    stroke: call.ret < 0 ? 'error' : 'edge',
    weight: 1.6,
    ...(future ? { strokeOpacity: 0.4 } : {}),
  };
  const headPaint: PaintName = call.ret < 0 ? 'error' : 'edge';
  const answer = call.ret < 0 ? `-${words.errno(-call.ret)}` : `= ${call.ret}`;
  const font = mono(11.5);
  const answerFont = mono(10.5);
  const room = kernel - from - 24;
  const call1 = { y: 20 };
  const fade = future ? { opacity: 0.4 } : {};
  const children: Mark[] = [
    text(`${id}.time`, { x: TIME_COLUMN - 8, y: call1.y + 4 }, timeText(call.time), mono(10.5), 'dim', {
      anchor: 'end',
    }),
    line(`${id}.in`, { x: from, y: call1.y }, { x: kernel - 6, y: call1.y }, paint),
    { ...arrowHead(`${id}.in.head`, { x: kernel - 1, y: call1.y }, 0, 7, headPaint), ...fade },
    text(`${id}.text`, { x: from + 10, y: call1.y - 5 }, fitText(call.text, room, font), font, inkOf(call), {
      halo: 'surface-1',
    }),
    line(`${id}.out`, { x: kernel, y: 34 }, { x: from + 6, y: 34 }, { ...paint, dash: [3, 3] }),
    { ...arrowHead(`${id}.out.head`, { x: from + 1, y: 34 }, 180, 7, headPaint), ...fade },
    text(
      `${id}.answer`,
      { x: kernel - 12 - textWidth(answer, answerFont), y: 34 + 3.6 },
      answer,
      answerFont,
      call.ret < 0 ? 'error' : 'muted',
      { halo: 'surface-1' },
    ),
  ];
  return group(id, { x: 0, y }, children, {
    label: `${timeText(call.time)}, ${call.process}: ${call.text} ${answer}${future ? ', not yet' : ''}`,
    action: { command: 'time.event', args: { event: call.event } },
    hit: { x: 8, y: 4, width: kernel + 10, height: ROW - 4, radius: 6 },
    focus,
  });
}
