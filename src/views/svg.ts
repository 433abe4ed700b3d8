/*
 * Converts a scene to SVG elements, which React draws (src/ui/scene) and which become text for tests and saved
 * pictures. Attribute names are React's; the text form converts them to SVG's.
 */
import { numberAt } from './lists.ts';
import type { GlowName, HatchName, PaintName } from './paint.ts';
import { isGlow, isHatch, paintName } from './paint.ts';
import type { DisplayList, Mark, Paint, Scene, TextMark, Theme } from './scene.ts';
import { DESK, STRIDE } from './scene.ts';

export interface SvgNode {
  readonly tag: string;
  readonly key: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly SvgNode[];
  readonly text?: string;
}

interface Drawing {
  /** makes the ids of patterns unique in the document */
  readonly scope: string;
  readonly theme: Theme;
  /** groups are not animated: at the origin they need no transform */
  readonly still?: boolean;
}

const hatchId = (name: HatchName | GlowName, scope: string): string => `${scope}${name}`;

const paintValue = (name: PaintName, scope: string): string => {
  if (name === 'none') return 'none';
  return isHatch(name) || isGlow(name) ? `url(#${hatchId(name, scope)})` : `var(--${name})`;
};

/** Rounds to two decimals, finer than a device pixel on the densest screens. */
const short = (value: number): number => Math.round(value * 100) / 100;

/** Fills that high contrast lacks: marks with them get an outline there. */
const TINTS: ReadonlySet<PaintName> = new Set<PaintName>([
  'inuse-tint',
  'ready-tint',
  'tobefree-tint',
  'selection-tint',
  'changed-tint',
  'surface-3',
]);

type Attributes = Record<string, string | number>;

function paintAttributes(paint: Paint, { scope, theme }: Drawing): Attributes {
  const out: Attributes = { fill: paintValue(paint.fill ?? 'none', scope) };
  if (paint.fillOpacity !== undefined) out.fillOpacity = paint.fillOpacity;
  if (paint.stroke === undefined || paint.stroke === 'none') {
    if (theme.contrast === 'more' && TINTS.has(paint.fill ?? 'none')) out.stroke = 'var(--line-strong)';
    return out;
  }
  out.stroke = paintValue(paint.stroke, scope);
  const weight = paint.weight ?? 1;
  // thicken outlines, but not grid lines
  const grows = theme.contrast === 'more' && paint.stroke !== 'line';
  out.strokeWidth = short(grows ? Math.max(2, weight) : weight);
  if (paint.dash) out.strokeDasharray = paint.dash.map(short).join(' ');
  if (paint.round) {
    out.strokeLinecap = 'round';
    out.strokeLinejoin = 'round';
  }
  if (paint.strokeOpacity !== undefined) out.strokeOpacity = paint.strokeOpacity;
  return out;
}

function textAttributes(mark: TextMark, { scope }: Drawing): Attributes {
  const out: Attributes = {
    x: short(mark.x),
    y: short(mark.y),
    fontFamily: `var(--font-${mark.font.family})`,
    fontSize: short(mark.font.size),
    fontWeight: mark.font.weight,
    fill: paintValue(mark.fill, scope),
  };
  if (mark.anchor && mark.anchor !== 'start') out.textAnchor = mark.anchor;
  if (mark.spacing) out.letterSpacing = mark.spacing;
  if (mark.italic) out.fontStyle = 'italic';
  if (mark.halo) {
    out.stroke = paintValue(mark.halo, scope);
    out.strokeWidth = short(mark.font.size * 0.36);
    out.strokeLinejoin = 'round';
    out.paintOrder = 'stroke';
  }
  return out;
}

/** Element of a mark, with its children. */
export function markNode(mark: Mark, drawing: Drawing): SvgNode {
  const base: Attributes = mark.opacity === undefined ? {} : { opacity: mark.opacity };
  const leaf = (tag: string, attributes: Attributes): SvgNode => ({
    tag,
    key: mark.id,
    attributes: { ...attributes, ...base },
    children: [],
  });
  switch (mark.kind) {
    case 'path':
      return leaf('path', { d: mark.d, ...paintAttributes(mark, drawing) });
    case 'rect':
      return leaf('rect', {
        x: short(mark.x),
        y: short(mark.y),
        width: short(Math.max(0, mark.width)),
        height: short(Math.max(0, mark.height)),
        ...(mark.radius ? { rx: short(mark.radius) } : {}),
        ...paintAttributes(mark, drawing),
      });
    case 'circle':
      return leaf('circle', {
        cx: short(mark.cx),
        cy: short(mark.cy),
        r: short(Math.max(0, mark.r)),
        ...paintAttributes(mark, drawing),
      });
    case 'text':
      return { ...leaf('text', textAttributes(mark, drawing)), text: mark.text };
    case 'group': {
      const stands = drawing.still === true && mark.x === 0 && mark.y === 0;
      return {
        ...leaf('g', stands ? {} : { transform: `translate(${short(mark.x)}px, ${short(mark.y)}px)` }),
        children: mark.children.map((child) => markNode(child, drawing)),
      };
    }
    default:
      return mark satisfies never;
  }
}

const node = (tag: string, key: string, attributes: Attributes, children: readonly SvgNode[] = []): SvgNode => ({
  tag,
  key,
  attributes,
  children,
});

/** Period and stripe, px; `ground` is filled between the stripes. */
const HATCH: Readonly<Record<HatchName, { period: number; stripe: number; paint: string; ground: string }>> = {
  'tobefree-hatch': { period: 8, stripe: 3, paint: 'var(--tobefree-stripe)', ground: 'var(--tobefree-tint)' },
  'packet-hatch': { period: 3.6, stripe: 2, paint: 'var(--tobefree)', ground: 'var(--surface-1)' },
  'hole-hatch': { period: 7, stripe: 1.6, paint: 'var(--hole-stripe)', ground: 'transparent' },
};
export const hatchOf = (name: HatchName): (typeof HATCH)[HatchName] => HATCH[name];

function hatchNode(name: HatchName, scope: string): SvgNode {
  const { period, stripe, paint, ground } = HATCH[name];
  return node(
    'pattern',
    name,
    {
      id: hatchId(name, scope),
      width: period,
      height: period,
      patternUnits: 'userSpaceOnUse',
      patternTransform: 'rotate(45)',
    },
    [
      node('rect', 'ground', { width: period, height: period, fill: ground }),
      node('rect', 'stripe', { width: stripe, height: period, fill: paint }),
    ],
  );
}

function glowNode(name: GlowName, scope: string): SvgNode {
  const stopColor = `var(--${name.slice(0, name.indexOf('-'))})`;
  return node('radialGradient', name, { id: hatchId(name, scope) }, [
    node('stop', 'inner', { offset: 0.55, stopColor, stopOpacity: 'var(--glow)' }),
    node('stop', 'outer', { offset: 1, stopColor, stopOpacity: 0 }),
  ]);
}

function* paintsOf(marks: readonly Mark[]): Generator<PaintName> {
  for (const mark of marks) {
    if (mark.kind === 'group') yield* paintsOf(mark.children);
    else {
      if (mark.fill) yield mark.fill;
      if (mark.kind !== 'text' && mark.stroke) yield mark.stroke;
    }
  }
}

/** Patterns and gradients that the scene uses. */
export function sceneDefs(scene: Pick<Scene, 'marks' | 'layers'>, scope: string): SvgNode[] {
  const used = new Set(paintsOf(scene.marks));
  for (const layer of scene.layers) for (const id of layer.paints) used.add(paintName(id));
  return [...used].flatMap((name) => {
    if (isHatch(name)) return [hatchNode(name, scope)];
    return isGlow(name) ? [glowNode(name, scope)] : [];
  });
}

/** Height of a triangle with its tip below, as a multiple of half its width. */
export const WEDGE_HEIGHT = 1.55;

const GLYPH_PATH = {
  wedge: (x: number, y: number, half: number) =>
    `M${short(x - half)} ${short(y - half * WEDGE_HEIGHT)}L${short(x + half)} ${short(y - half * WEDGE_HEIGHT)}L${x} ${y}Z`,
  cross: (x: number, y: number, half: number) =>
    `M${short(x - half)} ${short(y - half)}L${short(x + half)} ${short(y + half)}M${short(x + half)} ${short(y - half)}L${short(x - half)} ${short(y + half)}`,
} as const;

/** Elements of a display list, for saved pictures and tests; the page draws it on a canvas. */
function layerNode(layer: DisplayList, index: number, drawing: Drawing): SvgNode {
  const things: SvgNode[] = [];
  const { numbers, shape, starts, weight } = layer;
  const stride = STRIDE[shape];
  for (const [i, id] of layer.paints.entries()) {
    const paint = paintName(id);
    const key = String(i);
    if (shape === 'line') {
      const from = starts?.[i] ?? 0;
      const to = starts?.[i + 1] ?? numbers.length / 2;
      let d = '';
      for (let p = from; p < to; p++)
        d += `${p === from ? 'M' : 'L'}${short(numberAt(numbers, p * 2))} ${short(numberAt(numbers, p * 2 + 1))}`;
      const dash = layer.dash ? { dash: layer.dash } : {};
      things.push(
        node('path', key, { d, ...paintAttributes({ stroke: paint, weight, round: true, ...dash }, drawing) }),
      );
    } else {
      const [x = 0, y = 0, a = 0, b = 0] = numbers.subarray(i * stride, i * stride + stride);
      if (shape === 'bar')
        things.push(
          node('rect', key, {
            x: short(x),
            y: short(y),
            width: short(a),
            height: short(b),
            rx: weight,
            ...paintAttributes({ fill: paint }, drawing),
          }),
        );
      else if (shape === 'wedge' || shape === 'cross') {
        const d = GLYPH_PATH[shape](short(x), short(y), short(a));
        const look: Paint = shape === 'cross' ? { stroke: paint, weight, round: true } : { fill: paint };
        things.push(node('path', key, { d, ...paintAttributes(look, drawing) }));
      } else {
        const look: Paint = shape === 'ring' ? { stroke: paint, weight } : { fill: paint };
        things.push(
          node('circle', key, { cx: short(x), cy: short(y), r: short(a), ...paintAttributes(look, drawing) }),
        );
      }
    }
  }
  return node('g', `layer${index}`, layer.opacity === undefined ? {} : { opacity: layer.opacity }, things);
}

/** Attributes that SVG spells in camel case. */
const CAPITALS: ReadonlySet<string> = new Set(['viewBox', 'patternUnits', 'patternTransform']);
const svgName = (name: string): string =>
  CAPITALS.has(name) ? name : name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** Value as an SVG attribute: a transform in a style has units, the attribute has none. */
const svgValue = (name: string, value: string | number): string =>
  name === 'transform' ? String(value).replace(/px/g, '') : escape(String(value));

function nodeText({ tag, attributes, children, text }: SvgNode, indent: string): string {
  const list = Object.entries(attributes).map(([name, value]) => ` ${svgName(name)}="${svgValue(name, value)}"`);
  const open = `${indent}<${tag}${list.join('')}`;
  if (text !== undefined) return `${open}>${escape(text)}</${tag}>\n`;
  if (children.length === 0) return `${open}/>\n`;
  return `${open}>\n${children.map((child) => nodeText(child, `${indent}  `)).join('')}${indent}</${tag}>\n`;
}

/** The whole scene as an SVG document; its colours are the custom properties of the page around it. */
export function svgText(scene: Scene, theme: Theme = DESK): string {
  const drawing: Drawing = { scope: '', theme };
  const body = [
    node('defs', 'defs', {}, sceneDefs(scene, '')),
    ...scene.layers.map((layer, index) => layerNode(layer, index, drawing)),
    ...scene.marks.map((mark) => markNode(mark, drawing)),
  ];
  const root = node(
    'svg',
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: short(scene.width),
      height: short(scene.height),
      viewBox: `0 0 ${short(scene.width)} ${short(scene.height)}`,
    },
    [{ ...node('title', 'title', {}), text: scene.label }, ...body],
  );
  return nodeText(root, '');
}
