/* depmod: draws programs below their map, the BTF below them, and copied libraries between maps. */
import type { ColdSnapshot, MapSnapshot } from '../../engine/index.ts';
import { STATE_PAINT } from '../paint.ts';
import type { Mark, Scene, Size } from '../scene.ts';
import { arrowHead, group, line, mono, rect, text, ui } from '../shapes.ts';
import { fitText } from '../text-metrics.ts';

const ROW = 46;
const BOX = 28;
const LEFT = 12;

const shown = (cold: ColdSnapshot): MapSnapshot[] => cold.maps.filter(({ state }) => state !== 'FREED');

export const graphHeight = (cold: ColdSnapshot): number => shown(cold).length * ROW + 8;

interface Box {
  readonly x: number;
  readonly width: number;
}

type Boxes = readonly [holders: Box, map: Box, progs: Box];

/** A row per map: its holders, the map, its programs; arrows point at dependencies. */
export function graphScene(cold: ColdSnapshot, size: Size): Scene {
  const maps = shown(cold);
  const column = (size.width - LEFT * 2) / 3;
  const boxAt = (i: number): Box => ({ x: LEFT + i * column, width: column - 26 });
  const boxes: Boxes = [boxAt(0), boxAt(1), boxAt(2)];
  const marks = maps.flatMap((map, i) => rowMarks(map, cold, boxes, 6 + i * ROW));
  const copied = maps.flatMap((map, i) =>
    map.libraries.map(({ name, letter }): Mark => {
      const from = maps.findIndex((one) => one.letter === letter);
      const y = 6 + i * ROW + BOX + 11;
      const words = `${name} was copied from map ${letter}${from < 0 ? ', which is gone' : ''}: no kernel does that`;
      return text(`library.${map.letter}.${name}`, { x: boxes[1].x, y }, words, ui(10.5), 'muted', { label: words });
    }),
  );
  return { ...size, label: 'What depends on what', layers: [], marks: [...marks, ...copied] };
}

function rowMarks(map: MapSnapshot, cold: ColdSnapshot, [holders, middle, progs]: Boxes, y: number): Mark[] {
  const id = `module.${map.letter}`;
  const links = cold.links.filter((link) => link.map === map.letter).map((link) => `link ${link.id}`);
  const users = map.holders.filter(({ kind }) => kind === 'socket').length;
  const above = [...links, users > 0 ? `${users} ${users === 1 ? 'socket' : 'sockets'}` : ''].filter(
    (one) => one !== '',
  );
  const held =
    above.length > 0 ? above.join(', ') : map.holders.some((h) => h.kind === 'registration') ? 'registration' : '';
  const name = `${map.letter} ${map.ccName || map.name}`;
  const needs = map.progs.length > 0 ? `${map.progs.length} programs, BTF` : 'no programs';
  const look = STATE_PAINT[map.state];
  const box = (key: string, { x, width }: Box, words: string, stroke: typeof look.line): Mark[] => [
    rect(`${id}.${key}`, { x, y, width, height: BOX }, 6, { fill: 'surface-2', stroke, weight: 1.5 }),
    text(`${id}.${key}.text`, { x: x + width / 2, y: y + 18 }, fitText(words, width - 12, mono(11)), mono(11), 'text', {
      anchor: 'middle',
    }),
  ];
  const arrow = (key: string, from: Box, to: Box): Mark[] => [
    line(
      `${id}.${key}`,
      { x: from.x + from.width, y: y + BOX / 2 },
      { x: to.x - 5, y: y + BOX / 2 },
      { stroke: 'edge' },
    ),
    arrowHead(`${id}.${key}.head`, { x: to.x - 1, y: y + BOX / 2 }, 0, 6, 'edge'),
  ];
  const marks = [
    ...(held === '' ? [] : [...box('held', holders, held, 'line-strong'), ...arrow('holds', holders, middle)]),
    ...box('map', middle, name, look.line),
    ...box('progs', progs, needs, 'line-strong'),
    ...arrow('needs', middle, progs),
  ];
  const label = `Map ${name}${held === '' ? ', held by nobody' : `, held by ${held}`}, needs ${needs}`;
  return [group(id, { x: 0, y: 0 }, marks, { label })];
}
