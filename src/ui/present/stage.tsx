/* The stage: one step of the talk in the whole window, with the keys that clickers have. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { errnoName } from '../../engine/index.ts';
import { endTalk, talkKey, usePresenting } from '../../page/present/talk.ts';
import { choices, choose } from '../../page/store/choices.ts';
import { isHighContrast, isLight } from '../../page/store/theme.ts';
import type { Scene, Size, Theme } from '../../views/scene.ts';
import { textTwin } from '../../views/scene.ts';
import { stageScene } from '../../views/stage/stage.ts';
import { useSize } from '../controls/use-size.ts';
import { Picture } from './picture.tsx';
import { useSpeaker } from './use-speaker.ts';
import { RoomCode } from './room-code.tsx';
import './present.css';

/** Keys that press a button instead of going on, while it has the focus. */
const PRESSES: ReadonlySet<string> = new Set(['Enter', ' ']);

/** The scene of a step; null where there is no such step, or its place is not known yet. */
function useStage(at: number, size: Size | null, scale: number): Scene | null {
  const talk = usePresenting((state) => state.talk);
  return useMemo(() => {
    const step = talk?.steps[at];
    if (!talk || !step || !size) return null;
    const theme: Theme = { contrast: isHighContrast() ? 'more' : 'normal', scale };
    const input = { ...step, history: talk.history, n: at + 1, of: talk.steps.length, errno: errnoName };
    return stageScene(input, size, theme);
  }, [talk, at, size, scale]);
}

export function Stage() {
  const { talk, at, blank, laser, qr, notes, scale } = usePresenting();
  const place = useRef<HTMLDivElement>(null);
  const wall = useRef<HTMLDivElement>(null);
  const size = useSize(wall);
  const scene = useStage(at, size, scale);
  const speaker = useSpeaker();
  useWhiteStage();
  useEffect(() => place.current?.focus(), []);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLButtonElement && PRESSES.has(event.key)) return;
      const handled =
        event.key.toLowerCase() === 's'
          ? speaker.open()
          : event.key.toLowerCase() === 't'
            ? choose({ theme: isLight() ? 'dark' : 'light' })
            : talkKey(event.key);
      if (handled === false) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [speaker]);
  if (!talk) return null;
  return (
    <div className="stage" role="dialog" aria-modal="true" aria-label={`Talk: ${talk.title}`} ref={place} tabIndex={-1}>
      <div className="stage-wall" ref={wall}>
        {scene && !blank && <Picture scene={scene} />}
      </div>
      <p className="spoken" role="status" aria-live="polite">
        {blank
          ? 'Blank'
          : scene &&
            textTwin(scene)
              .map(({ text }) => text)
              .join('. ')}
      </p>
      {blank && <div className="stage-blank" role="status" aria-label="Blank" />}
      {laser && <Laser />}
      {qr && <RoomCode />}
      {notes && <Notes />}
      {speaker.refused && (
        <p className="stage-note" role="status">
          The browser did not open a second window. Allow it, or press N for notes on this screen.
        </p>
      )}
      <Hint />
    </div>
  );
}

/** Makes the stage white, for lit rooms; the page's theme returns afterwards. */
function useWhiteStage(): void {
  useEffect(() => {
    const before = choices().theme;
    if (!stageTheme) choose({ theme: 'light' });
    else choose({ theme: stageTheme });
    return () => {
      stageTheme = isLight() ? 'light' : 'dark';
      choose({ theme: before });
    };
  }, []);
}
let stageTheme: 'light' | 'dark' | null = null;

/** A light spot that follows the pointer. */
function Laser() {
  const [at, setAt] = useState<{ readonly x: number; readonly y: number } | null>(null);
  useEffect(() => {
    const onMove = ({ clientX: x, clientY: y }: PointerEvent): void => setAt({ x, y });
    window.addEventListener('pointermove', onMove);
    return () => window.removeEventListener('pointermove', onMove);
  }, []);
  return at && <div className="laser" style={{ transform: `translate(${at.x}px, ${at.y}px)` }} aria-hidden="true" />;
}

function Notes() {
  const { talk, at } = usePresenting();
  const step = talk?.steps[at];
  return (
    <section className="stage-notes" aria-label="Notes">
      <p>{step?.note || 'No notes for this step.'}</p>
      <p className="note">Next: {talk?.steps[at + 1]?.headline ?? 'the end'}</p>
    </section>
  );
}

/** A hint of the keys, shown until the first is pressed. */
function Hint() {
  const started = usePresenting((state) => state.startedAt > 0);
  if (started) return null;
  return (
    <div className="stage-hint">
      <p>
        Space or a clicker: on · Backspace: back · B blank · L laser · G live · Q code · S speaker window · N notes · T
        theme · + − text · Escape ends
      </p>
      <button type="button" className="button" onClick={endTalk}>
        End the talk
      </button>
    </div>
  );
}
