/*
 * A scene that follows the engine: built from the current frame for the size of its place. A scene taller than its place scrolls: the
 * picture stays where it is and shows another part.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { DisplayList, Hit, Scene, Size, Theme } from '../../views/scene.ts';
import { runAction } from '../../page/commands/registry.ts';
import { showScene } from '../../page/shown-scenes.ts';
import { onDraw } from '../../page/frame.ts';
import { currentFrame, currentMotion, type Frame, wordsTurn } from '../../page/frame-source.ts';
import { createLayerDrawer } from '../scene/draw-layers.ts';
import { SceneView } from '../scene/scene-view.tsx';
import { remembered } from '../../views/remembered.ts';
import { zoomedRoom, zoomOf } from '../../views/zoom.ts';
import { useLab } from '../../page/store/lab.ts';
import { useCalm, useFrame, useTheme } from './use-frame.ts';
import { useSize } from './use-size.ts';

/** The place for which a scene is built. With large text its units are larger than px. */
export interface Place {
  readonly size: Size;
  readonly theme: Theme;
  /** what is above the top edge */
  readonly scroll: number;
}

export interface LiveSceneProps {
  /** pure; a new function when anything other than the frame and the place changed */
  readonly build: (frame: Frame, place: Place) => Scene;
  /** drawn less often while playing, and without animations, for views that are read rather than watched */
  readonly calm?: boolean;
  /** layers of moving things above the scene's own, drawn in every frame without React */
  readonly moving?: (frame: Frame, place: Place) => readonly DisplayList[];
  /** the room that the picture needs to show as much as in a size; absent when it follows the text size by itself */
  readonly least?: (size: Size) => Size;
  /** height of the whole content, in units of the scene; absent when it always fits */
  readonly height?: (size: Size) => number;
  /** scrolls to this place when it changes, in units of the scene */
  readonly scrollTo?: number | null | ((size: Size) => number | null);
  readonly onHover?: (hit: Hit | null) => void;
}

export function LiveScene({ build, calm = false, moving, least, height, scrollTo = null, onHover }: LiveSceneProps) {
  const place = useRef<HTMLDivElement>(null);
  const size = useSize(place);
  const { scale } = useTheme();
  const [scroll, setScroll] = useState(0);
  const zoom = size && least ? zoomOf(scale, size, least(size)) : 1;
  const room = size && zoomedRoom(size, zoom);
  const whole = size && room && height ? Math.max(size.height, Math.ceil(height(room) * zoom)) : 0;
  const Picture = calm ? CalmPicture : FullPicture;
  const scrolls = size !== null && whole > size.height;
  const to = typeof scrollTo === 'function' ? room && scrollTo(room) : scrollTo;
  useEffect(() => {
    if (to !== null && whole > 0) bringIntoView(place.current, to * zoom);
  }, [to, whole, zoom]);
  return (
    <div
      className={height ? 'live-scene scrolls' : 'live-scene'}
      ref={place}
      tabIndex={scrolls ? 0 : undefined}
      data-keys={scrolls ? 'Home End' : undefined}
      onScroll={height && ((event) => setScroll(event.currentTarget.scrollTop))}
    >
      {size && size.width > 0 && size.height > 0 && (
        <div style={height ? { height: whole } : undefined}>
          <div className={height ? 'still' : undefined} style={height ? { height: size.height } : undefined}>
            <Picture
              build={build}
              moving={moving}
              size={size}
              zoom={zoom}
              scroll={scrolls ? scroll : 0}
              onHover={onHover}
            />
          </div>
        </div>
      )}
    </div>
  );
}

function bringIntoView(place: HTMLElement | null, top: number): void {
  if (!place) return;
  const { scrollTop, clientHeight } = place;
  if (top < scrollTop || top > scrollTop + clientHeight - 40) place.scrollTop = Math.max(0, top - clientHeight / 2);
}

interface PictureProps extends Pick<LiveSceneProps, 'build' | 'moving' | 'onHover'> {
  readonly size: Size;
  readonly zoom: number;
  readonly scroll: number;
}

/** Makes the scene of a frame, once; an equal scene causes no rendering. */
function useSceneOf({ build, size, zoom, scroll }: PictureProps): { place: Place; sceneOf: (frame: Frame) => Scene } {
  const theme = useTheme();
  const place = useMemo(
    () => ({ size: zoomedRoom(size, zoom), theme, scroll: scroll / zoom }),
    [size, zoom, theme, scroll],
  );
  const sceneOf = useMemo(() => remembered((frame: Frame) => build(frame, place)), [build, place]);
  return { place, sceneOf };
}

function FullPicture(props: PictureProps) {
  const { place, sceneOf } = useSceneOf(props);
  return <Drawn {...props} place={place} scene={useFrame(sceneOf)} moves />;
}

function CalmPicture(props: PictureProps) {
  const { place, sceneOf } = useSceneOf(props);
  return <Drawn {...props} place={place} scene={useCalm(({ frame }) => sceneOf(frame))} moves={false} />;
}

const NO_LAYERS: readonly DisplayList[] = [];

interface DrawnProps extends Pick<PictureProps, 'moving' | 'onHover' | 'size' | 'zoom'> {
  readonly place: Place;
  readonly scene: Scene;
  readonly moves: boolean;
}

function Drawn({ moving, place, scene, moves, size, zoom, onHover }: DrawnProps) {
  const { theme } = place;
  useLab((state) => state.playing);
  useEffect(
    () => showScene(scene, theme, () => (moving ? moving(currentFrame(), place) : NO_LAYERS)),
    [scene, theme, moving, place],
  );
  const over = useMemo(
    () => moving && <MovingLayers build={moving} place={place} size={size} zoom={zoom} />,
    [moving, place, size, zoom],
  );
  return (
    <SceneView
      scene={scene}
      theme={theme}
      moves={moves}
      zoom={zoom}
      eased={currentMotion() === 'step'}
      words={wordsTurn()}
      over={over}
      onAction={runAction}
      onHover={onHover}
    />
  );
}

interface MovingProps {
  readonly build: NonNullable<LiveSceneProps['moving']>;
  readonly place: Place;
  /** of the canvas, px */
  readonly size: Size;
  readonly zoom: number;
}

function MovingLayers({ build, place, size, zoom }: MovingProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const drawLayers = createLayerDrawer(canvas.current);
    let drawn: Frame | null = null;
    const draw = (): void => {
      const frame = currentFrame();
      if (frame !== drawn) drawLayers(build(frame, place), size, place.theme, zoom);
      drawn = frame;
    };
    draw();
    return onDraw(draw);
  }, [build, place, size, zoom]);
  return <canvas ref={canvas} style={size} aria-hidden="true" />;
}
