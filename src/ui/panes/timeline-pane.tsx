/* The timeline: a slider over the whole run. Wheel zooms, drag scrubs, A D W S move and zoom by keyboard. */
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ColdSnapshot, History } from '../../engine/index.ts';
import type { Size } from '../../views/scene.ts';
import type { Domain } from '../../views/time-axis.ts';
import {
  timelineLeast,
  timelineScale,
  timelineScene,
  timelineValueText,
  type TimelineWatch,
} from '../../views/timeline/timeline.ts';
import { zoomedRoom, zoomOf } from '../../views/zoom.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { Turn, useCalmFrame, useCalmLab, useTheme } from '../controls/use-frame.ts';
import { useSize } from '../controls/use-size.ts';
import { ask } from '../../page/engine/engine.ts';
import { act } from '../../page/frame.ts';
import { currentFrame } from '../../page/frame-source.ts';
import { choices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { useLane } from '../../page/store/lane.ts';
import { panned, runGrows, wholeRun, zoomed } from './timeline-domain.ts';

export const TimelinePane = () => (
  <Turn value="timeline">
    <TimelineSection />
  </Turn>
);

function TimelineSection() {
  const lab = useCalmLab();
  const { cold, history } = lab;
  return (
    <section className="pane timeline" aria-label="Timeline" data-pane="timeline">
      {cold && history ? (
        <Timeline cold={cold} history={history} grows={runGrows(lab)} />
      ) : (
        <p className="placeholder">No run yet.</p>
      )}
    </section>
  );
}

interface TimelineProps {
  readonly cold: ColdSnapshot;
  readonly history: History;
}

const LETTERS: Readonly<Record<string, (domain: Domain, whole: Domain) => Domain>> = {
  a: (domain, whole) => panned(domain, -0.15, whole),
  d: (domain, whole) => panned(domain, 0.15, whole),
  w: (domain, whole) => zoomed(domain, currentFrame().hot.time, 0.75, whole),
  s: (domain, whole) => zoomed(domain, currentFrame().hot.time, 1 / 0.75, whole),
};

function Timeline({ cold, history, grows }: TimelineProps & { readonly grows: boolean }) {
  const [chosen, setChosen] = useState<Domain | null>(null);
  const { until } = history;
  const whole = useMemo(() => wholeRun(until, grows), [until, grows]);
  const domain = chosen ?? whole;
  const watch = useWatch(history.until);
  const place = useRef<HTMLDivElement>(null);
  const size = useSize(place);
  const { scale } = useTheme();
  const least = useCallback((room: Size) => timelineLeast({ cold, history, watch }, room), [cold, history, watch]);
  const zoom = size ? zoomOf(scale, size, least(size)) : 1;
  const scrub = useScrub(place, size, zoom, domain);
  useWheel(place, size, zoom, domain, (next) => setChosen(isWhole(next, whole) ? null : next), whole);
  const build: LiveSceneProps['build'] = useCallback(
    ({ hot: { time, event } }, { size }) => timelineScene({ cold, history, time, event, domain, watch }, size),
    [cold, history, domain, watch],
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    const change = LETTERS[event.key.toLowerCase()];
    if (!change || event.ctrlKey || event.metaKey || event.altKey || !choices().letterKeys) return;
    const next = change(domain, whole);
    setChosen(isWhole(next, whole) ? null : next);
    event.preventDefault();
  };
  return (
    <div className="timeline-body" ref={place} onKeyDown={onKeyDown} {...scrub}>
      <Cursor cold={cold} history={history} domain={domain} whole={whole} />
      <LiveScene calm build={build} least={least} />
    </div>
  );
}

interface DrawnWatch {
  readonly text: string;
  /** number of its run */
  readonly run: number;
  readonly watch: TimelineWatch;
}

/** The lane's expression over this run; null before its answer, and without a lane. */
function useWatch(until: number): TimelineWatch | null {
  const text = useLane((state) => state.text);
  const run = useLab(({ answers }) => answers.run);
  const [drawn, setDrawn] = useState<DrawnWatch | null>(null);
  useEffect(() => {
    if (text === null) return () => {};
    let isOver = false;
    const drawer = import('../../views/timeline/watch-lane.ts');
    const asked = ask('query', { text: `watch ${text}`, until }, 'lane');
    void Promise.all([drawer, asked]).then(([{ timelineWatch }, reply]) => {
      if (!isOver && reply?.kind === 'watch') setDrawn({ text, run, watch: timelineWatch(text, reply.watch) });
    });
    return () => {
      isOver = true;
    };
  }, [text, run, until]);
  return drawn?.text === text && drawn.run === run ? drawn.watch : null;
}

const isWhole = (domain: Domain, whole: Domain): boolean => domain[0] <= whole[0] && domain[1] >= whole[1];

const ARROWS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const PAGES: Readonly<Record<string, number>> = { PageDown: -10, PageUp: 10 };

interface CursorProps extends TimelineProps {
  readonly domain: Domain;
  readonly whole: Domain;
}

/** The playhead as a slider, for keyboard and screen reader. */
function Cursor({ cold, history, domain, whole }: CursorProps) {
  const { hot } = useCalmFrame();
  const input = { cold, history, time: hot.time, event: hot.event, domain };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps = ARROWS[event.key] ?? PAGES[event.key];
    if (steps !== undefined) runCommand('time.seek-by', { by: (steps * (domain[1] - domain[0])) / 100 });
    else if (event.key === 'Home') runCommand('time.start');
    else if (event.key === 'End') runCommand('time.end');
    else return;
    event.preventDefault();
  };
  return (
    <div
      className="timeline-cursor"
      role="slider"
      tabIndex={0}
      aria-label="Time"
      aria-valuemin={0}
      aria-valuemax={Math.round(whole[1] / 1e6)}
      aria-valuenow={Math.round(hot.time / 1e6)}
      aria-valuetext={timelineValueText(input)}
      onKeyDown={onKeyDown}
    />
  );
}

/** Moves the cursor by pressing and dragging, at most once per frame. */
function useScrub(place: React.RefObject<HTMLDivElement | null>, size: Size | null, zoom: number, domain: Domain) {
  const wanted = useRef<number | null>(null);
  const seek = (event: PointerEvent): void => {
    if (!size || !place.current) return;
    const { x, time } = timelineScale(zoomedRoom(size, zoom), domain);
    const at = (event.clientX - place.current.getBoundingClientRect().left) / zoom;
    const first = wanted.current === null;
    wanted.current = Math.min(domain[1], Math.max(domain[0], time(Math.max(x(domain[0]), at))));
    if (first) {
      act(() => {
        if (wanted.current !== null) runCommand('time.seek', { time: Math.round(wanted.current) });
        wanted.current = null;
      });
    }
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      const onButton = event.target instanceof Element && event.target.closest('[role="button"]') !== null;
      if (event.button !== 0 || onButton) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      seek(event);
    },
    onPointerMove: (event: PointerEvent) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) seek(event);
    },
  };
}

/**
 * Zooms with the wheel around the pointer; sideways, or with Shift, pans. A native handler is needed, because React's
 * cannot prevent scrolling.
 */
function useWheel(
  place: React.RefObject<HTMLDivElement | null>,
  size: Size | null,
  zoom: number,
  domain: Domain,
  onChange: (domain: Domain) => void,
  whole: Domain,
): void {
  useEffect(() => {
    const { current } = place;
    if (!current || !size) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        onChange(panned(domain, sideways / size.width, whole));
        return;
      }
      const x = (event.clientX - current.getBoundingClientRect().left) / zoom;
      const at = timelineScale(zoomedRoom(size, zoom), domain).time(x);
      onChange(zoomed(domain, at, 1.0015 ** event.deltaY, whole));
    };
    current.addEventListener('wheel', onWheel, { passive: false });
    return () => current.removeEventListener('wheel', onWheel);
  });
}
