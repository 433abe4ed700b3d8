/*
 * Draws a scene: layers on a canvas, marks as SVG over it, and buttons over both. The picture itself is hidden from
 * screen readers, which get the buttons and the text twin. A scene is one Tab stop; arrows move among its buttons.
 */
import type { CSSProperties, KeyboardEvent, ReactElement, ReactNode, RefObject } from 'react';
import { createPortal } from 'react-dom';
import { createElement, memo, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Action, Hit, Mark, Scene, Size, Theme } from '../../views/scene.ts';
import { flat } from '../../views/flat.ts';
import { hitsOf, textTwin } from '../../views/scene.ts';
import type { SvgNode } from '../../views/svg.ts';
import { markNode, sceneDefs } from '../../views/svg.ts';
import { createLayerDrawer, type LayerDrawer } from './draw-layers.ts';
import { sameValue } from './same-value.ts';
import './scene.css';

export interface SceneViewProps {
  readonly scene: Scene;
  readonly theme: Theme;
  /** px per unit of the scene, 1 when absent */
  readonly zoom?: number;
  /** groups may be animated to new places */
  readonly moves?: boolean;
  /** animates changes now: after steps only, not while scrubbing or playing */
  readonly eased?: boolean;
  /**
   * While this number stays, names and places of buttons and the text twin stay too, unless there are others: nobody
   * reads them sixty times a second. null: they always follow.
   */
  readonly words?: number | null;
  /** content over the layers and under the marks */
  readonly over?: ReactNode;
  readonly onAction?: (action: Action) => void;
  readonly onHover?: (hit: Hit | null) => void;
}

/** React element of a node; transforms go into the style, where they can be animated. */
function element({ tag, key, attributes, children, text }: SvgNode): ReactElement {
  const { transform, ...rest } = attributes;
  const style: CSSProperties | undefined = transform === undefined ? undefined : { transform: String(transform) };
  const content: ReactNode = text ?? children.map(element);
  return createElement(tag, { key, ...rest, ...(style ? { style } : {}) }, content);
}

interface DrawnMark {
  readonly mark: Mark;
  readonly element: ReactElement;
}

/**
 * Makes a function that draws successive pictures, reusing elements of marks that differ at most in their tip, which React then skips.
 * `moves`: groups may be animated to new places; otherwise they are drawn without transforms.
 */
function createDrawing(
  scope: string,
  theme: Theme,
  moves: boolean,
): (marks: readonly Mark[]) => readonly ReactElement[] {
  let before: ReadonlyMap<string, DrawnMark> = new Map();
  return (marks) => {
    const now = new Map<string, DrawnMark>();
    for (const mark of marks) {
      const known = before.get(mark.id);
      const same = known !== undefined && sameValue(known.mark, mark, 'tip');
      now.set(
        mark.id,
        same ? known : { mark, element: element(markNode(moves ? mark : flat(mark), { scope, theme, still: !moves })) },
      );
    }
    before = now;
    return [...now.values()].map((one) => one.element);
  };
}

interface PictureProps {
  readonly marks: readonly Mark[];
  readonly theme: Theme;
  readonly scope: string;
  readonly moves: boolean;
}

const Picture = memo(function Picture({ marks, theme, scope, moves }: PictureProps) {
  const draw = useMemo(() => createDrawing(scope, theme, moves), [scope, theme, moves]);
  return (
    <g aria-hidden="true" className="scene-marks">
      {draw(marks)}
    </g>
  );
});

const PREVIOUS: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowUp']);
const NEXT: ReadonlySet<string> = new Set(['ArrowRight', 'ArrowDown']);

/** Handlers of the scene's buttons; read when used, so that buttons need not be recreated. */
interface Handlers {
  readonly press: (hit: Hit) => void;
  readonly hover: (hit: Hit | null) => void;
}

/** Whether two lists of hits give the same buttons; tips may differ, since they change with every frame. */
const sameHits = (a: readonly Hit[], b: readonly Hit[]): boolean =>
  a === b || (a.length === b.length && a.every((hit, i) => sameHit(hit, b[i])));
const sameHit = (a: Hit, b: Hit | undefined): boolean =>
  a.id === b?.id &&
  a.label === b.label &&
  a.x === b.x &&
  a.y === b.y &&
  a.width === b.width &&
  a.height === b.height &&
  a.radius === b.radius &&
  a.focus === b.focus &&
  sameValue(a.action, b.action);

/** Whether two lists are of the same things, which may have changed. */
const sameIds = (a: readonly { readonly id: string }[], b: readonly { readonly id: string }[]): boolean =>
  a.length === b.length && a.every(({ id }, i) => id === b[i]?.id);

type Words = number | null;

const stays = (a: { readonly words: Words }, b: { readonly words: Words }): boolean =>
  b.words !== null && a.words === b.words;

interface ButtonsProps {
  readonly hits: readonly Hit[];
  readonly words: Words;
  readonly on: RefObject<Handlers>;
}

const Buttons = memo(
  function Buttons({ hits, on }: ButtonsProps) {
    const [current, setCurrent] = useState<string | null>(null);
    const place = useRef<SVGGElement>(null);
    const stop = Math.max(
      0,
      hits.findIndex((hit) => hit.id === current),
    );
    const onKeyDown = (event: KeyboardEvent, hit: Hit, index: number): void => {
      const step = NEXT.has(event.key) ? 1 : PREVIOUS.has(event.key) ? -1 : 0;
      if (step !== 0) {
        const to = (index + step + hits.length) % hits.length;
        place.current?.querySelectorAll<SVGRectElement>('rect')[to]?.focus();
      } else if (event.key === 'Enter' || event.key === ' ') on.current.press(hit);
      else {
        if (event.key === 'Escape') on.current.hover(null);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    };
    return (
      <g ref={place}>
        {hits.map((hit, index) => (
          <rect
            key={hit.id}
            className="scene-hit"
            data-mark={hit.id}
            role="button"
            aria-label={hit.label}
            tabIndex={index === stop ? 0 : -1}
            x={hit.x}
            y={hit.y}
            width={hit.width}
            height={hit.height}
            rx={Math.min(hit.radius, hit.width / 2, hit.height / 2)}
            onClick={() => on.current.press(hit)}
            onKeyDown={(event) => onKeyDown(event, hit, index)}
            onFocus={() => {
              setCurrent(hit.id);
              on.current.hover(hit);
            }}
            onBlur={() => on.current.hover(null)}
            onPointerEnter={() => on.current.hover(hit)}
            onPointerLeave={() => on.current.hover(null)}
          />
        ))}
      </g>
    );
  },
  (a, b) => a.on === b.on && (stays(a, b) ? sameIds(a.hits, b.hits) : sameHits(a.hits, b.hits)),
);

interface TwinProps {
  readonly label: string;
  readonly lines: ReturnType<typeof textTwin>;
  readonly words: Words;
}

const TextTwin = memo(
  function TextTwin({ label, lines }: TwinProps) {
    return (
      <ul className="scene-twin" aria-label={label}>
        {lines.map((entry) => (
          <li key={entry.id}>{entry.text}</li>
        ))}
      </ul>
    );
  },
  (a, b) =>
    a.label === b.label &&
    (stays(a, b)
      ? sameIds(a.lines, b.lines)
      : a.lines.length === b.lines.length && a.lines.every((entry, i) => entry.text === b.lines[i]?.text)),
);

/** Least distance of a tip from the window's edges, px. */
const TIP_EDGE = 8;

/** A tip above the mark, or below if there is no room above; always inside the window. */
function Tip({
  hit,
  zoom,
  place,
}: {
  readonly hit: Hit;
  readonly zoom: number;
  readonly place: RefObject<HTMLElement | null>;
}) {
  const tip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const around = place.current?.getBoundingClientRect();
    const { current } = tip;
    if (!around || !current) return;
    const { width, height } = current.getBoundingClientRect();
    const middle = around.left + (hit.x + hit.width / 2) * zoom;
    const above = around.top + hit.y * zoom - 6 - height;
    const top = above >= TIP_EDGE ? above : around.top + (hit.y + hit.height) * zoom + 6;
    const inside = (at: number, room: number, size: number): number =>
      Math.max(TIP_EDGE, Math.min(at, room - size - TIP_EDGE));
    current.style.left = `${inside(middle - width / 2, window.innerWidth, width)}px`;
    current.style.top = `${inside(top, window.innerHeight, height)}px`;
  });
  return createPortal(
    <div className="scene-tip" ref={tip} aria-hidden="true">
      {hit.tip}
    </div>,
    document.body,
  );
}

/** Draws the scene's layers, and again when the theme changes, because a canvas does not follow the page's colours. */
function Layers({ layers, size, theme, zoom }: { layers: Scene['layers']; size: Size; theme: Theme; zoom: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawer = useRef<LayerDrawer | null>(null);
  useLayoutEffect(() => {
    if (!canvas.current) return;
    drawer.current ??= createLayerDrawer(canvas.current);
    drawer.current(layers, size, theme, zoom);
  }, [layers, size, theme, zoom]);
  return <canvas ref={canvas} style={size} aria-hidden="true" />;
}

/** Skips rendering when the scene is the same object as before. */
export const SceneView = memo(function SceneView(props: SceneViewProps) {
  const { scene, theme, zoom = 1, moves = false, eased = false, words = null, over, onAction, onHover } = props;
  const { label, marks, width, height } = scene;
  const scope = useId().replace(/[^\w-]/g, '');
  const place = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<string | null>(null);
  const hits = useMemo(() => hitsOf({ marks }), [marks]);
  const twin = useMemo(() => textTwin({ marks }), [marks]);
  const defs = useMemo(() => sceneDefs({ marks, layers: [] }, scope).map(element), [marks, scope]);
  const size = useMemo(() => ({ width: width * zoom, height: height * zoom }), [width, height, zoom]);
  const tip = hits.find((hit) => hit.id === hovered);
  const handlers: Handlers = {
    press: ({ action }) => {
      if (action) onAction?.(action);
    },
    hover: (hit) => {
      setHovered(hit?.id ?? null);
      onHover?.(hit);
    },
  };
  const on = useRef(handlers);
  useLayoutEffect(() => {
    on.current = handlers;
  });
  return (
    <div className={eased ? 'scene scene-eased' : 'scene'} style={size} ref={place}>
      {scene.layers.length > 0 && <Layers layers={scene.layers} size={size} theme={theme} zoom={zoom} />}
      {over}
      <svg
        {...size}
        viewBox={`0 0 ${width} ${height}`}
        {...(hits.length > 0 ? { role: 'toolbar', 'aria-label': label } : { 'aria-hidden': true })}
      >
        <defs>{defs}</defs>
        <Picture marks={marks} theme={theme} scope={scope} moves={moves} />
        {hits.length > 0 && <Buttons hits={hits} on={on} words={words} />}
      </svg>
      {tip && tip.tip !== '' && <Tip hit={tip} zoom={zoom} place={place} />}
      {twin.length > 0 && <TextTwin label={label} lines={twin} words={words} />}
    </div>
  );
});
