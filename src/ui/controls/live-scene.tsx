/* A scene that follows the engine: built from the current frame at the size that its place has. */
import { useMemo, useRef } from 'react';
import type { Hit, Scene, Size, Theme } from '../../views/scene.ts';
import { runCommand } from '../commands/registry.ts';
import { currentMotion, type Frame } from '../frame-source.ts';
import { SceneView } from '../scene/scene-view.tsx';
import { useFrame, useTheme } from './use-frame.ts';
import { useSize } from './use-size.ts';

export interface LiveSceneProps {
  /** pure; made anew only when something else than the frame, size and theme changed */
  readonly build: (frame: Frame, size: Size, theme: Theme) => Scene;
  readonly onHover?: (hit: Hit | null) => void;
}

export function LiveScene({ build, onHover }: LiveSceneProps) {
  const place = useRef<HTMLDivElement>(null);
  const size = useSize(place);
  return (
    <div className="live-scene" ref={place}>
      {size && size.width > 0 && size.height > 0 && <Drawn build={build} size={size} onHover={onHover} />}
    </div>
  );
}

function Drawn({ build, size, onHover }: LiveSceneProps & { readonly size: Size }) {
  const frame = useFrame();
  const theme = useTheme();
  const scene = useMemo(() => build(frame, size, theme), [build, frame, size, theme]);
  return (
    <SceneView
      scene={scene}
      theme={theme}
      eased={currentMotion() === 'step'}
      onAction={({ command, args }) => runCommand(command, args)}
      onHover={onHover}
    />
  );
}
