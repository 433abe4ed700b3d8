/*
 * Draws the path from a slot of the struct to a program: the kernel calls a C function pointer, the trampoline turns
 * that into a BPF call. Also draws the image page that contains a map's trampolines.
 */
import type { MapSnapshot } from '../../engine/index.ts';
import { STATE_PAINT } from '../paint.ts';
import type { Mark, Scene, Size } from '../scene.ts';
import { arrowHead, clamp, group, line, mono, rect, text, ui } from '../shapes.ts';
import { fitText } from '../text-metrics.ts';

export interface ChainInput {
  readonly map: MapSnapshot;
  readonly member: string;
  /** byte offset of the member in the value struct */
  readonly offset: number;
}

/** Bytes of an image page. */
const PAGE = 4096;

interface Link {
  readonly id: string;
  readonly title: string;
  readonly sub: string;
  readonly label: string;
  readonly lit: boolean;
}

const plus = (bytes: number): string => `+0x${bytes.toString(16).padStart(3, '0')}`;

function linksOf({ map, member, offset }: ChainInput): Link[] {
  const trampoline = map.trampolines.find((one) => one.member === member);
  const prog = map.progs.find((one) => one.member === member);
  const slot: Link = {
    id: 'slot',
    title: 'vtable slot',
    sub: `map ${map.letter} + ${offset}`,
    label: `The slot ${member} of map ${map.letter}, byte ${offset}`,
    lit: false,
  };
  if (!trampoline || !prog) {
    return [
      { ...slot, label: `${slot.label}, is NULL` },
      { id: 'null', title: 'NULL', sub: 'not implemented', label: 'Not implemented', lit: false },
    ];
  }
  const at = trampoline.address - (map.trampolines[0] ?? trampoline).address;
  return [
    slot,
    {
      id: 'trampoline',
      title: 'trampoline',
      sub: `image ${plus(at)}`,
      label: `holds the address of a trampoline of ${trampoline.bytes} bytes at image ${plus(at)}`,
      lit: true,
    },
    {
      id: 'prog',
      title: `prog ${prog.id}`,
      sub: prog.name,
      label: `which calls program ${prog.id}, ${prog.name}`,
      lit: false,
    },
  ];
}

/** Least room of a chain, for large text. */
export const chainLeast = (): Size => ({ width: 300, height: 44 });

export function trampolineChainScene(input: ChainInput, size: Size): Scene {
  const links = linksOf(input);
  const arrow = 26;
  const margin = 1;
  const width = (size.width - 2 * margin - arrow * 2) / 3;
  const height = clamp(size.height - 8, 36, 52);
  const top = (size.height - height) / 2;
  const marks = links.flatMap((link, i): Mark[] => {
    const x = margin + i * (width + arrow);
    const mark = box(link, x, top, width, height, input.map);
    if (i === links.length - 1) return [mark];
    const y = top + height / 2;
    const from = x + width + 2;
    return [
      mark,
      line(`arrow.${i}`, { x: from, y }, { x: from + arrow - 8, y }, { stroke: 'muted', weight: 1.6 }),
      arrowHead(`arrow.${i}.head`, { x: from + arrow - 3, y }, 0, 8, 'muted'),
    ];
  });
  return { ...size, label: `From the slot ${input.member} to its program`, layers: [], marks };
}

function box(
  { id, title, sub, label, lit }: Link,
  x: number,
  y: number,
  width: number,
  height: number,
  map: MapSnapshot,
): Mark {
  const paint = {
    fill: 'surface-1' as const,
    stroke: lit ? STATE_PAINT[map.state].line : ('line-strong' as const),
    weight: lit ? 1.6 : 1,
  };
  const middle = { anchor: 'middle' as const };
  const font = ui(11.5, 600);
  const small = mono(10.5);
  return group(
    `link.${id}`,
    { x, y },
    [
      rect(`link.${id}.body`, { x: 0, y: 0, width, height }, 7, paint),
      text(
        `link.${id}.title`,
        { x: width / 2, y: height * 0.43 },
        fitText(title, width - 8, font),
        font,
        'text',
        middle,
      ),
      text(
        `link.${id}.sub`,
        { x: width / 2, y: height * 0.79 },
        fitText(sub, width - 8, small),
        small,
        'muted',
        middle,
      ),
    ],
    { label },
  );
}

export interface ImageInput {
  readonly map: MapSnapshot;
  /** the selected member */
  readonly lit: string | null;
}

interface SlotInput extends ImageInput {
  readonly trampoline: MapSnapshot['trampolines'][number];
  /** offset from the image's first byte */
  readonly at: number;
  /** px */
  readonly x: number;
  readonly width: number;
  readonly focus: number;
}

/** A trampoline in its image: its member's name, and where it begins. */
function slotMark({ map, lit, trampoline: { member, bytes }, at, x, width, focus }: SlotInput): Mark {
  const on = member === lit;
  const id = `slot.${member}`;
  const [font, small] = [mono(11.5, 600), mono(10.5)];
  const middle = { anchor: 'middle' as const };
  const name = fitText(member, width - 6, font);
  return group(
    id,
    { x, y: 36 },
    [
      rect(`${id}.body`, { x: 0, y: 0, width, height: 38 }, 7, {
        fill: on ? STATE_PAINT[map.state].solid : 'inuse-tint',
      }),
      text(`${id}.name`, { x: width / 2, y: 16 }, name, font, on ? 'on-state' : 'text', middle),
      text(
        `${id}.at`,
        { x: width / 2, y: 31 },
        fitText(plus(at), width - 6, small),
        small,
        on ? 'on-state' : 'muted',
        middle,
      ),
    ],
    {
      label: `${member}: ${bytes} bytes at ${plus(at)}`,
      action: { command: 'select.field', args: { path: `data.${member}` } },
      hit: { x: 0, y: 0, width, height: 38, radius: 7 },
      focus,
    },
  );
}

/** Least room of the strip, for large text; each trampoline takes a part of the width. */
export const stripLeast = ({ map: { trampolines } }: Pick<ImageInput, 'map'>): Size => ({
  width: Math.max(300, 92 + trampolines.length * 72),
  height: 80,
});

/** The image page as a strip of trampolines; the rest is free. */
export function imageStripScene({ map, lit }: ImageInput, size: Size): Scene {
  const { trampolines } = map;
  const label = `Trampolines of map ${map.letter}`;
  const left = 14;
  const right = size.width - 14;
  const [first] = trampolines;
  if (!first) {
    const words = 'No trampolines yet: the update builds them.';
    return {
      ...size,
      label,
      layers: [],
      marks: [text('empty', { x: left, y: 24 }, words, ui(12), 'muted', { label: words })],
    };
  }
  const base = first.address;
  const last = trampolines.at(-1) ?? first;
  const used = last.address + last.bytes - base;
  const freeWidth = 64;
  const slot = (right - left - freeWidth) / trampolines.length;
  const usage = `${used} / ${PAGE} bytes`;
  const slots = trampolines.map((trampoline, i) =>
    slotMark({ map, lit, trampoline, at: trampoline.address - base, x: left + i * slot, width: slot - 4, focus: i }),
  );
  const free = { x: right - freeWidth, y: 36, width: freeWidth, height: 38 };
  return {
    ...size,
    label,
    layers: [],
    marks: [
      text('image.title', { x: left, y: 24 }, 'Image page', ui(12, 600), 'text'),
      text('image.used', { x: right, y: 24 }, usage, mono(11.5), 'muted', { anchor: 'end', label: `${usage} used` }),
      ...slots,
      rect('image.free', free, 7, { fill: 'hole-hatch', stroke: 'line-strong' }),
      text('image.free.name', { x: free.x + freeWidth / 2, y: 59 }, 'free', ui(11.5), 'muted', {
        anchor: 'middle',
        halo: 'surface-1',
      }),
    ],
  };
}
