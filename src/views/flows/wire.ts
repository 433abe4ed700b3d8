/*
 * Draws a lane per connection: sender, the shared queue, receiver, and the ACKs on their way back. A lane has the
 * colour of the map that serves it, so a switch to another map shows at the next connection, not before.
 */
import type {
  ColdSnapshot,
  FlowNumbers,
  History,
  HotSnapshot,
  PacketNumbers,
  SocketSnapshot,
} from '../../engine/index.ts';
import { lines, notEmpty, things } from '../display-list.ts';
import type { StatePaint } from '../paint.ts';
import { isHatch, servedBy } from '../paint.ts';
import type { DisplayList, Mark, Scene, Size } from '../scene.ts';
import { circle, clamp, group, mono, text, ui } from '../shapes.ts';
import { fitText } from '../text-metrics.ts';
import { isClosing } from '../words.ts';
import { remembered } from '../remembered.ts';
import { stepBelow } from '../zoom.ts';
import { caStateName } from './ca-states.ts';
import { mapCurves, nthInState, partsOf } from './twins.ts';
import { sampled } from './window.ts';

export interface WireInput {
  readonly cold: ColdSnapshot;
  readonly hot: HotSnapshot;
  readonly history: History;
  /** px of lanes above the top edge */
  readonly scroll: number;
  /** the connection whose program is stopped */
  readonly running?: number | null;
}

type Moving = Pick<WireInput, 'cold' | 'hot' | 'scroll'>;

/** Height of a lane, and the least to which lanes shrink before they have to be scrolled, px. */
const LANE = 30;
const LEAST_LANE = 22;
const HEAD = 22;
const FOOT = 6;
const SPARK_NS = 1e9;
/** Width from which there are sparklines, px. */
const SPARK_FROM = 420;
/** Least height of a picture whose lanes scroll, px. */
const LEAST_HEIGHT = 100;

/** Height of a lane in a picture of that height: a little lower where that shows all lanes at once. */
function laneHeight({ sockets }: ColdSnapshot, height: number): number {
  const even = Math.floor((height - HEAD - FOOT) / Math.max(1, sockets.length));
  return even < LEAST_LANE ? LANE : Math.min(LANE, even);
}

/** Height of all lanes, px, for the scroll bar; `height` is that of the visible part. */
export const wireHeight = (cold: ColdSnapshot, height = Number.POSITIVE_INFINITY): number =>
  HEAD + cold.sockets.length * laneHeight(cold, height) + FOOT;

/** Room that shows as many lanes and columns as a size does, for large text. */
export function wireLeast(cold: ColdSnapshot, { width, height }: Size): Size {
  const all = HEAD + cold.sockets.length * LEAST_LANE + FOOT;
  return { width: stepBelow(width, [SPARK_FROM, 300]), height: stepBelow(height, [all, LEAST_HEIGHT]) };
}

/** Top of a connection's lane, px; null when it has none. */
export function laneTop(cold: ColdSnapshot, socket: number | null, height: number): number | null {
  const index = cold.sockets.findIndex(({ id }) => id === socket);
  return index < 0 ? null : HEAD + index * laneHeight(cold, height);
}

/** x positions of the parts of a lane, computed from the width. */
interface Columns {
  readonly sender: number;
  readonly queue: number;
  readonly queueHalf: number;
  readonly receiver: number;
  readonly sparkFrom: number;
  readonly sparkTo: number;
  readonly value: number;
}

/** Font and greatest width of the name beside a connection's number: a map's letter, or a built-in congestion control's name. */
const NAME = ui(11, 650);
const NAME_WIDTH = 30;

function columnsOf(width: number, { sockets }: ColdSnapshot): Columns {
  const value = width - 12;
  const spark = width < SPARK_FROM ? 0 : clamp(width * 0.15, 64, 190);
  const sparkTo = value - 38;
  const sparkFrom = sparkTo - spark;
  const sender = sockets.some(({ map, ccName }) => map === null && ccName !== '') ? 41 + NAME_WIDTH + 5 : 62;
  const receiver = sparkFrom - (spark > 0 ? 24 : 4);
  return { sender, queue: sender + (receiver - sender) * 0.59, queueHalf: 22, receiver, sparkFrom, sparkTo, value };
}

interface Lane {
  readonly socket: SocketSnapshot;
  readonly flow: FlowNumbers | undefined;
  readonly look: StatePaint;
  /** number of older maps in the state of its map */
  readonly nth: number;
  /** y of the lane's middle, and its height, px */
  readonly y: number;
  readonly height: number;
}

/** Made once for a frame and for a state of the lab: with a thousand connections they would take most of a frame's time. */
const flowsBySocket = remembered((flows: HotSnapshot['flows']) => new Map(flows.map((flow) => [flow.socket, flow])));
const looksOf = remembered(
  ({ sockets, maps }: ColdSnapshot) =>
    new Map(sockets.map(({ id, map }) => [id, { paint: servedBy(map, maps).packet, nth: nthInState(map, maps) }])),
);

/** The visible lanes only. */
function lanesOf({ cold, hot, scroll }: Moving, size: Size): Lane[] {
  const height = laneHeight(cold, size.height);
  const first = Math.max(0, Math.floor(scroll / height));
  const last = Math.min(cold.sockets.length, Math.ceil((scroll + size.height - HEAD) / height));
  const flows = flowsBySocket(hot.flows);
  return cold.sockets.slice(first, last).map((socket, i) => ({
    socket,
    flow: flows.get(socket.id),
    look: servedBy(socket.map, cold.maps),
    nth: nthInState(socket.map, cold.maps),
    y: HEAD + (first + i + 0.5) * height - scroll,
    height,
  }));
}

/** Layers of the things that move with each frame, above the layers of `wireStill`. */
export function wireMoving(input: Moving, size: Size): readonly DisplayList[] {
  const lanes = lanesOf(input, size);
  if (lanes.length === 0) return [];
  const columns = columnsOf(size.width, input.cold);
  return [...queueBlocks(input, columns, stackOf(lanes, size)), ...packetLayers(input, lanes, columns)].filter(
    notEmpty,
  );
}

/** The whole picture, in one scene. */
export function wireScene(input: WireInput, size: Size): Scene {
  const still = wireStill(input, size);
  return { ...still, layers: [...still.layers, ...wireMoving(input, size)] };
}

/** The picture without the things that move with each frame. */
export function wireStill(input: WireInput, size: Size): Scene {
  const lanes = lanesOf(input, size);
  const columns = columnsOf(size.width, input.cold);
  const label = 'Packets on the wire';
  if (lanes.length === 0) {
    const at = { x: size.width / 2, y: size.height / 2 };
    const words = 'No connection yet';
    return {
      ...size,
      label,
      layers: [],
      marks: [text('empty', at, words, ui(12.5), 'muted', { anchor: 'middle', label: words })],
    };
  }
  const stack = stackOf(lanes, size);
  return {
    ...size,
    label,
    layers: [...wires(lanes, columns), queueFrame(columns, stack), ...sparks(input, lanes, columns)].filter(notEmpty),
    marks: [
      ...heads(input, columns),
      ...lanes.map((lane, i) => laneMark(lane, i, input.running === lane.socket.id)),
      ...windows(lanes, columns),
    ],
  };
}

function heads({ cold, hot }: WireInput, { sender, queue, receiver, sparkFrom, value }: Columns): Mark[] {
  const font = ui(10.5);
  const y = 14;
  const middle = { anchor: 'middle' as const };
  const length = `queue ${hot.queueLength} / ${cold.path.queuePackets}`;
  const room = value - sparkFrom;
  const cwnd = room < 90 ? 'cwnd' : 'cwnd, last second';
  return [
    text('head.sender', { x: sender, y }, 'sender', font, 'muted', middle),
    text('head.queue', { x: queue, y }, length, font, 'muted', middle),
    ...(receiver - queue < 96
      ? []
      : [
          text('head.receiver', { x: receiver, y }, 'receiver', font, 'muted', {
            anchor: room < 90 ? 'end' : 'middle',
          }),
        ]),
    text('head.cwnd', { x: value, y }, fitText(cwnd, Math.max(36, room), font), font, 'muted', { anchor: 'end' }),
  ];
}

function laneLabel({ socket }: Lane): string {
  const served = socket.map === null ? socket.ccName || 'no tcp_sock' : `map ${socket.map}, ${socket.ccName}`;
  return `Connection ${socket.id}, ${served}, ${socket.state}`;
}

/**
 * Tip of a lane. Its numbers change with every frame, so they are in the tip and the table, not in the button's name.
 */
function laneTip(lane: Lane): string {
  const { flow } = lane;
  const numbers = flow ? `, cwnd ${flow.cwnd}, ${flow.inflight} in flight, ${caStateName(flow.caState)}` : '';
  return `${laneLabel(lane)}${numbers}`;
}

/** The windows at the right end: apart from the lanes, which stay the same from picture to picture. */
const windows = (lanes: readonly Lane[], { value }: Columns): Mark[] =>
  lanes.flatMap(({ socket, flow, y }) =>
    flow
      ? [text(`cwnd.${socket.id}`, { x: value, y: y + 4 }, String(flow.cwnd), mono(12, 600), 'text', { anchor: 'end' })]
      : [],
  );

function laneMark(lane: Lane, index: number, runs: boolean): Mark {
  const { socket, look, y } = lane;
  const half = Math.min(13, lane.height / 2);
  const id = `lane.${socket.id}`;
  const closing = isClosing(socket.state);
  const number = String(socket.id);
  const font = ui(number.length > 2 ? 10.5 : 11, 700);
  const radius = Math.min(number.length > 2 ? 12 : 10.5, lane.height / 2 - 1);
  const rim = closing
    ? { fill: 'surface-1' as const, stroke: look.line, weight: 1.5, dash: [3, 3] }
    : { fill: look.solid };
  const served = socket.map ?? fitText(socket.ccName, NAME_WIDTH, NAME);
  const children: Mark[] = [
    ...(runs ? [circle(`${id}.runs`, { x: 24, y: 0 }, radius + 2.5, { stroke: 'text', weight: 2 })] : []),
    circle(`${id}.disc`, { x: 24, y: 0 }, radius, rim),
    text(`${id}.number`, { x: 24, y: 4 }, number, font, closing ? look.ink : 'on-state', { anchor: 'middle' }),
    text(`${id}.map`, { x: 41, y: 4 }, served, NAME, look.ink),
  ];
  return group(id, { x: 0, y }, children, {
    label: `${laneLabel(lane)}${runs ? ', its program is stopped' : ''}`,
    tip: laneTip(lane),
    action: { command: 'select.socket', args: { socket: socket.id, map: socket.map } },
    hit: { x: 10, y: -half, width: 46, height: half * 2, radius: half },
    focus: index,
  });
}

const SEND = -4;
const ACK = 6;

function wires(lanes: readonly Lane[], { sender, queue, queueHalf, receiver }: Columns): DisplayList[] {
  const send = lines({ weight: 1 });
  const back = lines({ weight: 1, dash: [2, 3] });
  for (const { y } of lanes) {
    send.add('line-strong', sender, y + SEND, queue - queueHalf, y + SEND);
    send.add('line-strong', queue + queueHalf, y + SEND, receiver, y + SEND);
    back.add('line-strong', sender, y + ACK, receiver, y + ACK);
  }
  return [send.list(), back.list()];
}

interface Stack {
  readonly top: number;
  readonly bottom: number;
}

/** Extent of the queue: as tall as the visible lanes. */
function stackOf(lanes: readonly Lane[], size: Size): Stack {
  const half = (lanes[0]?.height ?? LANE) / 2;
  const bottom = Math.min(size.height - FOOT, (lanes.at(-1)?.y ?? 0) + half);
  return { top: Math.max(HEAD, (lanes[0]?.y ?? 0) - half), bottom: Math.max(bottom, HEAD + 60) };
}

function queueFrame({ queue, queueHalf }: Columns, { top, bottom }: Stack): DisplayList {
  const frame = things('bar', { weight: 6 });
  frame.add('line-strong', queue - queueHalf - 1, top - 1, queueHalf * 2 + 2, bottom - top + 2);
  frame.add('surface-2', queue - queueHalf, top, queueHalf * 2, bottom - top);
  return frame.list();
}

/** Look of a packet whose connection is gone. */
const UNKNOWN = { paint: 'muted', nth: 0 } as const;

/** Blocks of the queue, from the bottom; a full queue fills the stack. With more places than pixels, only every nth block is drawn. */
function queueBlocks({ cold, hot }: Moving, { queue, queueHalf }: Columns, { top, bottom }: Stack): DisplayList[] {
  const room = bottom - top - 6;
  const { queuePackets } = cold.path;
  const every = Math.max(1, Math.ceil(queuePackets / (room / clamp(room / queuePackets, 2, 7))));
  const pitch = Math.min(7, room / Math.ceil(queuePackets / every));
  const looks = looksOf(cold);
  const blocks = things('bar', { weight: pitch >= 4 ? 1.5 : 0 });
  const height = pitch >= 4 ? pitch - 2 : pitch - 0.75;
  for (const packet of hot.packets) {
    if (packet.stage !== 1 || packet.at % every !== 0) continue;
    const y = bottom - 3 - ((packet.at / every) * pitch + height);
    if (y < top) continue;
    const { paint, nth } = looks.get(packet.socket) ?? UNKNOWN;
    const parts = partsOf(nth, queueHalf * 2 - 10);
    for (const at of parts.at) blocks.add(paint, queue - queueHalf + 5 + at, y, parts.width, height);
  }
  return [blocks.list()];
}

const DASH_WIDTH = 9;
const DASH_HEIGHT = 6;

function packetX({ stage, at }: PacketNumbers, { sender, queue, queueHalf, receiver }: Columns): number {
  if (stage === 0) return sender + at * (queue - queueHalf - DASH_WIDTH - sender);
  if (stage === 2) return queue + queueHalf + at * (receiver - queue - queueHalf - DASH_WIDTH);
  return receiver - at * (receiver - sender);
}

function packetLayers({ hot }: Moving, lanes: readonly Lane[], columns: Columns): DisplayList[] {
  const bySocket = new Map(lanes.map((lane) => [lane.socket.id, lane]));
  const rims = things('bar', { weight: 2.5 });
  const data = things('bar', { weight: 1.5 });
  const stripes = things('bar', { weight: 0.5 });
  const acks = things('ring', { weight: 1.3 });
  const { queue, queueHalf } = columns;
  for (const packet of hot.packets) {
    const lane = bySocket.get(packet.socket);
    if (!lane || packet.stage === 1) continue;
    const x = packetX(packet, columns);
    if (packet.stage === 3) {
      // ACKs pass behind the queue
      if (Math.abs(x - queue) > queueHalf + 2) acks.add(lane.look.line, x, lane.y + ACK, 2.2);
      continue;
    }
    const y = lane.y + SEND - DASH_HEIGHT / 2;
    if (packet.retransmission) rims.add('text', x - 1.5, y - 1.5, DASH_WIDTH + 3, DASH_HEIGHT + 3);
    const { at, width } = partsOf(lane.nth, DASH_WIDTH);
    for (const part of at) {
      data.add(lane.look.line, x + part, y, width, DASH_HEIGHT);
      // draw stripes inside a rim; without it a dash of 9 by 6 px is not recognisable
      if (isHatch(lane.look.packet)) stripes.add(lane.look.packet, x + part + 1, y + 1, width - 2, DASH_HEIGHT - 2);
    }
  }
  return [rims.list(), data.list(), stripes.list(), acks.list()];
}

/** Sparklines of each window over the last second, on one scale. A run shorter than a second grows from the left. */
function sparks({ hot, history }: WireInput, lanes: readonly Lane[], { sparkFrom, sparkTo }: Columns): DisplayList[] {
  const width = sparkTo - sparkFrom;
  if (width <= 0) return [];
  const seen = new Map(lanes.map((lane) => [lane.socket.id, lane]));
  const start = hot.time - SPARK_NS;
  const drawn = history.series.flatMap((one) => {
    const lane = seen.get(one.socket);
    const from = Math.max(start, one.time[0] ?? Number.NaN);
    if (!lane || !(from < hot.time)) return [];
    const columns = Math.max(1, Math.round(((hot.time - from) / SPARK_NS) * width));
    return [{ lane, from, values: sampled(one.time, one.cwnd, [from, hot.time], columns) }];
  });
  const most = drawn.reduce((max, { values }) => values.reduce((m, value) => Math.max(m, value), max), 1);
  const curves = drawn.map(({ lane, from, values }) => {
    const left = sparkFrom + ((from - start) / SPARK_NS) * width;
    const pitch = (sparkTo - left) / (values.length - 1);
    const points = new Float64Array(values.length * 2);
    for (const [i, value] of values.entries()) {
      points[i * 2] = left + i * pitch;
      points[i * 2 + 1] = lane.y + 9 - (value / most) * 19;
    }
    return { paint: lane.look.line, nth: lane.nth, points: [points] };
  });
  return mapCurves(curves, { weight: 1.7 });
}
